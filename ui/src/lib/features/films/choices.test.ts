import { describe, expect, it, vi } from 'vitest';
import type { ExportPlan } from '$lib/ipc/bindings';
import { runAtEnd } from './drift';
import { Plan, sizeOf } from './export.svelte';
import { Taste } from './taste.svelte';

describe('a run of continuations', () => {
  const shots = (...depths: number[]): { depth: number }[] => depths.map((depth) => ({ depth }));

  it('is told of after four in a row, with the shot that it began with', () => {
    expect(runAtEnd(shots(0, 1, 2, 3))).toBeNull();
    expect(runAtEnd(shots(0, 1, 2, 3, 4))).toEqual({ depth: 4, root: 0 });
    expect(runAtEnd(shots(0, 1, 0, 1, 2, 3, 4, 5))).toEqual({ depth: 5, root: 2 });
    expect(runAtEnd(shots(0, 1, 2, 3, 4, 0)), 'a cut begins afresh').toBeNull();
    expect(runAtEnd([])).toBeNull();
  });
});

describe('how films are liked to be seen', () => {
  it('is kept, and the usual where nothing readable was', () => {
    const kept: Record<string, string> = {};
    const shelf = {
      getItem: (key: string) => kept[key] ?? null,
      setItem: (key: string, value: string) => void (kept[key] = value),
    };
    const taste = new Taste(() => shelf);
    expect([taste.skipRepeated, taste.seamView]).toEqual([true, 'beside']);
    taste.skipRepeated = false;
    taste.seamView = 'over';
    const again = new Taste(() => shelf);
    expect([again.skipRepeated, again.seamView]).toEqual([false, 'over']);
    kept['films.taste'] = '{';
    expect(new Taste(() => shelf).skipRepeated).toBe(true);
    const none = new Taste(() => {
      throw new Error('no storage');
    });
    expect(none.skipRepeated).toBe(true);
  });
});

describe('a size', () => {
  it.each([
    [{ width: 1248, height: 704 }, 1080, { width: 1914, height: 1080 }],
    [{ width: 1280, height: 720 }, 480, { width: 854, height: 480 }],
    [{ width: 704, height: 1248 }, 720, { width: 406, height: 720 }],
  ])('of the shape of %o at %i px has even sides', (shape, height, size) => {
    expect(sizeOf(shape, height)).toEqual(size);
  });
});

describe('the plan of an export', () => {
  const planOf = (route: ExportPlan['route']): ExportPlan => ({
    route,
    reasons: [],
    problems: [],
    possible: true,
    size: { width: 1280, height: 720 },
    fps: 24,
    frames: 100,
    seconds: 4,
    bytes: null,
    audio: false,
  });

  it('is the answer to the last choice', async () => {
    const answers: ((plan: ExportPlan) => void)[] = [];
    const asked = new Plan({ planExport: () => new Promise((answer) => answers.push(answer)) });
    const both = [asked.choose('f', {}), asked.choose('f', { reencode: true })];
    answers[1]?.(planOf('reencode'));
    answers[0]?.(planOf('join'));
    await Promise.all(both);
    expect([asked.plan?.route, asked.encodes]).toEqual(['reencode', true]);
  });

  it('forgets size and rate when nothing is to be encoded', async () => {
    const planExport = vi.fn(async () => planOf('join'));
    const asked = new Plan({ planExport });
    await asked.choose('f', { reencode: true, size: { width: 854, height: 480 }, fps: 30 });
    await asked.choose('f', { reencode: false });
    expect(planExport).toHaveBeenLastCalledWith('f', expect.objectContaining({ size: null, fps: null }));
  });

  it('says why there is none', async () => {
    const asked = new Plan({ planExport: () => Promise.reject(new Error('unreadable')) });
    await asked.choose('f', {});
    expect([asked.plan, asked.problem?.message]).toEqual([null, 'unreadable']);
  });
});
