/**
 * Rows justified by aspect ratio: which pictures of the gallery share a row, and where each stands in it.
 *
 * Everything is computed from aspect ratios and the width of the room, nothing is measured, and nothing is made for a
 * single picture until it is drawn: a hundred thousand clips are a few arrays of numbers. Must not know what a clip or a
 * job is.
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
const filledHeight = (aspectSum: number, count: number, grid: Grid): number =>
  Math.max(1, (grid.width - grid.gap * (count - 1)) / aspectSum);

/** Whether a row stands at its filled height; the last one of a block only when it is nearly full. */
const fills = (aspectSum: number, count: number, isLast: boolean, grid: Grid): boolean =>
  !isLast || aspectSum * grid.rowHeight + grid.gap * (count - 1) > grid.width * FILL_LAST_ROW_FROM;

/** What an empty last row costs, against the cost of rows that are not of the height aimed at. */
const EMPTINESS = 0.08;
/** Rows flatter than this share of the height aimed at are not tried. */
const FLATTEST = 0.55;

/**
 * How far a row is from the height aimed at: the same for twice as high and half as high, near to the square of the
 * logarithm, without computing one for each of a million tries.
 */
function costOfRow(aspectSum: number, count: number, isLast: boolean, grid: Grid): number {
  if (!fills(aspectSum, count, isLast, grid)) {
    return EMPTINESS * (1 - (aspectSum * grid.rowHeight + grid.gap * (count - 1)) / grid.width);
  }
  const ratio = filledHeight(aspectSum, count, grid) / grid.rowHeight;
  return ratio + 1 / ratio - 2;
}

/** Room to work in, kept between blocks. */
interface Scratch {
  cost: Float64Array;
  from: Int32Array;
}

const scratchFor = (count: number): Scratch => ({
  cost: new Float64Array(count + 1),
  from: new Int32Array(count + 1),
});

/**
 * Splits `count` pictures from `first` on into rows so that all rows together are nearest to the height aimed at and the
 * last one is not left with a single picture where that can be had: the shortest way through all breaks, as in setting a
 * paragraph. Appends the first picture of each row to `starts` and returns how many rows there are.
 *
 * Looks at each picture once for every row that it could be the first of: at most as many as fit into a row of
 * {@link FLATTEST} height, whatever the number of pictures.
 */
function breakRows(
  aspects: Float32Array,
  first: number,
  count: number,
  grid: Grid,
  scratch: Scratch,
  starts: Int32Array,
  row: number,
): number {
  const { cost, from } = scratch;
  const flattest = grid.rowHeight * FLATTEST;
  cost[0] = 0;
  for (let end = 1; end <= count; end += 1) {
    let least = Infinity;
    let best = end - 1;
    let sum = 0;
    for (let at = end - 1; at >= 0; at -= 1) {
      sum += aspects[first + at] ?? 1;
      const pictures = end - at;
      if (pictures > 1 && (grid.width - grid.gap * (pictures - 1)) / sum < flattest) break;
      const total = (cost[at] ?? 0) + costOfRow(sum, pictures, end === count, grid);
      if (total < least) {
        least = total;
        best = at;
      }
    }
    cost[end] = least;
    from[end] = best;
  }
  let rows = 0;
  for (let end = count; end > 0; end = from[end] ?? 0) rows += 1;
  let place = row + rows;
  for (let end = count; end > 0; end = from[end] ?? 0) {
    place -= 1;
    starts[place] = first + (from[end] ?? 0);
  }
  return rows;
}

/** Rows of pictures under each other, in blocks. `top` counts from the top of all of them. */
export interface Rows {
  count: number;
  /** The first picture of each row, and after the last row the number of pictures. */
  starts: Int32Array;
  /** Top of each row in CSS pixels. */
  tops: Float64Array;
  /** The exact height that a row aims at; drawn rounded. */
  heights: Float64Array;
}

/** One block of rows: pictures that begin on a new row, with room above and below. */
export interface Block {
  /** How many pictures. */
  count: number;
  /** Room above the first row and below the last one, CSS pixels. */
  above: number;
  below: number;
}

/** Places blocks of pictures under each other. Returns the rows, and the top of each block and of the end. */
export function stack(
  aspects: Float32Array,
  blocks: readonly Block[],
  grid: Grid,
): { rows: Rows; blockTops: Float64Array; blockRows: Int32Array } {
  const total = blocks.reduce((sum, block) => sum + block.count, 0);
  const scratch = scratchFor(blocks.reduce((most, block) => Math.max(most, block.count), 0));
  const starts = new Int32Array(total + 1);
  const tops = new Float64Array(total);
  const heights = new Float64Array(total);
  const blockTops = new Float64Array(blocks.length + 1);
  const blockRows = new Int32Array(blocks.length + 1);
  let first = 0;
  let row = 0;
  let y = 0;
  for (const [index, block] of blocks.entries()) {
    blockTops[index] = y;
    blockRows[index] = row;
    y += block.above;
    const rows = breakRows(aspects, first, block.count, grid, scratch, starts, row);
    const end = first + block.count;
    for (let at = row; at < row + rows; at += 1) {
      const isLast = at === row + rows - 1;
      const from = starts[at] ?? 0;
      const to = isLast ? end : (starts[at + 1] ?? end);
      let sum = 0;
      for (let picture = from; picture < to; picture += 1) sum += aspects[picture] ?? 1;
      const exact = fills(sum, to - from, isLast, grid) ? filledHeight(sum, to - from, grid) : grid.rowHeight;
      tops[at] = y;
      heights[at] = exact;
      y += Math.round(exact) + grid.gap;
    }
    if (rows > 0) y -= grid.gap;
    y += block.below;
    row += rows;
    first = end;
  }
  starts[row] = total;
  blockTops[blocks.length] = y;
  blockRows[blocks.length] = row;
  return { rows: { count: row, starts, tops, heights }, blockTops, blockRows };
}

/**
 * Where the pictures of one row stand; `y` counts from the top of everything. Edges of a filled row meet the full width
 * exactly; heights are rounded, so a picture is off its own shape by less than one pixel.
 */
export function boxesOf(rows: Rows, row: number, aspects: Float32Array, gap: number): Box[] {
  const exact = rows.heights[row] ?? 0;
  const height = Math.round(exact);
  const y = rows.tops[row] ?? 0;
  const boxes: Box[] = [];
  let edge = 0;
  for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at += 1) {
    const x = Math.round(edge);
    edge += (aspects[at] ?? 1) * exact;
    boxes.push({ x, y, width: Math.max(1, Math.round(edge) - x), height });
    edge += gap;
  }
  return boxes;
}

/** The last place in an ascending list of `count` numbers that is not over `value`; -1 when all are. */
export function lastNotOver(list: Float64Array | Int32Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The row that a picture stands in. */
export const rowOf = (rows: Rows, picture: number): number => lastNotOver(rows.starts, rows.count, picture);

/** The first and last row that touch the range `from` – `to` (CSS pixels); null when none does. */
export function rowsWithin(rows: Rows, from: number, to: number): [number, number] | null {
  const last = lastNotOver(rows.tops, rows.count, to);
  if (last < 0) return null;
  let first = Math.max(0, lastNotOver(rows.tops, rows.count, from));
  // The row before a heading may end above the range.
  if ((rows.tops[first] ?? 0) + Math.round(rows.heights[first] ?? 0) < from) first += 1;
  return first <= last ? [first, last] : null;
}

/** Places pictures of the given aspect ratios (width / height) in rows: one box for each, and the height of all. */
export function justify(aspects: readonly number[], grid: Grid): { boxes: Box[]; height: number } {
  if (grid.width <= 0) return { boxes: aspects.map(() => ({ x: 0, y: 0, width: 0, height: 0 })), height: 0 };
  const shapes = Float32Array.from(aspects);
  const { rows, blockTops } = stack(shapes, [{ count: aspects.length, above: 0, below: 0 }], grid);
  const boxes = Array.from({ length: rows.count }, (_, row) => boxesOf(rows, row, shapes, grid.gap)).flat();
  return { boxes, height: blockTops[1] ?? 0 };
}

/** Where an arrow key leads. */
export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/**
 * The neighbour of a picture in a direction, or the picture itself at an edge.
 *
 * Left and right follow the reading order; up and down go to the row above or below, to the picture whose middle is
 * nearest.
 */
export function neighbour(
  rows: Rows,
  aspects: Float32Array,
  gap: number,
  picture: number,
  direction: Direction,
): number {
  const total = rows.starts[rows.count] ?? 0;
  if (picture < 0 || picture >= total) return picture;
  if (direction === 'first') return 0;
  if (direction === 'last') return total - 1;
  if (direction === 'left') return Math.max(0, picture - 1);
  if (direction === 'right') return Math.min(total - 1, picture + 1);

  const row = rowOf(rows, picture);
  const beyond = direction === 'up' ? row - 1 : row + 1;
  if (beyond < 0 || beyond >= rows.count) return picture;
  const here = boxesOf(rows, row, aspects, gap)[picture - (rows.starts[row] ?? 0)];
  const middle = here ? here.x + here.width / 2 : 0;
  let nearest = 0;
  let least = Infinity;
  for (const [index, box] of boxesOf(rows, beyond, aspects, gap).entries()) {
    const distance = Math.abs(box.x + box.width / 2 - middle);
    if (distance < least) [least, nearest] = [distance, index];
  }
  return (rows.starts[beyond] ?? 0) + nearest;
}
