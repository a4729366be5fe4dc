// Acts that may be refused: the refusal is said in a toast, and nothing is thrown.

import { errorLine } from '$lib/i18n/words';
import { CommandError } from '$lib/ipc/client';
import { messages } from './messages.svelte';

/** Whether it was done; if not, why is said. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    return false;
  }
}
