// What can be done with a job. The answer is taken over at once; a refusal is said and changes nothing.

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

/** Settles a job with the service's id for it; throws a `CommandError` when the service does not know that id. */
export async function adopt(job: Job, id: string): Promise<void> {
  const outcome: Outcome = { kind: 'task', id };
  library.takeJob(await ipc.settle(job.id, outcome));
}
