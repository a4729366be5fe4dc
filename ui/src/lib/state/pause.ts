// The person's pause of the queue, by button and by key.

import { errorLine } from '$lib/i18n/words';
import { CommandError } from '$lib/ipc/client';
import { app } from './app.svelte';
import { library } from './library.svelte';
import { messages } from './messages.svelte';

/** Whether there is anything to pause, or a pause to end. */
export const pausable = (): boolean => app.standing.paused || library.queued.length > 0;

/** Pauses the queue, or lets it go on. Does nothing where there is nothing to pause. */
export async function togglePause(): Promise<void> {
  if (!pausable()) return;
  try {
    await app.pause(!app.standing.paused);
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
  }
}
