// Files that are being brought in: one import at a time, how far it is, and what became of it.

import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Event, ImportProgress, ImportSummary } from '$lib/ipc/bindings';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { messages } from './messages.svelte';
import { navigation } from './navigation.svelte';

/** Whether a name is one of a video that can be brought in; the program judges whether it is one. */
export const isVideo = (name: string): boolean => /\.(mp4|m4v|mov)$/i.test(name);

/** What became of an import, in one line. */
export function summaryLine({ clips, known, films, refused, left }: ImportSummary): string {
  const parts = films.length > 0 ? [t('import.films', { count: films.length })] : [];
  if (clips.length > 0 || films.length === 0) parts.push(t('import.taken', { count: clips.length }));
  if (known.length > 0) parts.push(t('import.known', { count: known.length }));
  if (refused.length > 0) parts.push(t('import.refused', { count: refused.length }));
  if (left > 0) parts.push(t('import.left', { count: left }));
  return parts.join(t('import.gap'));
}

type Calls = Pick<Commands, 'importFiles' | 'importDropped' | 'cancelImport'>;

export class Imports {
  /** How far it is; null while nothing is brought in. */
  progress = $state.raw<ImportProgress | null>(null);
  /** Whether the person has stopped it. */
  stopping = $state(false);
  /** What became of the last one, while its details are looked at. */
  summary = $state.raw<ImportSummary | null>(null);
  #commands: Calls;
  #under = false;

  constructor(commands: Calls) {
    this.#commands = commands;
  }

  heard(event: Event): void {
    // Told late, after the summary came, it would stand for ever.
    if (event.kind === 'import' && this.#under) this.progress = event.value;
  }

  /** Lets the person pick videos. */
  choose = (): Promise<void> => this.#run(() => this.#commands.importFiles());

  /** Takes what was let go over the window just now. Where nobody knows what that was, the person picks it. */
  dropped = (): Promise<void> =>
    this.#run(async () => {
      const summary = await this.#commands.importDropped();
      if (summary) return summary;
      messages.say(t('import.nothing'));
      return this.#commands.importFiles();
    });

  async stop(): Promise<void> {
    this.stopping = true;
    await this.#commands.cancelImport();
  }

  async #run(act: () => Promise<ImportSummary | null>): Promise<void> {
    if (this.#under) return;
    this.#under = true;
    try {
      const summary = await act();
      if (summary) this.#say(summary);
    } catch (thrown) {
      messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    } finally {
      this.#under = false;
      this.progress = null;
      this.stopping = false;
    }
  }

  /** Leads to what came: a film, else the first clip. */
  #way({ films, clips, known }: ImportSummary): (() => void) | null {
    const film = films[0]?.film;
    if (film !== undefined) return () => navigation.films(film);
    const clip = clips[0] ?? known[0]?.clip;
    return clip === undefined ? null : () => navigation.view(clip);
  }

  #say(summary: ImportSummary): void {
    const line = summaryLine(summary);
    messages.announce(line);
    // What was not taken is named, once, where it can be read in peace.
    if (summary.refused.length > 0) {
      this.summary = summary;
      return;
    }
    const show = this.#way(summary);
    messages.say(line, show ? { action: { label: t('import.show'), run: show } } : {});
  }
}

export const imports = new Imports(ipc);
