// Where every day, heading and card of the gallery stands. Computed from the items and the width alone, so that the
// gallery can draw only what is in sight. Must not know the document.

import type { Item } from '$lib/state/library.svelte';
import { byDay, type Day } from './days';
import { justify, type Box, type Grid, type Placed } from './layout';

/** Height of a day heading in CSS pixels. */
export const HEADING = 36;
/** Room under the last row of a day in CSS pixels. */
const AFTER_DAY = 12;

/** A card and its place within its day, below the heading. */
export interface Card {
  item: Item;
  box: Box;
}

/** One day: its place from the top of the gallery, and its cards. */
export interface Section {
  day: Day;
  y: number;
  height: number;
  cards: Card[];
}

/** The whole gallery. */
export interface Arrangement {
  sections: Section[];
  height: number;
  /** Every card in reading order, from the top of the gallery, for arrow keys and for scrolling to one. */
  placed: Placed[];
}

/** Width / height of the picture that an item is or will be. */
export function aspectOf(item: Item): number {
  const size = item.kind === 'clip' ? item.clip.media : item.job.estimate.size;
  return size.width > 0 && size.height > 0 ? size.width / size.height : 16 / 9;
}

/** Places items (newest first) under their days. */
export function arrange(items: readonly Item[], grid: Grid): Arrangement {
  const sections: Section[] = [];
  const placed: Placed[] = [];
  let y = 0;
  for (const day of byDay(items)) {
    const { boxes, height } = justify(day.items.map(aspectOf), grid);
    const cards = day.items.map((item, index): Card => ({
      item,
      box: boxes[index] ?? { x: 0, y: 0, width: 0, height: 0 },
    }));
    for (const { item, box } of cards) placed.push({ key: item.key, ...box, y: y + HEADING + box.y });
    sections.push({ day, y, height: HEADING + height + AFTER_DAY, cards });
    y += HEADING + height + AFTER_DAY;
  }
  return { sections, height: y, placed };
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
