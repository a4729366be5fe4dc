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
    whole.draw(keys(0, 20));
    expect(count(whole, keys(0, 20))).toBe(0);
    frame();
    expect(count(whole, keys(0, A_FRAME))).toBe(A_FRAME);
    expect(count(whole, keys(0, 20))).toBe(A_FRAME);
    while (frames.length > 0) frame();
    expect(count(whole, keys(0, 20))).toBe(20);
  });

  it('that went by are not made any more, and those that stay are not made again', () => {
    const { whole, frame, frames } = drawing();
    whole.draw(keys(0, 12));
    frame();
    whole.draw(keys(3, 15));
    expect(frames, 'one frame is waited for, however often the window moves').toHaveLength(1);
    expect(count(whole, keys(0, 3)), 'gone').toBe(0);
    expect(count(whole, keys(3, 6)), 'still there').toBe(3);
    whole.draw(keys(100, 104));
    frame();
    expect(count(whole, keys(0, 50))).toBe(0);
    expect(count(whole, keys(100, 104))).toBe(4);
    expect(frames).toHaveLength(0);
  });
});
