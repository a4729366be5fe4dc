/**
 * Rows justified by aspect ratio: where every picture of the gallery stands.
 *
 * Everything is computed from aspect ratios and the width of the room, nothing is measured, so thousands
 * of clips can be placed without one of them being in the document. Must not know what a clip or a job is.
 */

/** A rectangle in CSS pixels, whole numbers, relative to the top left corner of its block. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Sizes of the grid in CSS pixels. */
export interface Grid {
  /** Width of the room. */
  width: number;
  /** The height that rows aim at. */
  rowHeight: number;
  /** Between pictures, both ways. */
  gap: number;
}

/** The last row of a block is stretched to the full width only when it is fuller than this share. */
export const FILL_LAST_ROW_FROM = 0.8;

/** Height at which pictures with these aspect ratios fill the whole width. */
function filledHeight(aspectSum: number, count: number, grid: Grid): number {
  return Math.max(1, (grid.width - grid.gap * (count - 1)) / aspectSum);
}

/** What an empty last row costs, against the cost of rows that are not of the height aimed at. */
const EMPTINESS = 0.08;
/** Rows flatter than this share of the height aimed at are not tried. */
const FLATTEST = 0.55;

/** How far a row is from the height aimed at, the same for twice as high and half as high. */
function costOfRow(aspectSum: number, count: number, isLast: boolean, grid: Grid): number {
  const natural = aspectSum * grid.rowHeight + grid.gap * (count - 1);
  if (isLast && natural <= grid.width * FILL_LAST_ROW_FROM) return EMPTINESS * (1 - natural / grid.width);
  return Math.log(filledHeight(aspectSum, count, grid) / grid.rowHeight) ** 2;
}

/**
 * Splits the pictures into rows so that all rows together are nearest to the height aimed at and the last one is not
 * left with a single picture where that can be had: the shortest way through all breaks, as in setting a paragraph.
 */
function breakRows(aspects: readonly number[], grid: Grid): number[][] {
  const best: { cost: number; from: number }[] = [{ cost: 0, from: 0 }];
  for (let end = 1; end <= aspects.length; end += 1) {
    let found = { cost: Infinity, from: end - 1 };
    let sum = 0;
    for (let from = end - 1; from >= 0; from -= 1) {
      sum += aspects[from] ?? 1;
      const count = end - from;
      if (count > 1 && filledHeight(sum, count, grid) < grid.rowHeight * FLATTEST) break;
      const cost = (best[from]?.cost ?? Infinity) + costOfRow(sum, count, end === aspects.length, grid);
      if (cost < found.cost) found = { cost, from };
    }
    best.push(found);
  }
  const rows: number[][] = [];
  for (let end = aspects.length; end > 0;) {
    const from = best[end]?.from ?? end - 1;
    rows.unshift(Array.from({ length: end - from }, (_, index) => from + index));
    end = from;
  }
  return rows;
}

/**
 * Places pictures of the given aspect ratios (width / height) in rows.
 *
 * Returns one box for each picture, in the same order, and the height of all rows together.
 * Edges of a filled row meet the full width exactly; heights are rounded, so a picture is off its own
 * shape by less than one pixel.
 */
export function justify(aspects: readonly number[], grid: Grid): { boxes: Box[]; height: number } {
  const boxes: Box[] = [];
  if (grid.width <= 0) return { boxes: aspects.map(() => ({ x: 0, y: 0, width: 0, height: 0 })), height: 0 };
  const rows = breakRows(aspects, grid);
  let y = 0;
  for (const [rowIndex, row] of rows.entries()) {
    const gaps = grid.gap * (row.length - 1);
    const sum = row.reduce((total, index) => total + (aspects[index] ?? 1), 0);
    const natural = sum * grid.rowHeight + gaps;
    const isLast = rowIndex === rows.length - 1;
    const fills = !isLast || natural > grid.width * FILL_LAST_ROW_FROM;
    const exact = fills ? filledHeight(sum, row.length, grid) : grid.rowHeight;
    const height = Math.round(exact);
    let edge = 0;
    for (const index of row) {
      const x = Math.round(edge);
      edge += (aspects[index] ?? 1) * exact;
      boxes[index] = { x, y, width: Math.max(1, Math.round(edge) - x), height };
      edge += grid.gap;
    }
    y += height + grid.gap;
  }
  return { boxes, height: rows.length > 0 ? y - grid.gap : 0 };
}

/** A placed thing with its key; `y` counts from the top of the whole gallery. */
export interface Placed extends Box {
  key: string;
}

/** Where an arrow key leads. */
export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/**
 * The key of the neighbour in a direction, or the same key at an edge.
 *
 * Left and right follow the reading order; up and down go to the row above or below, to the picture
 * whose middle is nearest. `placed` must be in reading order.
 */
export function neighbour(placed: readonly Placed[], key: string, direction: Direction): string {
  const at = placed.findIndex((box) => box.key === key);
  const here = placed[at];
  const first = placed[0];
  const last = placed.at(-1);
  if (!here || !first || !last) return key;
  if (direction === 'first') return first.key;
  if (direction === 'last') return last.key;
  if (direction === 'left') return placed[at - 1]?.key ?? key;
  if (direction === 'right') return placed[at + 1]?.key ?? key;

  const above = direction === 'up';
  const beyond = placed.filter((box) => (above ? box.y < here.y : box.y > here.y));
  if (beyond.length === 0) return key;
  const rowY = above ? Math.max(...beyond.map((box) => box.y)) : Math.min(...beyond.map((box) => box.y));
  const middle = here.x + here.width / 2;
  const nearest = beyond
    .filter((box) => box.y === rowY)
    .reduce((best, box) =>
      Math.abs(box.x + box.width / 2 - middle) < Math.abs(best.x + best.width / 2 - middle) ? box : best,
    );
  return nearest.key;
}

/** The things that touch the vertical range `from` – `to` (CSS pixels). */
export function within<T extends { y: number; height: number }>(things: readonly T[], from: number, to: number): T[] {
  return things.filter((thing) => thing.y + thing.height >= from && thing.y <= to);
}
