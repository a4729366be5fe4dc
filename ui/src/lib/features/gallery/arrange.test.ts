import { describe, expect, it } from 'vitest';
import type { Shelf } from '$lib/ipc/bindings';
import type { Item } from '$lib/state/library.svelte';
import {
  arrange,
  boxOf,
  firstBelow,
  HEADING,
  rowsToDraw,
  scrollToShow,
  seatAt,
  seatOfClip,
  seatOfItem,
  sectionOf,
  type Arrangement,
} from './arrange';
import { rowsWithin } from './layout';

const GRID = { width: 976, rowHeight: 204, gap: 8 };

const job = (key: string, day: number, width: number, height: number): Item =>
  ({
    kind: 'job',
    key,
    at: new Date(2026, 10, day, 13).toISOString(),
    job: { estimate: { size: { width, height } } },
  }) as unknown as Item;

/** A shelf of these days, each with so many clips of 16:9. */
const shelf = (...days: [day: string, clips: number][]): Shelf => {
  const total = days.reduce((sum, [, clips]) => sum + clips, 0);
  return {
    revision: 1,
    total,
    shapes: [
      { width: 1248, height: 704 },
      { width: 960, height: 960 },
    ],
    layout: String.fromCharCode(...Array.from({ length: total }, (_, at) => 0x100 + (at % 2))),
    days: days.map(([day, clips]) => ({ day, clips, seconds: 5 * clips, spent: '1', pretend: null, bytes: 1 })),
  };
};

const seats = (arrangement: Arrangement): (string | number)[] =>
  Array.from({ length: arrangement.count }, (_, seat) => {
    const at = seatAt(arrangement, seat);
    return at === undefined ? 'nothing' : 'item' in at ? at.item.key : at.clip;
  });

describe('arrange', () => {
  it('puts days under each other with a heading each', () => {
    const { sections, height } = arrange(shelf(['2026-11-22', 1], ['2026-11-21', 1]), [], GRID);
    expect(sections.map((section) => section.y)).toEqual([0, HEADING + 204 + 12]);
    expect(height).toBe(2 * (HEADING + 204 + 12));
  });

  it('reads the shape of each clip from the shelf', () => {
    const arrangement = arrange(shelf(['2026-11-22', 2]), [], GRID);
    expect(boxOf(arrangement, 0)?.width).toBe(Math.round((204 * 1248) / 704));
    expect(boxOf(arrangement, 1)?.width).toBe(204);
  });

  it('gives a job in progress the shape of its clip', () => {
    const arrangement = arrange(shelf(), [job('a', 22, 704, 1248)], GRID);
    const box = boxOf(arrangement, 0);
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(704 / 1248, 2);
  });

  it('puts cards beside the shelf before the clips of their day, and makes the days that only they have', () => {
    const extras = [job('today', 23, 1, 1), job('b', 22, 1, 1), job('c', 22, 1, 1), job('old', 19, 1, 1)];
    const arrangement = arrange(shelf(['2026-11-22', 2], ['2026-11-20', 1]), extras, GRID);
    expect(arrangement.sections.map((section) => section.day)).toEqual([
      '2026-11-23',
      '2026-11-22',
      '2026-11-20',
      '2026-11-19',
    ]);
    expect(seats(arrangement)).toEqual(['today', 'b', 'c', 0, 1, 2, 'old']);
    expect([0, 1, 2].map((clip) => seatOfClip(arrangement, clip))).toEqual([3, 4, 5]);
    expect(seatOfItem(arrangement, 'old')).toBe(6);
    expect(seatOfItem(arrangement, 'gone')).toBe(-1);
  });

  it('turns the days round for the oldest first', () => {
    const arrangement = arrange(shelf(['2026-11-20', 1], ['2026-11-22', 1]), [job('a', 21, 1, 1)], GRID, {
      newestFirst: false,
    });
    expect(arrangement.sections.map((section) => section.day)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22']);
    expect(seats(arrangement)).toEqual([0, 'a', 1]);
  });

  it('has no headings in another order than by date', () => {
    const arrangement = arrange({ ...shelf(['x', 3]), days: [] }, [job('a', 21, 1, 1)], GRID, { byDate: false });
    expect(arrangement.sections.map((section) => [section.day, section.y])).toEqual([[null, 0]]);
    expect(seats(arrangement)).toEqual(['a', 0, 1, 2]);
    expect(boxOf(arrangement, 0)?.y).toBe(0);
  });

  it('finds each of a hundred thousand clips in its place again', () => {
    const days = Array.from({ length: 1_000 }, (_, at): [string, number] => [`day-${999 - at}`, 100]);
    const arrangement = arrange({ ...shelf(), ...many(days) }, [], GRID);
    for (let clip = 0; clip < 100_000; clip += 97) {
      const seat = seatOfClip(arrangement, clip);
      expect(seatAt(arrangement, seat)).toEqual({ clip });
      expect(sectionOf(arrangement, seat)?.day).toBe(days[Math.floor(clip / 100)]?.[0]);
    }
  });
});

/** The same for more clips than can be arguments. */
function many(days: [string, number][]): Pick<Shelf, 'total' | 'layout' | 'days'> {
  const total = days.reduce((sum, [, clips]) => sum + clips, 0);
  return {
    total,
    layout: '\u0100\u0101'.repeat(total / 2),
    days: shelf(...days.map(([day]): [string, number] => [day, 0])).days.map((day) => ({ ...day, clips: 100 })),
  };
}

describe('rowsToDraw', () => {
  const arrangement = arrange(
    { ...shelf(), ...many(Array.from({ length: 100 }, (_, at) => [`d${at}`, 100])) },
    [],
    GRID,
  );
  const cards = (range: [number, number] | null): number => {
    const { starts } = arrangement.rows;
    return range ? (starts[range[1] + 1] ?? 0) - (starts[range[0]] ?? 0) : 0;
  };

  it('draws what is in sight and what is just beyond', () => {
    for (let top = 0; top < arrangement.height; top += 1_013) {
      const range = rowsToDraw(arrangement, top, 900, 600, 280);
      expect(range).not.toBeNull();
      const [first, last] = range ?? [0, 0];
      const inSight = rowsWithin(arrangement.rows, top, top + 900) ?? [first, last];
      expect(first).toBeLessThanOrEqual(inSight[0]);
      expect(last).toBeGreaterThanOrEqual(inSight[1]);
    }
  });

  it('never draws more cards than it may, however much is in sight', () => {
    for (const viewport of [900, 4_000, 40_000]) {
      for (let top = 0; top < arrangement.height; top += 5_003) {
        expect(cards(rowsToDraw(arrangement, top, viewport, 600, 280))).toBeLessThanOrEqual(280);
      }
    }
    expect(cards(rowsToDraw(arrangement, 0, 40_000, 600, 280)), 'and uses what it may').toBeGreaterThan(270);
  });
});

describe('firstBelow', () => {
  it('is the first card of the first row that reaches below a line', () => {
    const arrangement = arrange(shelf(['2026-11-22', 40]), [], GRID);
    for (let y = 0; y < arrangement.height - 20; y += 11) {
      const expected = Array.from({ length: 40 }, (_, seat) => seat).find((seat) => {
        const box = boxOf(arrangement, seat);
        return box !== undefined && box.y + box.height > y;
      });
      expect(firstBelow(arrangement, y)).toBe(expected);
    }
    expect(firstBelow(arrange(shelf(), [], GRID), 0), 'nothing is below in an empty gallery').toBe(-1);
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
