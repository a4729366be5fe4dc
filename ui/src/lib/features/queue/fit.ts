// How many buttons have room in a row, estimated from their words: cards are drawn once, without measuring.

/** Between buttons, in CSS pixels. */
const GAP = 6;
/** Inside of a small button, both sides, in CSS pixels. */
const PADDING = 20;
/** The button behind which the others are, in CSS pixels. */
export const DOTS = 28;
/** Mean advance of a Latin letter of the 12 px strong face; a Chinese character is as wide as the type is high. */
const LATIN = 5.9;
const WIDE = 12.2;

/** Width of a small button with these words, in CSS pixels; rather too much than too little. */
export function buttonWidth(words: string): number {
  let width = PADDING;
  for (const character of words) width += /[\u2e80-\uffef]/.test(character) ? WIDE : LATIN;
  return Math.ceil(width);
}

/**
 * How many of the buttons, from the first, stand in `room` CSS pixels: all of them, or as many as leave room for the
 * button behind which the rest is. With `hidden` that button is there in any case.
 */
export function fitting(words: readonly string[], room: number, hidden: boolean): number {
  const widths = words.map(buttonWidth);
  const all = widths.reduce((sum, width) => sum + width + GAP, -GAP);
  if (!hidden && all <= room) return words.length;
  let left = room - DOTS;
  let count = 0;
  for (const width of widths) {
    left -= width + GAP;
    if (left < 0) break;
    count += 1;
  }
  return count;
}
