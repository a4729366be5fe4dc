import { describe, expect, it } from 'vitest';
import { justify, neighbour, within, type Grid, type Placed } from './layout';

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

  it('places ten thousand pictures fast enough for every resize', () => {
    const aspects = Array.from({ length: 10_000 }, (_, index) => [LANDSCAPE, 1, 0.5641][index % 3] ?? 1);
    const start = performance.now();
    justify(aspects, WIDE);
    expect(performance.now() - start, 'a frame at 10 Hz is the most that a resize may cost').toBeLessThan(100);
  });
});

describe('neighbour', () => {
  const placed: Placed[] = [
    { key: 'a', x: 0, y: 0, width: 100, height: 50 },
    { key: 'b', x: 108, y: 0, width: 300, height: 50 },
    { key: 'c', x: 0, y: 58, width: 200, height: 50 },
    { key: 'd', x: 208, y: 58, width: 200, height: 50 },
    { key: 'e', x: 0, y: 200, width: 60, height: 50 },
  ];

  it('goes left and right in reading order, over row ends', () => {
    expect(neighbour(placed, 'b', 'right')).toBe('c');
    expect(neighbour(placed, 'c', 'left')).toBe('b');
  });

  it('goes up and down to the nearest middle', () => {
    expect(neighbour(placed, 'b', 'down')).toBe('d');
    expect(neighbour(placed, 'c', 'up')).toBe('a');
    expect(neighbour(placed, 'd', 'down')).toBe('e');
  });

  it('stays at the edges', () => {
    expect(neighbour(placed, 'a', 'up')).toBe('a');
    expect(neighbour(placed, 'a', 'left')).toBe('a');
    expect(neighbour(placed, 'e', 'right')).toBe('e');
    expect(neighbour(placed, 'gone', 'right')).toBe('gone');
  });

  it('knows the first and the last', () => {
    expect(neighbour(placed, 'c', 'first')).toBe('a');
    expect(neighbour(placed, 'c', 'last')).toBe('e');
  });
});

describe('within', () => {
  it('keeps what touches the range', () => {
    const things = [0, 100, 200, 300].map((y) => ({ y, height: 90 }));
    expect(within(things, 95, 205).map((thing) => thing.y)).toEqual([100, 200]);
  });
});
