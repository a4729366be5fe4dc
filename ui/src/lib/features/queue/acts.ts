// What can be done with a job. The answer is taken over at once; a refusal is said and changes nothing.

import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Job, Outcome } from '$lib/ipc/bindings';
import { CommandError, ipc } from '$lib/ipc/client';
import { library } from '$lib/state/library.svelte';
import { messages } from '$lib/state/messages.svelte';

async function act(command: Promise<Job>): Promise<void> {
  try {
    library.takeJob(await command);
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
  }
}

export const stopFollowing = (job: Job): Promise<void> => act(ipc.stopFollowing(job.id));
/** Spends money: the button that calls this shows the price. */
export const sendAgain = (job: Job): Promise<void> => act(ipc.sendAgain(job.id));
export const dismiss = (job: Job): Promise<void> => act(ipc.dismiss(job.id));
export const wasNotSent = (job: Job): Promise<void> => act(ipc.settle(job.id, { kind: 'not_sent' }));

/** What a refusal to take a task over says: "not found" is the service's answer here, not the library's. */
export const lookUpTrouble = (error: CommandError): string =>
  error.code === 'not_found' ? t('queue.look-again-gone') : errorLine(error);

/** Asks once more about the task of a job that was believed to have failed. Spends nothing. */
export async function lookAgain(job: Job): Promise<void> {
  if (job.task_id === null) return;
  try {
    await adopt(job, job.task_id);
  } catch (thrown) {
    messages.say(lookUpTrouble(CommandError.from(thrown)), { tone: 'trouble' });
  }
}

/** Settles a job with the service's id for it; throws a `CommandError` when the service does not know that id. */
export async function adopt(job: Job, id: string): Promise<void> {
  const outcome: Outcome = { kind: 'task', id };
  library.takeJob(await ipc.settle(job.id, outcome));
}
