// Which cards are drawn whole. A card costs a millisecond or so to make; scrolling far makes dozens of new ones at once, and
// would stop the window for as long as that takes. So they are made a few in each frame, what is in sight first; until then
// a plain shape stands in their place. Until somebody scrolls, what is in sight is made at once, since nothing moves that
// could be held up, and what is beyond has to wait until that has been painted.

import { SvelteSet } from 'svelte/reactivity';

/** How many cards are made in one frame. */
export const A_FRAME = 3;

export class Whole {
  #keys = new SvelteSet<string>();
  #waiting: string[] = [];
  #frame = 0;
  #moved = false;
  #painted = false;
  #next: (act: () => void) => number;

  /** `next` runs something in the next frame. */
  constructor(next: (act: () => void) => number = (act) => requestAnimationFrame(act)) {
    this.#next = next;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** These cards are drawn now, in the order in which they are to be made; the first `inSight` of them can be seen. */
  draw(keys: readonly string[], inSight: number): void {
    for (const key of [...this.#keys]) if (!keys.includes(key)) this.#keys.delete(key);
    if (!this.#moved) for (const key of keys.slice(0, inSight)) this.#keys.add(key);
    this.#waiting = keys.filter((key) => !this.#keys.has(key));
    this.#goOn();
  }

  /** The first screen is painted. */
  painted(): void {
    this.#painted = true;
    this.#goOn();
  }

  /** Somebody scrolls. */
  moves(): void {
    this.#moved = true;
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#moved && !this.#painted) return;
    if (this.#frame === 0 && this.#waiting.length > 0) this.#frame = this.#next(() => this.#make());
  }

  #make(): void {
    this.#frame = 0;
    for (const key of this.#waiting.splice(0, A_FRAME)) this.#keys.add(key);
    this.#goOn();
  }
}
