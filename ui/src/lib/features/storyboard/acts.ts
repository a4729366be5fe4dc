// What can be done with a storyboard that was started. The answer is taken over at once; a refusal is said.

import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Storyboard } from '$lib/ipc/bindings';
import { CommandError, ipc } from '$lib/ipc/client';
import { consent } from '$lib/state/consent.svelte';
import { messages } from '$lib/state/messages.svelte';
import { storyboards } from '$lib/state/storyboards.svelte';
import { costFrom } from './board';

async function act(command: Promise<Storyboard | null>): Promise<boolean> {
  try {
    const board = await command;
    if (board) {
      storyboards.settle();
      storyboards.take(board);
    }
    return board !== null;
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    return false;
  }
}

/** Spends money: the button that calls this shows the price. Whether the shot is being made. */
export const run = (board: Storyboard, place: number, prompt: string | null = null): Promise<boolean> =>
  act(
    consent.through({ act: 'generate', cost: costFrom(board, place) }, (beyond) =>
      ipc.runStoryboard(board.id, place, board.shots[place]?.job?.id ?? null, prompt, beyond),
    ),
  );

/** Lets a stopped one go on; the button shows what is still to come. */
export const resume = (board: Storyboard): Promise<boolean> =>
  act(consent.through({ act: 'generate', cost: board.to_come }, (beyond) => ipc.resumeStoryboard(board.id, beyond)));

export async function halt(board: Storyboard): Promise<void> {
  if (await act(ipc.haltStoryboard(board.id))) messages.announce(t('board.stopped-said'));
}

export const changePrompt = (board: Storyboard, place: number, prompt: string): Promise<boolean> =>
  act(ipc.changeShot(board.id, place, prompt));

export async function putAway(board: Storyboard): Promise<void> {
  try {
    await ipc.putStoryboardAway(board.id);
    storyboards.forget(board.id);
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
  }
}
