// How the person likes to hear and watch, kept in the web view from clip to clip and from start to start.

import type { Habits } from './player.svelte';

const KEY = 'viewer.habits';
const FRESH: Habits = { volume: 1, muted: false, loop: false, rate: 1 };

/** How fast is kept while the window is open: who starts the program again expects clips at their own pace. */
let rate = FRESH.rate;

type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** What was kept; the defaults where nothing readable was. */
export function keptHabits(shelf: Shelf): Habits {
  try {
    const kept = JSON.parse(shelf.getItem(KEY) ?? '{}') as Partial<Habits>;
    return {
      volume: typeof kept.volume === 'number' ? Math.min(1, Math.max(0, kept.volume)) : FRESH.volume,
      muted: kept.muted === true,
      loop: kept.loop === true,
      rate,
    };
  } catch {
    return { ...FRESH, rate };
  }
}

/** Louder or quieter; nothing to be heard is the same as muted. */
export function setVolume(habits: Habits, volume: number): void {
  habits.volume = Math.min(1, Math.max(0, volume));
  habits.muted = habits.volume === 0;
}

/** Sound off, or on again: then there is some. */
export function toggleMuted(habits: Habits): void {
  habits.muted = !habits.muted;
  if (!habits.muted && habits.volume === 0) habits.volume = 1;
}

/** Keeps them. A web view without storage forgets, which is no trouble worth saying. */
export function keepHabits(shelf: Shelf, habits: Habits): void {
  rate = habits.rate;
  const { volume, muted, loop } = habits;
  try {
    shelf.setItem(KEY, JSON.stringify({ volume, muted, loop }));
  } catch {
    return;
  }
}
