/**
 * What stands under one day heading of the gallery, and what that day adds up to.
 * Days are those of the person's own time zone. Must not know words: the heading puts the facts into them.
 */
import type { Usd } from '$lib/ipc/bindings';
import { dayKey } from '$lib/i18n/format';
import type { Item } from '$lib/state/library.svelte';
import { costOf, isRehearsal } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';

/** What a day adds up to. Rehearsals never count among money spent. */
export interface DayTotals {
  clips: number;
  /** Seconds of video. */
  seconds: number;
  /** USD billed by a service; `null` when nothing of the day came from one. */
  spent: Usd | null;
  /** Pretend USD of a day that has only rehearsals; `null` otherwise. */
  pretend: Usd | null;
}

/** A day with its cards, newest first. */
export interface Day {
  /** `2026-11-22`, in the person's time zone. */
  key: string;
  /** Any moment of the day. */
  at: Date;
  items: Item[];
  totals: DayTotals;
}

function totalsOf(items: readonly Item[]): DayTotals {
  const clips = items.flatMap((item) => (item.kind === 'clip' ? [item.clip] : []));
  const paid = clips.filter((clip) => !isRehearsal(clip));
  const costs = (of: typeof clips): Usd[] => of.flatMap((clip) => costOf(clip) ?? []);
  return {
    clips: clips.length,
    seconds: clips.reduce((total, clip) => total + (clip.media.seconds ?? clip.estimate.seconds ?? 0), 0),
    spent: paid.length > 0 ? addUsd(costs(paid)) : null,
    pretend: paid.length === 0 && clips.length > 0 ? addUsd(costs(clips)) : null,
  };
}

/** Groups cards (newest first) by day, newest day first. */
export function byDay(items: readonly Item[]): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const at = new Date(item.at);
    const key = dayKey(at);
    const last = days.at(-1);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, at, items: [item], totals: { clips: 0, seconds: 0, spent: null, pretend: null } });
  }
  for (const day of days) day.totals = totalsOf(day.items);
  return days;
}
