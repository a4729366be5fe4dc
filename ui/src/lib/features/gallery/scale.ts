/**
 * Scrolling through more than a browser can make one element high.
 *
 * WebKit and Chromium end at 2²⁵ px (33.5 million), Firefox at 17.9 million; a hundred thousand clips in large rows come to
 * more. The floor is therefore never higher than {@link HIGHEST}. A higher gallery is shown through it as through a
 * window: scrolling by hand moves both one to one, and a jump along the bar (or a floor that ends) sets the window anew.
 * Must not know the document: positions go in and out as CSS pixels.
 */

/** The highest floor that is made, in CSS pixels. */
export const HIGHEST = 15_000_000;

/** How many windows at each end of the floor are the ends of the gallery, one to one. */
const EDGE = 40;

export class Scale {
  /** How far the top of the gallery lies above the top of the floor. 0 for every gallery of a usual height. */
  shift = 0;
  #highest: number;
  #height = 0;
  #viewport = 0;
  #scrollTop = 0;

  constructor(highest = HIGHEST) {
    this.#highest = highest;
  }

  /** Height of the floor that the gallery is shown through. */
  get floor(): number {
    return Math.min(this.#height, this.#highest);
  }

  /** Takes over the height of the whole gallery and of what of it is in sight. */
  fit(height: number, viewport: number): void {
    this.#height = height;
    this.#viewport = viewport;
    if (height <= this.#highest) this.shift = 0;
    else this.shift = Math.min(Math.max(0, this.shift), height - this.#highest);
  }

  get #most(): number {
    return Math.max(0, this.#height - this.#viewport);
  }

  get #mostFloor(): number {
    return Math.max(0, this.floor - this.#viewport);
  }

  /** The same place on another scale: in proportion, but one to one near both ends, where an end must be the end. */
  #between(at: number, most: number, mostThere: number): number {
    const edge = EDGE * this.#viewport;
    if (at <= edge) return at;
    if (at >= most - edge) return mostThere - (most - at);
    return Math.round(edge + ((at - edge) / (most - 2 * edge)) * (mostThere - 2 * edge));
  }

  /** The scroll position came to be `scrollTop`: how far down the gallery that is. */
  scrolled(scrollTop: number): number {
    const moved = Math.abs(scrollTop - this.#scrollTop);
    this.#scrollTop = scrollTop;
    if (this.#height <= this.#highest) return scrollTop;
    const atEnd = scrollTop <= 0 || scrollTop >= this.#mostFloor;
    // A jump along the bar, or an end of the floor: what is there is the same share of the gallery.
    if (moved > 4 * this.#viewport || atEnd) {
      this.shift = this.#between(scrollTop, this.#mostFloor, this.#most) - scrollTop;
    }
    return scrollTop + this.shift;
  }

  /** Where to scroll so that `top` of the gallery is at the top of the window. */
  goTo(top: number): number {
    const wanted = Math.min(Math.max(0, top), this.#most);
    if (this.#height <= this.#highest) {
      this.#scrollTop = wanted;
      return wanted;
    }
    const scrollTop = this.#between(wanted, this.#most, this.#mostFloor);
    this.shift = wanted - scrollTop;
    this.#scrollTop = scrollTop;
    return scrollTop;
  }

  /** Whether the floor ends within so many windows while the gallery goes on: {@link goTo} gives it room again. */
  needsRoom(top: number, windows: number): boolean {
    if (this.#height <= this.#highest) return false;
    const scrollTop = top - this.shift;
    const near = windows * this.#viewport;
    const left = this.#mostFloor - scrollTop;
    return (scrollTop < near && top > scrollTop) || (left < near && this.#most - top > left);
  }
}
