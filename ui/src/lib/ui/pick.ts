// Lists to pick from: what a line is, and how a search finds it.

import type { Component } from 'svelte';

/** One line of a list to pick from. */
export interface PickItem {
  id: string;
  title: string;
  /** A second line, or words beside the title. */
  detail?: string;
  /** Words by which it is found, beside its title. */
  words?: string;
  icon?: Component<{ size?: number | string; strokeWidth?: number | string }>;
  shortcut?: string;
  run: () => void;
}

export interface PickGroup {
  title: string;
  items: PickItem[];
}

/** How well a line suits the words of a search: 0 is best, null is not at all. Every word must be in it. */
function rank(item: PickItem, words: readonly string[]): number | null {
  const title = item.title.toLowerCase();
  const all = `${title} ${(item.words ?? '').toLowerCase()}`;
  let worst = 0;
  for (const word of words) {
    if (title.startsWith(word)) continue;
    if (title.includes(` ${word}`)) worst = Math.max(worst, 1);
    else if (title.includes(word)) worst = Math.max(worst, 2);
    else if (all.includes(word)) worst = Math.max(worst, 3);
    else if (scattered(title, word)) worst = Math.max(worst, 4);
    else return null;
  }
  return worst;
}

/** Whether the letters stand in the text in this order, from the beginning of a word on: `psn` in `push in`. */
function scattered(text: string, letters: string): boolean {
  if (letters.length < 2) return false;
  const from = text.startsWith(letters.charAt(0)) ? 0 : text.indexOf(` ${letters.charAt(0)}`);
  if (from < 0) return false;
  let at = from;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The groups with the lines that a search finds, the best first in each; groups without any are left out. */
export function found(groups: readonly PickGroup[], search: string): PickGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups.filter((group) => group.items.length > 0);
  return groups
    .map(({ title, items }) => ({
      title,
      items: items
        .map((item) => ({ item, rank: rank(item, words) }))
        .filter((one): one is { item: PickItem; rank: number } => one.rank !== null)
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item),
    }))
    .filter(({ items }) => items.length > 0);
}
