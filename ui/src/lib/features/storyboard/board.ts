// What a storyboard that was started says and costs.

import { money } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { guardWords, problemWords } from '$lib/i18n/words';
import type { Shot, Storyboard, Usd } from '$lib/ipc/bindings';
import { aboutCost } from '$lib/shared/cost';
import { app } from '$lib/state/app.svelte';
import { fullRequest } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';

export const isPretend = (board: Storyboard): boolean => board.provider.kind === 'rehearsal';

/** The first shot without a clip. */
export const turnOf = (board: Storyboard): Shot | undefined =>
  board.turn === null ? undefined : board.shots[board.turn];

/** Whether no more than a word of the person keeps a shot of it from being made again. */
const rests = (shot: Shot): boolean => shot.state !== 'going' && shot.state !== 'unknown';

/** Whether a shot that has a job can be made again: nothing from it on is under way or not known. */
export const canAgain = (board: Storyboard, place: number): boolean =>
  board.shots[place]?.job !== null && board.shots.slice(place).every(rests);

/** What a click at a shot costs: the shot, and all that goes on by itself after it. Null when a price is not known. */
export function costFrom(board: Storyboard, place: number): Usd | null {
  const to = board.approval === 'run_through' ? board.shots.length : place + 1;
  const costs = board.shots.slice(place, to).map((shot) => shot.estimate.cost);
  return costs.includes(null) ? null : addUsd(costs as Usd[]);
}

/** The same in words, pretended in rehearsal. */
export const costWords = (board: Storyboard, cost: Usd | null): string => aboutCost(cost, isPretend(board));

/** What its jobs cost so far, in words. */
export const spentWords = (board: Storyboard): string =>
  isPretend(board) ? t('app.pretend', { cost: money(board.spent) }) : money(board.spent);

/** Where it stands, in a line. */
export const stateWords = (board: Storyboard): string =>
  t(`board.state.${board.state}`, { number: (board.turn ?? 0) + 1, total: board.shots.length });

/** What the person can do about it, if anything. */
export function adviceWords(board: Storyboard): string | null {
  const shot = turnOf(board);
  if (board.state === 'halted') return t('board.wait.halted');
  if (board.state === 'stopped') return shot?.state === 'unknown' ? t('board.wait.unknown') : null;
  if (board.state === 'running') return shot?.job === null ? t('board.wait.connect') : null;
  switch (board.wait?.why) {
    case 'approval':
      return t('board.wait.approval');
    case 'guard':
      return `${t('board.wait.guard')} ${guardWords(board.wait.breach)}`;
    case 'refused': {
      const request = fullRequest(shot?.request ?? {});
      const why = problemWords(board.wait.problem, request, (model) => app.model(model)?.full_name ?? model);
      return t('board.wait.refused', { why });
    }
    case 'no_frame':
      return t('board.wait.no_frame');
    default:
      return null;
  }
}
