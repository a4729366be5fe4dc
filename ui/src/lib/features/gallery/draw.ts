// What of the gallery is put into the document: the sections and cards of some rows. Keys name what a card shows, so that
// it stays the same element wherever it moves; a clip that is not here yet is named by its place.

import { library } from '$lib/state/library.svelte';
import { seatAt, seatOfClip, seatOfItem, sectionOf, type Arrangement, type Section } from './arrange';
import { boxesOf, rowOf, type Box } from './layout';

/** A section is drawn from here on in steps of so many CSS pixels: no element comes to be as high as a large day. */
const STEP = 16_384;
const WAITING = 'at-';

/** A card to draw. */
export interface DrawnCard {
  key: string;
  /** Counted from 0 in reading order. */
  seat: number;
  /** Its clip's place in the order; -1 for a card beside it. */
  place: number;
  box: Box;
}

/** A section with what of it is drawn. */
export interface DrawnSection {
  section: Section;
  /** Where its element begins and ends, from the top of the gallery, CSS pixels. */
  base: number;
  end: number;
  cards: DrawnCard[];
}

/** The name of what stands in a place; null beyond the last one. */
export function keyOf(arrangement: Arrangement, seat: number): string | null {
  const at = seatAt(arrangement, seat);
  if (!at) return null;
  return 'item' in at ? at.item.key : (library.clipAt(at.clip)?.id ?? `${WAITING}${at.clip}`);
}

/**
 * Where something stands; -1 when it is nowhere. `place` is its clip's place in the order where that is known otherwise.
 */
export function seatOfKey(arrangement: Arrangement, key: string, place = library.knownPlace(key)): number {
  if (key.startsWith(WAITING)) return seatOfClip(arrangement, Number(key.slice(WAITING.length)));
  if (place !== undefined) return seatOfClip(arrangement, place);
  const item = seatOfItem(arrangement, key);
  if (item >= 0) return item;
  // A job whose clip took its place.
  const made = library.clipOf(key);
  return made === undefined ? -1 : seatOfKey(arrangement, made);
}

/** The place in the order of the clip at or after a card. */
export function placeNear(arrangement: Arrangement, seat: number): number {
  const at = seatAt(arrangement, seat);
  if (at && 'clip' in at) return at.clip;
  return sectionOf(arrangement, seat)?.firstClip ?? 0;
}

/** What to draw of some rows (first and last), and of one card beyond them that is held (-1 for none). */
export function drawnIn(arrangement: Arrangement, firstRow: number, lastRow: number, held: number): DrawnSection[] {
  const drawn = new Map<Section, DrawnSection>();
  const { rows, aspects, grid } = arrangement;
  const add = (row: number, only = -1): void => {
    const first = rows.starts[row] ?? 0;
    const section = sectionOf(arrangement, first);
    if (!section) return;
    let into = drawn.get(section);
    if (!into) {
      const base = section.y;
      into = { section, base, end: section.y + section.height, cards: [] };
      drawn.set(section, into);
    }
    for (const [index, box] of boxesOf(rows, row, aspects, grid.gap).entries()) {
      const seat = first + index;
      if (only >= 0 && seat !== only) continue;
      const at = seatAt(arrangement, seat);
      if (!at) continue;
      const place = 'clip' in at ? at.clip : -1;
      const key = 'item' in at ? at.item.key : (library.clipAt(place)?.id ?? `${WAITING}${place}`);
      into.cards.push({ key, seat, place, box });
    }
  };
  for (let row = firstRow; row <= lastRow; row += 1) add(row);
  if (held >= 0) {
    const row = rowOf(rows, held);
    if (row < firstRow || row > lastRow) add(row, held);
  }
  for (const one of drawn.values()) {
    const [from, to] = [rows.tops[firstRow] ?? 0, (rows.tops[lastRow] ?? 0) + (rows.heights[lastRow] ?? 0)];
    one.base = Math.max(one.base, Math.floor(from / STEP) * STEP - STEP);
    one.end = Math.min(one.end, Math.ceil(to / STEP) * STEP + STEP);
    if (one.base > one.end) [one.base, one.end] = [one.section.y, one.section.y + one.section.height];
  }
  // In reading order, the one that is held included.
  for (const one of drawn.values()) one.cards.sort((a, b) => a.seat - b.seat);
  return [...drawn.values()].sort((a, b) => a.section.first - b.section.first);
}
