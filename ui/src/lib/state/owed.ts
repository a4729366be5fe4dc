// What a job that ended without a clip means for the person's money.

import type { FailureCode } from '$lib/ipc/bindings';

/** What is owed: nothing, the whole estimate perhaps, or pretend money only. */
export type Owed = 'nothing' | 'perhaps' | 'pretend';

/** Failures after which the service may have finished, and billed, what it will not give. */
const PERHAPS_BILLED: readonly FailureCode[] = ['no_video', 'task_gone'];

/** What is owed after a failure; `rehearsal` when the practice service was asked. */
export function owedAfter(code: FailureCode | undefined, rehearsal: boolean): Owed {
  if (rehearsal) return 'pretend';
  return code && PERHAPS_BILLED.includes(code) ? 'perhaps' : 'nothing';
}
