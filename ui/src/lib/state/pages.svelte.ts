// The clips around what is in sight, in pages of the order shown; what is far away is dropped, so that the window holds
// about a thousand of a hundred thousand clips.

/* eslint-disable svelte/prefer-svelte-reactivity -- places follow the pages, which are reactive */

import { SvelteMap } from 'svelte/reactivity';
import type { Clip, ClipId } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';

/** How many clips one request brings. */
export const PAGE = 100;
/** Pages held beyond those in sight, at each side. */
const KEPT = 4;
/** Clips held that were asked for one by one. */
const ALONE = 100;

/** Places of the order, both included. */
export interface Sight {
  from: number;
  to: number;
}

export class Pages {
  /** Every clip held, by its id. */
  readonly clips = new SvelteMap<ClipId, Clip>();
  sight: Sight = { from: 0, to: 0 };
  #pages = new SvelteMap<number, readonly ClipId[]>();
  /** Places of the clips of the pages held. */
  #places = new Map<ClipId, number>();
  /** Asked for one by one, the oldest first. */
  #alone = new Set<ClipId>();
  #total = 0;
  #fetch: (from: number, count: number) => Promise<Clip[]>;
  #failed: (error: CommandError) => void;
  #fetching = false;
  /** Grows when the order changes: a page of the old one is of no use. */
  #order = 0;

  constructor(
    fetch: (from: number, count: number) => Promise<Clip[]>,
    failed: (error: CommandError) => void = () => undefined,
  ) {
    this.#fetch = fetch;
    this.#failed = failed;
  }

  /** The pages in sight. */
  pagesOf({ from, to }: Sight): number[] {
    const first = Math.max(0, Math.floor(from / PAGE));
    const last = Math.max(first, Math.floor(to / PAGE));
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }

  /** The clip in a place of the order, while it is held. */
  at(place: number): Clip | undefined {
    const id = this.#pages.get(Math.floor(place / PAGE))?.[place % PAGE];
    return id === undefined ? undefined : this.clips.get(id);
  }

  /** Where a clip of the pages held stands. */
  placeOf(id: ClipId): number | undefined {
    // Reading the pages makes what is computed from places follow them.
    void this.#pages.size;
    return this.#places.get(id);
  }

  /** A new order, with the pages of it that are here already. */
  replace(pages: ReadonlyMap<number, readonly Clip[]>, total: number): void {
    this.#order += 1;
    this.#total = total;
    for (const page of [...this.#pages.keys()]) if (!pages.has(page)) this.#pages.delete(page);
    this.#places.clear();
    for (const [page, clips] of pages) this.#put(page, clips);
    this.#sweep();
  }

  #put(page: number, clips: readonly Clip[]): void {
    for (const [index, clip] of clips.entries()) {
      this.clips.set(clip.id, clip);
      this.#places.set(clip.id, page * PAGE + index);
    }
    this.#pages.set(
      page,
      clips.map((clip) => clip.id),
    );
  }

  /** These places are in sight now. */
  look(sight: Sight): void {
    this.sight = sight;
    void this.#fill();
  }

  /** The page to fetch next: in sight first, then beside it; undefined when none is missing. */
  #missing(): number | undefined {
    const inSight = this.pagesOf(this.sight);
    const first = inSight[0] ?? 0;
    const last = inSight.at(-1) ?? 0;
    const most = Math.ceil(this.#total / PAGE) - 1;
    return [...inSight, last + 1, first - 1].find((page) => page >= 0 && page <= most && !this.#pages.has(page));
  }

  async #fill(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
        const order = this.#order;
        const clips = await this.#fetch(page * PAGE, PAGE);
        if (order !== this.#order) continue;
        this.#put(page, clips);
        this.#drop();
        // Fewer than the order says: it changed meanwhile, and whoever changed it says so.
        if (clips.length === 0) break;
      }
    } catch (thrown) {
      this.#failed(CommandError.from(thrown));
    } finally {
      this.#fetching = false;
    }
  }

  /** Lets go of pages that are far from what is in sight. */
  #drop(): void {
    const inSight = this.pagesOf(this.sight);
    const first = (inSight[0] ?? 0) - KEPT;
    const last = (inSight.at(-1) ?? 0) + KEPT;
    for (const [page, ids] of [...this.#pages]) {
      if (page >= first && page <= last) continue;
      this.#pages.delete(page);
      for (const id of ids) {
        this.#places.delete(id);
        if (!this.#alone.has(id)) this.clips.delete(id);
      }
    }
  }

  /** Lets go of clips that are neither in a page nor asked for alone. */
  #sweep(): void {
    for (const id of [...this.clips.keys()]) {
      if (!this.#places.has(id) && !this.#alone.has(id)) this.clips.delete(id);
    }
  }

  /** Holds a clip that was asked for by itself, or changes one that is held. */
  hold(clip: Clip): void {
    this.clips.set(clip.id, clip);
    this.#alone.delete(clip.id);
    this.#alone.add(clip.id);
    for (const id of this.#alone) {
      if (this.#alone.size <= ALONE) break;
      this.#alone.delete(id);
      if (!this.#places.has(id)) this.clips.delete(id);
    }
  }

  /** Changes clips that are held. */
  patch(ids: Iterable<ClipId>, change: (clip: Clip) => Clip): void {
    for (const id of ids) {
      const clip = this.clips.get(id);
      if (clip) this.clips.set(id, change(clip));
    }
  }
}
