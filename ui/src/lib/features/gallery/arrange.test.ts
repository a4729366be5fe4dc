import { describe, expect, it } from 'vitest';
import type { Item } from '$lib/state/library.svelte';
import { arrange, HEADING, scrollToShow } from './arrange';

const GRID = { width: 976, rowHeight: 204, gap: 8 };

/** A clip of 16:9 made on a day of November 2026, in the time zone in which the tests run. */
const clip = (key: string, day: number): Item =>
  ({
    kind: 'clip',
    key,
    at: new Date(2026, 10, day, 12).toISOString(),
    clip: {
      provider: { kind: 'rehearsal' },
      media: { width: 1248, height: 704, seconds: 5 },
      billed: { cost: '1' },
      estimate: { cost: '1' },
    },
  }) as unknown as Item;

const job = (key: string, day: number, width: number, height: number): Item =>
  ({
    kind: 'job',
    key,
    at: new Date(2026, 10, day, 13).toISOString(),
    job: { estimate: { size: { width, height } } },
  }) as unknown as Item;

describe('arrange', () => {
  it('puts days under each other with a heading each', () => {
    const { sections, height } = arrange([clip('a', 22), clip('b', 21)], GRID);
    expect(sections.map((section) => section.y)).toEqual([0, HEADING + 204 + 12]);
    expect(height).toBe(2 * (HEADING + 204 + 12));
  });

  it('gives a job in progress the shape of its clip', () => {
    const { sections } = arrange([job('a', 22, 704, 1248)], GRID);
    const box = sections[0]?.cards[0]?.box;
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(704 / 1248, 2);
  });

  it('lists every card from the top, for the keyboard', () => {
    const { placed } = arrange([clip('a', 22), clip('b', 21)], GRID);
    expect(placed.map((card) => [card.key, card.y])).toEqual([
      ['a', HEADING],
      ['b', HEADING + 204 + 12 + HEADING],
    ]);
  });
});

describe('scrollToShow', () => {
  const box = { x: 0, y: 1000, width: 100, height: 200 };
  it('stays when the card is in sight', () => {
    expect(scrollToShow(box, 900, 600)).toBe(900);
  });
  it('does not hide it under the heading', () => {
    expect(scrollToShow(box, 990, 600)).toBe(1000 - HEADING - 8);
  });
  it('comes from below with its foot in sight', () => {
    expect(scrollToShow(box, 0, 600)).toBe(1200 + 8 - 600);
  });
});
