// How the person likes to hear and watch, kept in the web view from clip to clip and from start to start.

import type { Habits } from './player.svelte';

const KEY = 'viewer.habits';
const FRESH: Habits = { volume: 1, muted: false, loop: false };

type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** What was kept; the defaults where nothing readable was. */
export function keptHabits(shelf: Shelf): Habits {
  try {
    const kept = JSON.parse(shelf.getItem(KEY) ?? '{}') as Partial<Habits>;
    return {
      volume: typeof kept.volume === 'number' ? Math.min(1, Math.max(0, kept.volume)) : FRESH.volume,
      muted: kept.muted === true,
      loop: kept.loop === true,
    };
  } catch {
    return { ...FRESH };
  }
}

/** Keeps them. A web view without storage forgets, which is no trouble worth saying. */
export function keepHabits(shelf: Shelf, habits: Habits): void {
  try {
    shelf.setItem(KEY, JSON.stringify(habits));
  } catch {
    return;
  }
}
