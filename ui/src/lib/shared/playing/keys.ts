// The keys that play, for one clip or two.

import { isKey } from '$lib/ui/keys';
import { nextRate, type Playing } from './player.svelte';

/** The keys of a transport, and what each does. */
export const transportKeys = (player: Playing): [string, () => void][] => [
  ['J', () => player.shuttle(-1)],
  ['K', () => player.pause()],
  ['L', () => player.shuttle(1)],
  ['ArrowLeft', () => player.step(-1)],
  ['ArrowRight', () => player.step(1)],
  ['Home', () => player.goTo(0)],
  ['End', () => player.goTo(player.lastFrame)],
  ['M', () => player.toggleMuted()],
  ['R', () => player.toggleLoop()],
  ['<', () => player.setRate(nextRate(player.habits.rate, -1))],
  ['>', () => player.setRate(nextRate(player.habits.rate, 1))],
];

/** Does what a key stands for; whether it stands for anything. Space is left to a button that has the focus. */
export function pressed(event: KeyboardEvent, player: Playing, keys: [string, () => void][]): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.key === ' ' && !target?.closest('button, a, summary')) {
    if (!event.repeat) player.toggle();
    return true;
  }
  // A slider has the arrows and the ends for itself; letters are the player's.
  if (target?.matches('input[type=range]') && /^(Arrow|Home|End|Page)/.test(event.key)) return false;
  const act = keys.find(([name]) => isKey(event, name))?.[1];
  act?.();
  return act !== undefined;
}
