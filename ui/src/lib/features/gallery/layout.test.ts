import { describe, expect, it } from 'vitest';
import { boxesOf, justify, neighbour, rowOf, rowsWithin, stack, type Box, type Grid } from './layout';

const WIDE: Grid = { width: 976, rowHeight: 204, gap: 8 };
const LANDSCAPE = 1248 / 704;

/** Boxes grouped by their row. */
function rowsOf(boxes: { x: number; y: number; width: number; height: number }[]) {
  const rows = new Map<number, typeof boxes>();
  for (const box of boxes) rows.set(box.y, [...(rows.get(box.y) ?? []), box]);
  return [...rows.values()];
}

describe('justify', () => {
  it('fills every row but the last to the exact width', () => {
    const aspects = Array.from({ length: 23 }, (_, index) => [LANDSCAPE, 1, 0.5641, 2.35][index % 4] ?? 1);
    const { boxes, height } = justify(aspects, WIDE);
    expect(boxes).toHaveLength(23);
    const rows = rowsOf(boxes);
    for (const row of rows.slice(0, -1)) {
      const right = Math.max(...row.map((box) => box.x + box.width));
      expect(Math.abs(right - 976), 'a filled row ends at the margin').toBeLessThanOrEqual(1);
    }
    const last = boxes.at(-1);
    expect(height, 'the height ends with the last row, without a gap').toBe((last?.y ?? 0) + (last?.height ?? 0));
  });

  it('keeps row heights near the one aimed at and pictures in their shape', () => {
    const aspects = Array.from(
      { length: 200 },
      (_, index) => [LANDSCAPE, 1, 0.5641, 2.35, 1.346][(index * 7) % 5] ?? 1,
    );
    const { boxes } = justify(aspects, WIDE);
    for (const row of rowsOf(boxes).slice(0, -1)) {
      const height = row[0]?.height ?? 0;
      expect(height, 'no row may look like another size of gallery').toBeGreaterThan(204 * 0.7);
      expect(height).toBeLessThan(204 * 1.45);
    }
    for (const [index, box] of boxes.entries()) {
      const drawn = box.width / box.height;
      expect(Math.abs(drawn - (aspects[index] ?? 1)), 'never stretched by more than a pixel').toBeLessThan(0.03);
    }
  });

  it('leaves a sparse last row at the height aimed at', () => {
    const { boxes } = justify([LANDSCAPE], WIDE);
    expect(boxes[0]).toEqual({ x: 0, y: 0, width: Math.round(LANDSCAPE * 204), height: 204 });
  });

  it('fills a last row that is over 80 % full', () => {
    // 2 × 16:9 + 1:1 stands 943 of 976 wide at 204 px.
    const { boxes } = justify([LANDSCAPE, LANDSCAPE, 1], WIDE);
    const right = Math.max(...boxes.map((box) => box.x + box.width));
    expect(right).toBe(976);
    expect(boxes[0]?.height).toBe(Math.round((976 - 16) / (2 * LANDSCAPE + 1)));
  });

  it('does not leave one narrow picture alone in the last row', () => {
    const aspects = [LANDSCAPE, LANDSCAPE, 1, 2.35, LANDSCAPE, 0.5641, 1.346, 0.743, LANDSCAPE, 0.5641];
    const rows = rowsOf(justify(aspects, { width: 928, rowHeight: 140, gap: 8 }).boxes);
    expect(rows.at(-1)?.length).toBeGreaterThan(1);
  });

  it('gives a picture that is wider than the room a row of its own, not beyond the margin', () => {
    const { boxes } = justify([2.35, 2.35], { width: 300, rowHeight: 140, gap: 8 });
    expect(boxes.map((box) => box.width)).toEqual([300, 300]);
    expect(boxes[1]?.y).toBe((boxes[0]?.height ?? 0) + 8);
  });

  it('has no height without pictures or without a room', () => {
    expect(justify([], WIDE)).toEqual({ boxes: [], height: 0 });
    expect(justify([1], { ...WIDE, width: 0 }).height).toBe(0);
  });

  it('breaks rows as well as trying every way to break them', () => {
    const cost = (rows: number[][]): number =>
      rows.reduce((sum, row, index) => {
        const aspect = row.reduce((total, one) => total + one, 0);
        const natural = aspect * WIDE.rowHeight + WIDE.gap * (row.length - 1);
        if (index === rows.length - 1 && natural <= WIDE.width * 0.8) return sum + 0.08 * (1 - natural / WIDE.width);
        const ratio = (WIDE.width - WIDE.gap * (row.length - 1)) / aspect / WIDE.rowHeight;
        return sum + ratio + 1 / ratio - 2;
      }, 0);
    /** The least cost of all 2ⁿ⁻¹ ways to break the pictures into rows. */
    const least = (aspects: number[]): number => {
      let best = Infinity;
      for (let breaks = 0; breaks < 2 ** (aspects.length - 1); breaks += 1) {
        const rows: number[][] = [[]];
        for (const [index, aspect] of aspects.entries()) {
          rows.at(-1)?.push(aspect);
          if (index < aspects.length - 1 && breaks & (1 << index)) rows.push([]);
        }
        best = Math.min(best, cost(rows));
      }
      return best;
    };
    for (let turn = 0; turn < 12; turn += 1) {
      const aspects = Array.from(
        { length: 11 },
        (_, at) => [LANDSCAPE, 1, 0.5641, 2.35, 1.346][(at * 3 + turn) % 5] ?? 1,
      );
      const { boxes } = justify(aspects, WIDE);
      const rows = rowsOf(boxes).map((row) => row.map((box) => aspects[boxes.indexOf(box as Box)] ?? 1));
      expect(cost(rows)).toBeCloseTo(least(aspects), 4);
    }
  });
});

/** An array that counts how often it is read. */
function counted(aspects: Float32Array): { aspects: Float32Array; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(aspects, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  return { aspects: proxy, reads: () => reads };
}

describe('stack', () => {
  const many = Float32Array.from(
    { length: 100_000 },
    (_, index) => [LANDSCAPE, 1, 0.5641, 2.35, 1.346, 0.743][(index * 7) % 6] ?? 1,
  );
  const days = Array.from({ length: 1_000 }, () => ({ count: 100, above: 36, below: 12 }));

  it.each([
    ['a thousand days', days],
    ['one block', [{ count: 100_000, above: 0, below: 0 }]],
  ])('places a hundred thousand pictures in %s, looking at each at most 16 times', (_, blocks) => {
    const watched = counted(many);
    const { rows } = stack(watched.aspects, blocks, WIDE);
    expect(rows.starts[rows.count]).toBe(100_000);
    expect(watched.reads() / 100_000).toBeLessThanOrEqual(16);
  });

  it('stands where laying out each day by itself, one under the other, would put it', () => {
    const { rows, blockTops } = stack(many, days, WIDE);
    let y = 0;
    for (let day = 0; day < 1_000; day += 37) {
      y = blockTops[day] ?? 0;
      const { boxes, height } = justify([...many.slice(day * 100, day * 100 + 100)], WIDE);
      for (const at of [0, 1, 50, 99]) {
        const row = rowOf(rows, day * 100 + at);
        const box = boxesOf(rows, row, many, WIDE.gap)[day * 100 + at - (rows.starts[row] ?? 0)];
        expect(box).toEqual({ ...boxes[at], y: y + 36 + (boxes[at]?.y ?? 0) });
      }
      expect(blockTops[day + 1]).toBe(y + 36 + height + 12);
    }
  });

  it('makes no picture of its own: four numbers a row, nothing a picture', () => {
    const { rows } = stack(many, days, WIDE);
    expect(rows.count).toBeLessThan(40_000);
    for (const list of [rows.starts, rows.tops, rows.heights]) expect(ArrayBuffer.isView(list)).toBe(true);
  });

  it('gives a day without pictures its room only', () => {
    const { blockTops, rows } = stack(new Float32Array(0), [{ count: 0, above: 36, below: 12 }], WIDE);
    expect([...blockTops]).toEqual([0, 48]);
    expect(rows.count).toBe(0);
  });
});

describe('neighbour', () => {
  // Two rows of two and a last one of a single picture.
  const aspects = Float32Array.from([1, 3, 2, 2, 3.9]);
  const grid: Grid = { width: 408, rowHeight: 100, gap: 8 };
  const { rows } = stack(aspects, [{ count: 5, above: 0, below: 0 }], grid);
  const go = (from: number, direction: Parameters<typeof neighbour>[4]): number =>
    neighbour(rows, aspects, grid.gap, from, direction);

  it('has the rows that the test is about', () => {
    expect([...rows.starts.slice(0, rows.count + 1)]).toEqual([0, 2, 4, 5]);
  });

  it('goes left and right in reading order, over row ends', () => {
    expect(go(1, 'right')).toBe(2);
    expect(go(2, 'left')).toBe(1);
  });

  it('goes up and down to the nearest middle', () => {
    expect(go(1, 'down')).toBe(3);
    expect(go(2, 'up')).toBe(0);
    expect(go(3, 'down')).toBe(4);
  });

  it('stays at the edges', () => {
    expect(go(0, 'up')).toBe(0);
    expect(go(0, 'left')).toBe(0);
    expect(go(4, 'right')).toBe(4);
    expect(go(4, 'down')).toBe(4);
    expect(go(7, 'left'), 'no picture at all').toBe(7);
  });

  it('knows the first and the last', () => {
    expect(go(2, 'first')).toBe(0);
    expect(go(2, 'last')).toBe(4);
  });
});

describe('rowsWithin', () => {
  const aspects = new Float32Array(40).fill(1);
  const grid: Grid = { width: 424, rowHeight: 100, gap: 8 };
  const { rows } = stack(
    aspects,
    Array.from({ length: 5 }, () => ({ count: 8, above: 36, below: 12 })),
    grid,
  );

  it('agrees with looking at every row', () => {
    for (let from = -50; from < 1_400; from += 17) {
      const touched = Array.from({ length: rows.count }, (_, row) => row).filter(
        (row) =>
          (rows.tops[row] ?? 0) + Math.round(rows.heights[row] ?? 0) >= from && (rows.tops[row] ?? 0) <= from + 200,
      );
      const first = touched[0];
      expect(rowsWithin(rows, from, from + 200)).toEqual(first === undefined ? null : [first, touched.at(-1)]);
    }
  });
});
