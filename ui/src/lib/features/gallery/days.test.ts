import { describe, expect, it } from 'vitest';
import type { Clip } from '$lib/ipc/bindings';
import type { Item } from '$lib/state/library.svelte';
import { byDay } from './days';

const clip = (at: string, cost: string | null, rehearsal = false): Item => {
  const value = {
    id: at,
    job: at,
    provider: rehearsal ? { kind: 'rehearsal' } : { kind: 'service', address: 'https://cloud.vtrix.ai' },
    media: { seconds: 121 / 24 },
    billed: { cost, discount: null, tokens: null },
    estimate: { cost: '0.2' },
    created_at: at,
  } as unknown as Clip;
  return { kind: 'clip', key: at, at, clip: value };
};

/** A moment in the time zone in which the tests run. */
const local = (day: number, hour: number): string => new Date(2026, 10, day, hour).toISOString();

describe('byDay', () => {
  it('splits at midnight of the person', () => {
    const days = byDay([clip(local(22, 9), '1'), clip(local(22, 0), '1'), clip(local(21, 23), '1')]);
    expect(days.map((day) => [day.key, day.items.length])).toEqual([
      ['2026-11-22', 2],
      ['2026-11-21', 1],
    ]);
  });

  it('adds what was billed, the estimate where nothing was told, and never a rehearsal', () => {
    const [day] = byDay([clip(local(22, 9), '0.1853'), clip(local(22, 8), null), clip(local(22, 7), '9', true)]);
    expect(day?.totals.spent).toBe('0.3853');
    expect(day?.totals.pretend, 'pretend money is not set beside real money').toBeNull();
    expect(day?.totals.clips).toBe(3);
    expect(day?.totals.seconds).toBeCloseTo(15.125, 6);
  });

  it('calls the sum of a day of rehearsals pretend', () => {
    const [day] = byDay([clip(local(22, 9), '0.1', true), clip(local(22, 8), '0.2', true)]);
    expect(day?.totals.spent).toBeNull();
    expect(day?.totals.pretend).toBe('0.3');
  });
});
