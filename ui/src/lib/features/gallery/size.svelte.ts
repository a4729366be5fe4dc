// How large the rows of the gallery are; remembered on this computer.

const KEY = 'gallery-size';

export const SIZES = ['small', 'medium', 'large', 'huge'] as const;
export type Size = (typeof SIZES)[number];

/** Row heights aimed at, in CSS pixels: in a roomy window and in a small one. */
const HEIGHTS: Record<Size, [roomy: number, small: number]> = {
  small: [120, 92],
  medium: [204, 140],
  large: [300, 220],
  huge: [440, 320],
};
/** How many pictures of the least size may be in sight. */
const IN_SIGHT = 150;

class RowSize {
  #size = $state<Size>(RowSize.#remembered());

  static #remembered(): Size {
    const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY);
    return SIZES.find((size) => size === kept) ?? 'medium';
  }

  get size(): Size {
    return this.#size;
  }

  set size(size: Size) {
    this.#size = size;
    localStorage.setItem(KEY, size);
  }

  /** One step larger or smaller. */
  step(by: 1 | -1): void {
    const next = SIZES[SIZES.indexOf(this.#size) + by];
    if (next) this.size = next;
  }

  /** The height that rows aim at. On a very large screen the least sizes grow, so that what is in sight stays countable. */
  height(roomy: boolean, width: number, viewport: number): number {
    const wanted = HEIGHTS[this.#size][roomy ? 0 : 1];
    return Math.max(wanted, Math.round(Math.sqrt((width * viewport) / IN_SIGHT)));
  }
}

export const rowSize = new RowSize();
