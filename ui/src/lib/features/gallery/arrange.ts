// Where every day, heading and card of the gallery stands. Computed from the shelf, the cards beside it and the width
// alone, so that the gallery can draw only what is in sight. Must not know the document.

import { dayKey } from '$lib/i18n/format';
import type { Shelf, ShelfDay } from '$lib/ipc/bindings';
import type { Item } from '$lib/state/library.svelte';
import { boxesOf, lastNotOver, rowOf, rowsWithin, stack, type Box, type Grid, type Rows } from './layout';

/** Height of a day heading in CSS pixels. */
export const HEADING = 36;
/** Room under the last row of a day in CSS pixels. */
const AFTER_DAY = 12;
/** Where `Shelf.layout` begins to count. */
const LAYOUT_BASE = 0x100;

/** A run of cards under one heading: a day, or everything when the order is not by date. */
export interface Section {
  /** `2026-11-22`; null without a heading. */
  day: string | null;
  /** What the shelf says of the day; null when it has no clip yet. */
  facts: ShelfDay | null;
  /** Cards that stand before the section's clips. */
  extras: readonly Item[];
  /** The section's first card, counted over all sections. */
  first: number;
  /** The section's first clip, counted over the shelf. */
  firstClip: number;
  clips: number;
  /** From the top of the gallery, CSS pixels. */
  y: number;
  height: number;
}

/** What stands in one place of the gallery: a card beside the shelf, or the shelf's clip of that number. */
export type Seat = { item: Item } | { clip: number };

/** The whole gallery. */
export interface Arrangement {
  sections: readonly Section[];
  rows: Rows;
  /** Width / height of each card's picture, in reading order. */
  aspects: Float32Array;
  grid: Grid;
  /** How many cards. */
  count: number;
  height: number;
}

/** Width / height of the picture that an item is or will be. */
export function aspectOf(item: Item): number {
  const size = item.kind === 'clip' ? item.clip.media : item.job.estimate.size;
  return size.width > 0 && size.height > 0 ? size.width / size.height : 16 / 9;
}

interface Group {
  day: string | null;
  facts: ShelfDay | null;
  extras: Item[];
  clips: number;
}

/** The shelf's days with the cards that stand in them, days that have only such cards included. */
function groupsOf(shelf: Shelf, extras: readonly Item[], byDate: boolean, newestFirst: boolean): Group[] {
  if (!byDate) return [{ day: null, facts: null, extras: [...extras], clips: shelf.total }];
  const groups = new Map<string, Group>();
  for (const facts of shelf.days) groups.set(facts.day, { day: facts.day, facts, extras: [], clips: facts.clips });
  let late = false;
  for (const item of extras) {
    const day = dayKey(item.at);
    const known = groups.get(day);
    if (known) known.extras.push(item);
    else {
      groups.set(day, { day, facts: null, extras: [item], clips: 0 });
      late = true;
    }
  }
  const all = [...groups.values()];
  // A shelf's days are in order already.
  if (late) {
    const sign = newestFirst ? -1 : 1;
    all.sort((a, b) => sign * (a.day ?? '').localeCompare(b.day ?? ''));
  }
  return all;
}

/** Places cards beside the shelf (in the order in which they stand in a day) and the shelf's clips. */
export function arrange(
  shelf: Shelf,
  extras: readonly Item[],
  grid: Grid,
  { byDate = true, newestFirst = true } = {},
): Arrangement {
  const groups = groupsOf(shelf, extras, byDate, newestFirst);
  const count = shelf.total + extras.length;
  const aspects = new Float32Array(count);
  const shapes = shelf.shapes.map(({ width, height }) => (width > 0 && height > 0 ? width / height : 16 / 9));
  let seat = 0;
  let clip = 0;
  for (const group of groups) {
    for (const item of group.extras) aspects[seat++] = aspectOf(item);
    for (const end = clip + group.clips; clip < end; clip += 1) {
      aspects[seat++] = shapes[shelf.layout.charCodeAt(clip) - LAYOUT_BASE] ?? 16 / 9;
    }
  }
  const { rows, blockTops } = stack(
    aspects,
    groups.map((group) => ({
      count: group.extras.length + group.clips,
      above: group.day === null ? 0 : HEADING,
      below: AFTER_DAY,
    })),
    grid,
  );
  let first = 0;
  let firstClip = 0;
  const sections = groups.map((group, index): Section => {
    const y = blockTops[index] ?? 0;
    const section = { ...group, first, firstClip, y, height: (blockTops[index + 1] ?? y) - y };
    first += group.extras.length + group.clips;
    firstClip += group.clips;
    return section;
  });
  return { sections, rows, aspects, grid, count, height: blockTops[groups.length] ?? 0 };
}

/** The section that a card stands in. */
export function sectionOf(arrangement: Arrangement, seat: number): Section | undefined {
  const { sections } = arrangement;
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sections[middle]?.first ?? 0) <= seat) low = middle + 1;
    else high = middle;
  }
  return sections[low - 1];
}

/** What stands in a place, counted from 0 in reading order. */
export function seatAt(arrangement: Arrangement, seat: number): Seat | undefined {
  const section = sectionOf(arrangement, seat);
  if (!section || seat < 0 || seat >= arrangement.count) return undefined;
  const place = seat - section.first;
  const item = section.extras[place];
  return item ? { item } : { clip: section.firstClip + place - section.extras.length };
}

/** The place of the shelf's clip of that number. */
export function seatOfClip(arrangement: Arrangement, clip: number): number {
  const { sections } = arrangement;
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const section = sections[middle];
    // A day without clips begins where the next one does: the last that begins there has them.
    if ((section?.firstClip ?? 0) <= clip) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at -= 1) {
    const section = sections[at];
    if (section && section.clips > 0) return section.first + section.extras.length + clip - section.firstClip;
  }
  return -1;
}

/** The place of a card beside the shelf, by its key; -1 when it has none. */
export function seatOfItem(arrangement: Arrangement, key: string): number {
  for (const section of arrangement.sections) {
    const at = section.extras.findIndex((item) => item.key === key);
    if (at >= 0) return section.first + at;
  }
  return -1;
}

/** Where a card stands, from the top of the gallery. */
export function boxOf(arrangement: Arrangement, seat: number): Box | undefined {
  if (seat < 0 || seat >= arrangement.count) return undefined;
  const row = rowOf(arrangement.rows, seat);
  return boxesOf(arrangement.rows, row, arrangement.aspects, arrangement.grid.gap)[
    seat - (arrangement.rows.starts[row] ?? 0)
  ];
}

/**
 * The rows to draw, first and last: those in sight, and of those `beyond` CSS pixels above and below as many as keep the
 * cards at `most`, nearest first. Null when there are none.
 */
export function rowsToDraw(
  { rows }: Arrangement,
  top: number,
  viewport: number,
  beyond: number,
  most: number,
): [number, number] | null {
  const wanted = rowsWithin(rows, top - beyond, top + viewport + beyond);
  if (!wanted) return null;
  const size = (from: number, to: number): number => (rows.starts[to + 1] ?? 0) - (rows.starts[from] ?? 0);
  let [first, last] = rowsWithin(rows, top, top + viewport) ?? [wanted[0], wanted[0]];
  while (last > first && size(first, last) > most) last -= 1;
  for (let grown = true; grown;) {
    grown = false;
    if (last < wanted[1] && size(first, last + 1) <= most) {
      last += 1;
      grown = true;
    }
    if (first > wanted[0] && size(first - 1, last) <= most) {
      first -= 1;
      grown = true;
    }
  }
  return [first, last];
}

/** The first card of the first row that reaches below `y`. */
export function firstBelow({ rows, count }: Arrangement, y: number): number {
  let row = Math.max(0, lastNotOver(rows.tops, rows.count, y));
  while (row < rows.count - 1 && (rows.tops[row] ?? 0) + Math.round(rows.heights[row] ?? 0) <= y) row += 1;
  return count === 0 ? -1 : (rows.starts[row] ?? 0);
}

/**
 * How far to scroll so that a box is in sight below the sticky heading, from the present scroll position; the position
 * itself when it is in sight already.
 */
export function scrollToShow(box: Box, top: number, viewport: number): number {
  const margin = 8;
  if (box.y - HEADING - margin < top) return Math.max(0, box.y - HEADING - margin);
  if (box.y + box.height + margin > top + viewport) {
    return Math.min(box.y - HEADING - margin, box.y + box.height + margin - viewport);
  }
  return top;
}
