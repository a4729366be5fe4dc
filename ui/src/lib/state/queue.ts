// Where a queued job is put, as the program takes it: right before another queued one, or last.

import type { Job, JobId } from '$lib/ipc/bindings';

/** A way to move a job in the queue. */
export type Move = 'first' | 'sooner' | 'later' | 'last';

/**
 * The job that a moved one comes to stand before, `null` for the end of the queue; `undefined` when it is not in the queue
 * or stands there already. `queued` is in the order of sending.
 */
export function placeFor(queued: readonly Job[], id: JobId, move: Move): JobId | null | undefined {
  const at = queued.findIndex((job) => job.id === id);
  const first = at <= 0;
  const last = at === queued.length - 1;
  if (at < 0 || (first && (move === 'first' || move === 'sooner')) || (last && (move === 'last' || move === 'later')))
    return undefined;
  if (move === 'first') return queued[0]?.id;
  if (move === 'sooner') return queued[at - 1]?.id;
  return move === 'later' ? (queued[at + 2]?.id ?? null) : null;
}

/**
 * The same for a job let go beside another one. Undefined where that changes nothing: on itself, or where it stands already.
 */
export function placeBeside(
  queued: readonly Job[],
  id: JobId,
  target: JobId,
  side: 'before' | 'after',
): JobId | null | undefined {
  const from = queued.findIndex((job) => job.id === id);
  const at = queued.findIndex((job) => job.id === target);
  if (from < 0 || at < 0 || from === at) return undefined;
  const to = side === 'before' ? at : at + 1;
  if (to === from || to === from + 1) return undefined;
  return queued[to]?.id ?? null;
}
