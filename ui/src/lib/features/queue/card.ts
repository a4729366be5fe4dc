/**
 * What a job's card is about: its form, and what the job means for the person's money.
 * Must not know words or layout; the words are in the catalogue under the names given here.
 */
import type { FailureCode, Job, WaitReason } from '$lib/ipc/bindings';
import type { ServiceRefusal } from '$lib/state/compose.svelte';
import { owedAfter, type Owed } from '$lib/state/owed';
import type { Hold } from '$lib/state/standing';
import { isRehearsal } from '$lib/state/request';

/** The four forms of a card. */
export type Form = 'progress' | 'waiting' | 'failed' | 'unknown';

/**
 * The form of a job that has a card. What holds up everything is told once for the window, so a job that waits for nothing
 * else does not tell it again.
 */
export function formOf(job: Job, hold: Hold | null = null): Form {
  if (job.state === 'failed') return 'failed';
  if (job.state === 'unknown') return 'unknown';
  return job.wait && (hold === null || job.wait.reason === 'bad_download') ? 'waiting' : 'progress';
}

/** What a failed job owes. */
export const owedWhenFailed = (job: Job): Owed => owedAfter(job.failure?.code, isRehearsal(job));

/** What stopping to follow an open job leaves owed. Only a job that was never sent is free for certain. */
export function owedWhenStopped(job: Job): Owed {
  if (isRehearsal(job)) return 'pretend';
  return job.state === 'queued' ? 'nothing' : 'perhaps';
}

/** Whether the service's own words say more than ours. Of the other failures the message is only the program's English. */
export function quotesTheService(code: FailureCode): boolean {
  return code === 'invalid_request' || code === 'balance_or_permission' || code === 'refused' || code === 'task_failed';
}

/** What the service refused about the job's request, if it named a field by one of its documented codes. */
export function refusalOf(job: Job): ServiceRefusal | undefined {
  const failure = job.failure;
  return failure?.field ? { field: failure.field, words: failure.message } : undefined;
}

/**
 * Whether asking about the task once more may bring the clip after all. What the service itself called failed stays
 * failed; everything else may have been a passing word.
 */
export const mayBeThere = (job: Job): boolean =>
  job.state === 'failed' && job.task_id !== null && job.failure?.code !== 'task_failed';

/** Waits that the person can end in Settings. */
export function endsInSettings(reason: WaitReason): boolean {
  return reason === 'no_key' || reason === 'key_refused' || reason === 'folder_gone';
}

/** How far an open job has come, as far as it matters for the person's money. */
export type Stage = 'unsent' | 'sending' | 'sent' | 'made';

/** How far an open job has come; a wait can come at any of them. */
export function stageOf(job: Job): Stage {
  if (job.state === 'queued') return 'unsent';
  if (job.state === 'submitting') return 'sending';
  return job.state === 'downloading' ? 'made' : 'sent';
}

/** Whole percent (0 – 100) of a job whose service tells it; `null` when it does not. */
export function percentOf(job: Job): number | null {
  return job.progress === null ? null : Math.min(100, Math.max(0, Math.floor(job.progress * 100)));
}

/** Below this width in CSS pixels a card has no room for the prompt and the third action. */
export const COMPACT_BELOW = 320;
/** Below this width only the title and a menu have room. */
export const NARROW_BELOW = 200;

/** How much room a card has. */
export type Room = 'wide' | 'compact' | 'narrow';

export const roomOf = (width: number): Room =>
  width < NARROW_BELOW ? 'narrow' : width < COMPACT_BELOW ? 'compact' : 'wide';
