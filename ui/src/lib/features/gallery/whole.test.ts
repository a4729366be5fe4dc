import { describe, expect, it } from 'vitest';
import { A_FRAME, Whole } from './whole.svelte';

function drawing() {
  const frames: (() => void)[] = [];
  const whole = new Whole((act) => frames.push(act));
  return { whole, frames, frame: () => frames.shift()?.() };
}

const keys = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `c${from + at}`);
const count = (whole: Whole, of: string[]): number => of.filter((key) => whole.has(key)).length;

describe('cards', () => {
  it('are made a few a frame, the first ones first, until all are there', () => {
    const { whole, frame, frames } = drawing();
    whole.moves();
    whole.draw(keys(0, 20), 0);
    expect(count(whole, keys(0, 20))).toBe(0);
    frame();
    expect(count(whole, keys(0, A_FRAME))).toBe(A_FRAME);
    expect(count(whole, keys(0, 20))).toBe(A_FRAME);
    while (frames.length > 0) frame();
    expect(count(whole, keys(0, 20))).toBe(20);
  });

  it('that went by are not made any more, and those that stay are not made again', () => {
    const { whole, frame, frames } = drawing();
    whole.moves();
    whole.draw(keys(0, 12), 0);
    frame();
    whole.draw(keys(1, 15), 0);
    expect(frames, 'one frame is waited for, however often the window moves').toHaveLength(1);
    expect(count(whole, keys(0, 1)), 'gone').toBe(0);
    expect(count(whole, keys(1, A_FRAME)), 'still there').toBe(A_FRAME - 1);
    whole.draw(keys(100, 100 + A_FRAME), 0);
    frame();
    expect(count(whole, keys(0, 50))).toBe(0);
    expect(count(whole, keys(100, 100 + A_FRAME))).toBe(A_FRAME);
    expect(frames).toHaveLength(0);
  });
  it('in sight are made at once until somebody scrolls, later ones a few a frame', () => {
    const { whole, frame, frames } = drawing();
    whole.draw(keys(0, 30), 0);
    whole.draw(keys(0, 30), 10);
    expect(count(whole, keys(0, 30))).toBe(10);
    whole.draw(keys(0, 30), 20);
    expect(count(whole, keys(0, 30)), 'what is in sight, and nothing beyond').toBe(20);
    expect(frames, 'before it is painted').toHaveLength(0);
    whole.painted();
    frame();
    expect(count(whole, keys(0, 30))).toBe(20 + A_FRAME);
    whole.moves();
    whole.draw(keys(100, 120), 20);
    expect(count(whole, keys(100, 120)), 'after a jump').toBe(0);
    frame();
    expect(count(whole, keys(100, 120))).toBe(A_FRAME);
  });
});
