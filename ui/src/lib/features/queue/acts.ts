// What can be done with a job. The answer is taken over at once; a refusal is said and changes nothing.

import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Job, JobId, JobState, Outcome, Usd } from '$lib/ipc/bindings';
import { CommandError, ipc } from '$lib/ipc/client';
import { consent } from '$lib/state/consent.svelte';
import { library } from '$lib/state/library.svelte';
import { messages } from '$lib/state/messages.svelte';

async function act(command: Promise<Job>): Promise<void> {
  try {
    library.takeJob(await command);
  } catch (thrown) {
    say(thrown);
  }
}

const say = (thrown: unknown): void => messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });

export const stopFollowing = (job: Job): Promise<void> => act(ipc.stopFollowing(job.id));

/** Where a job stands that is on its way at the service, or has been. */
const SENT: readonly JobState[] = ['submitting', 'running', 'downloading', 'done'];

/**
 * Takes a job that was not sent yet out of the queue. One that was sent between the look and the press is left alone: it
 * may have been paid for, and is followed.
 */
export async function removeFromQueue(job: Job): Promise<void> {
  try {
    library.takeJob(await ipc.cancelQueued(job.id));
    messages.say(t('queue.removed'));
  } catch (thrown) {
    const { reason } = CommandError.from(thrown);
    if (reason?.kind === 'job' && SENT.includes(reason.code)) messages.say(t('queue.removed-late'));
    else say(thrown);
  }
}

/** Moves a job in the queue; `undefined` is where it stands already. The event says where it came to stand. */
export async function moveInQueue(job: Job, before: JobId | null | undefined): Promise<void> {
  if (before === undefined) return;
  try {
    library.takeJob(await ipc.moveInQueue(job.id, before));
    const place = library.queued.findIndex((one) => one.id === job.id) + 1;
    if (place > 0) messages.announce(t('queue.moved', { place, total: library.queued.length }));
  } catch (thrown) {
    say(thrown);
  }
}

/** Spends money: the button that calls this shows the price. */
export async function sendAgain(job: Job, cost: Usd | null): Promise<void> {
  try {
    const sent = await consent.through({ act: 'send-again', cost }, (beyond) => ipc.sendAgain(job.id, beyond));
    if (sent) library.takeJob(sent);
  } catch (thrown) {
    say(thrown);
  }
}
export const dismiss = (job: Job): Promise<void> => act(ipc.dismiss(job.id));
export const wasNotSent = (job: Job): Promise<void> => act(ipc.settle(job.id, { kind: 'not_sent' }));

/** What a refusal to take a task over says: "not found" is the service's answer here, not the library's. */
export const lookUpTrouble = (error: CommandError): string =>
  error.code === 'not_found' ? t('queue.look-again-gone') : errorLine(error);

/** Asks once more about the task of a job that was believed to have failed. Spends nothing. */
export async function lookAgain(job: Job): Promise<void> {
  if (job.task_id === null) return;
  try {
    library.takeJob(await ipc.recheck(job.id));
  } catch (thrown) {
    messages.say(lookUpTrouble(CommandError.from(thrown)), { tone: 'trouble' });
  }
}

/** Settles a job with the service's id for it; throws a `CommandError` when the service does not know that id. */
export async function adopt(job: Job, id: string): Promise<void> {
  const outcome: Outcome = { kind: 'task', id };
  library.takeJob(await ipc.settle(job.id, outcome));
}
