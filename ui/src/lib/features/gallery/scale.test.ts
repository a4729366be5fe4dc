import { describe, expect, it } from 'vitest';
import { HIGHEST, Scale } from './scale';

const VIEW = 800;
/** A gallery higher than any browser makes an element: WebKit ends at 2²⁵ px. */
const TALL = 40_000_000;

function scaled(height: number): Scale {
  const scale = new Scale();
  scale.fit(height, VIEW);
  return scale;
}

describe('a gallery of a usual height', () => {
  it('is its own floor, and scrolls as any element', () => {
    const scale = scaled(900_000);
    expect(scale.floor).toBe(900_000);
    for (const top of [0, 17, 450_000, 899_200]) {
      expect(scale.scrolled(top)).toBe(top);
      expect(scale.goTo(top)).toBe(top);
      expect(scale.shift).toBe(0);
      expect(scale.needsRoom(top, 20)).toBe(false);
    }
  });
});

describe('a gallery higher than an element can be', () => {
  it('has a floor that every browser can make', () => {
    expect(scaled(TALL).floor).toBe(HIGHEST);
    expect(HIGHEST).toBeLessThan(17_800_000);
  });

  it('goes to both ends and to every place between', () => {
    const scale = scaled(TALL);
    for (const top of [0, 1, 5_000_000, 20_000_000, 39_000_000, TALL - VIEW]) {
      const scrollTop = scale.goTo(top);
      expect(scrollTop).toBeGreaterThanOrEqual(0);
      expect(scrollTop).toBeLessThanOrEqual(HIGHEST - VIEW);
      expect(scrollTop + scale.shift).toBe(top);
    }
    expect(scale.goTo(TALL * 2) + scale.shift, 'not beyond the end').toBe(TALL - VIEW);
  });

  it('moves one to one under the hand', () => {
    const scale = scaled(TALL);
    let scrollTop = scale.goTo(20_000_000);
    let top = 20_000_000;
    for (const by of [120, 3, -40, 900, -2_000]) {
      scrollTop += by;
      top += by;
      expect(scale.scrolled(scrollTop)).toBe(top);
    }
  });

  it('follows the bar in proportion', () => {
    const scale = scaled(TALL);
    scale.goTo(0);
    const half = Math.round((HIGHEST - VIEW) / 2);
    expect(scale.scrolled(half)).toBeCloseTo((TALL - VIEW) / 2, -1);
    expect(scale.scrolled(HIGHEST - VIEW)).toBe(TALL - VIEW);
    expect(scale.scrolled(0)).toBe(0);
  });

  it('reaches the end by hand alone: it is given room before the floor ends, and nothing moves then', () => {
    const scale = scaled(TALL);
    let scrollTop = scale.goTo(0);
    let top = 0;
    const steps: number[] = [];
    const jolts: number[] = [];
    while (top < TALL - VIEW && steps.length < 60_000) {
      scrollTop = Math.min(scrollTop + 700, HIGHEST - VIEW);
      const next = scale.scrolled(scrollTop);
      steps.push(next - top);
      top = next;
      if (scale.needsRoom(top, 4)) {
        scrollTop = scale.goTo(top);
        jolts.push(Math.abs(scrollTop + scale.shift - top));
      }
    }
    expect(jolts.length).toBeGreaterThan(0);
    expect(Math.max(...jolts), 'what is seen stays where it is').toBe(0);
    expect(
      steps.every((step) => step > 0 && step <= 700),
      'never back, never a leap',
    ).toBe(true);
    expect(top).toBe(TALL - VIEW);
  });
});
