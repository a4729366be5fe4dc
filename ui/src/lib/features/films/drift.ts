// Generated frames that begin the next generated frames drift: when to say so, and what to go back to.

import type { FilmShot } from '$lib/ipc/bindings';

/** Continuations in a row after which it is said; the same number as `DRIFT` of crates/model. */
export const DRIFT = 4;

/** A run of continuations that is long enough to drift: how long, and the place of the shot that it began with. */
export interface Run {
  depth: number;
  root: number;
}

/** The run that the path ends with, if it may drift. */
export function runAtEnd(shots: readonly Pick<FilmShot, 'depth'>[]): Run | null {
  const depth = shots.at(-1)?.depth ?? 0;
  return depth >= DRIFT ? { depth, root: Math.max(0, shots.length - 1 - depth) } : null;
}
