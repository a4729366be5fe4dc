import { describe, expect, it } from 'vitest';
import type { Clip, Request } from '$lib/ipc/bindings';
import { byKin, kinOf } from './candidates';
import { placeOnSheet, shapeOfSheet } from '$lib/shared/playing/sheet.svelte';

const clip = (id: string, request: Request): Clip => ({ id, request }) as Clip;
const boat = clip('boat', { prompt: 'A boat', seed: 7, resolution: '480p' });

describe('clips to compare with', () => {
  it('are the same shot with the same seed first, then takes, then the others', () => {
    const redo = clip('redo', { prompt: 'A boat ', seed: 7, resolution: '1080p' });
    const take = clip('take', { prompt: 'A boat', seed: 8 });
    const other = clip('other', { prompt: 'A train', seed: 9 });
    expect(byKin(boat, [other, take, boat, redo])).toEqual({ redo: [redo], take: [take], any: [other] });
  });

  it('are takes when they go on from the same clip, whatever was written', () => {
    const one = clip('one', { prompt: 'It turns', continues: 'x', seed: 1 });
    const two = clip('two', { prompt: 'It sinks', continues: 'x', seed: 2 });
    expect(kinOf(one, two)).toBe('take');
    expect(kinOf(one, clip('three', { prompt: 'It sinks', continues: 'y', seed: 2 }))).toBe('any');
  });

  it('are not the same shot by a seed alone, nor by two empty prompts', () => {
    expect(kinOf(boat, clip('a', { prompt: 'A train', seed: 7, continues: 'x' }))).toBe('any');
    expect(kinOf(clip('a', { prompt: '' }), clip('b', { prompt: '' }))).toBe('any');
  });
});

describe('the sheet of small frames', () => {
  it('has a place for each frame of a short clip, and spreads a long one from the first to the last', () => {
    expect([0, 1, 4].map((frame) => placeOnSheet(frame, 5))).toEqual([0, 1, 4]);
    expect(placeOnSheet(0, 121)).toBe(0);
    expect(placeOnSheet(120, 121)).toBe(47);
    expect(placeOnSheet(60, 121)).toBe(24);
    expect(placeOnSheet(0, 1)).toBe(0);
    expect(shapeOfSheet(121)).toEqual({ columns: 8, rows: 6 });
    expect(shapeOfSheet(5)).toEqual({ columns: 5, rows: 1 });
    expect(shapeOfSheet(9)).toEqual({ columns: 8, rows: 2 });
  });
});
