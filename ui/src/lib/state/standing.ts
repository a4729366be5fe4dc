// What it means that the engine stands as it does: said once for the window, and quietly on the cards it holds up.

import type { Job, Provider, Standing, Wait } from '$lib/ipc/bindings';
import { t } from '$lib/i18n/translate';
import { sentences } from '$lib/i18n/words';

/** One thing that holds things up. */
export interface Hindering {
  /** The same for as long as it is the same trouble. */
  id: string;
  wait: Wait;
  /** The service that is hindered; null when downloads are. */
  provider: Provider | null;
  /** Whether Settings can end it. */
  inSettings: boolean;
}

const same = (a: Provider, b: Provider): boolean =>
  a.kind === 'service' ? b.kind === 'service' && a.address === b.address : b.kind === a.kind;

/** Everything that holds things up now, services first. */
export function hinderings(standing: Standing): Hindering[] {
  const lines = standing.services.map(({ provider, wait }): Hindering => ({
    id: `${provider.kind === 'service' ? provider.address : provider.kind} ${wait.reason}`,
    wait,
    provider,
    inSettings: wait.reason === 'key_refused' || wait.reason === 'no_key',
  }));
  const { downloads } = standing;
  if (downloads)
    lines.push({
      id: `downloads ${downloads.reason}`,
      wait: downloads,
      provider: null,
      inSettings: downloads.reason === 'folder_gone',
    });
  return lines;
}

/** What a service is called: its host. */
export function serviceName(provider: Provider | null): string {
  if (provider?.kind !== 'service') return t('standing.rehearsal');
  return URL.canParse(provider.address) ? new URL(provider.address).host : provider.address;
}

/** Whether downloads stand still for the network's sake and not for the disk's. */
const inTheNet = (downloads: Wait): boolean => downloads.reason === 'offline';

/** What is the matter, and what it means or what to do. */
export function hinderingWords({ wait, provider }: Hindering): { what: string; means: string } {
  // Clips lie on another host than the service.
  if (provider === null && inTheNet(wait))
    return { what: t('standing.downloads-offline'), means: t('standing.means.downloads-offline') };
  return {
    what: t(`standing.${wait.reason}`, { service: serviceName(provider) }),
    means: t(`standing.means.${wait.reason}`),
  };
}

/** That the queue is paused and, if the program did that by itself, why and what each may have cost. */
export function pauseWords({ paused_because: because }: Standing, waiting: number): string {
  if (!because) return t('standing.paused', { count: waiting });
  return t('standing.paused-itself', { service: serviceName(because.provider), count: because.count });
}

/** What a person who does not see the window should hear about a change; empty when there is nothing to hear. */
export function newsOf(before: Standing, now: Standing, waiting: number): string {
  const known = hinderings(before).map(({ id }) => id);
  const troubles = hinderings(now);
  const fresh = troubles.filter(({ id }) => !known.includes(id)).map(hinderingWords);
  return sentences(
    before.paused === now.paused ? null : now.paused ? pauseWords(now, waiting) : t('standing.resumed'),
    ...fresh.flatMap(({ what, means }) => [what, means]),
    known.length > 0 && troubles.length === 0 ? t('standing.well') : null,
  );
}

/** What holds up an open job that is not told on the job itself: its service, or the place where clips are kept. */
export type Hold = 'service' | 'disk';

export function holdOf(job: Job, standing: Standing): Hold | null {
  if (job.state === 'downloading') return standing.downloads && (inTheNet(standing.downloads) ? 'service' : 'disk');
  if (job.state !== 'queued' && job.state !== 'running') return null;
  return standing.services.some(({ provider }) => same(provider, job.provider)) ? 'service' : null;
}
