// Which clips are selected. Clips of a range need not be held by the window: their ids are asked for. What is drawn asks
// `has`, so a hundred thousand selected clips are one set.

/* eslint-disable svelte/prefer-svelte-reactivity -- reactive by one counter: a signal for each of 100,000 ids would be felt */

import type { ClipId } from '$lib/ipc/bindings';
import type { Library } from '$lib/state/library.svelte';

/** What a selection needs to know of the order. */
export type Order = Pick<Library, 'placeOf' | 'idsBetween' | 'total'>;

export class Selection {
  /** The ids; replaced in place, with `#version` telling of it: copying a large set for each card would be felt. */
  #ids = new Set<ClipId>();
  #version = $state(0);
  /** Where a range begins. */
  #anchor: ClipId | null = null;
  /** What was selected when the range began: a range that shrinks gives back only what it took. */
  #base: ReadonlySet<ClipId> = new Set();
  /** Only the answer to the last question for ids counts. */
  #turn = 0;
  #order: Order;

  constructor(order: Order) {
    this.#order = order;
  }

  get size(): number {
    void this.#version;
    return this.#ids.size;
  }

  has(id: ClipId): boolean {
    void this.#version;
    return this.#ids.has(id);
  }

  /** The ids now. */
  ids(): ClipId[] {
    void this.#version;
    return [...this.#ids];
  }

  #set(ids: Iterable<ClipId>): void {
    this.#ids = new Set(ids);
    this.#version += 1;
  }

  /** Adds a clip or takes it away; the next range begins here. */
  toggle(id: ClipId): void {
    this.#turn += 1;
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#version += 1;
    this.#begin(id);
  }

  #begin(id: ClipId): void {
    this.#anchor = id;
    this.#base = new Set(this.#ids);
  }

  /**
   * Selects from where the range began to a place of the order (0-based), beside what was selected before it. `start` is
   * where it begins when none has begun.
   */
  async extend(to: number, start: ClipId): Promise<void> {
    const turn = ++this.#turn;
    if (this.#anchor === null) this.#begin(start);
    const anchor = this.#anchor ?? start;
    const from = (await this.#order.placeOf(anchor)) ?? to;
    const ids = await this.#order.idsBetween(Math.min(from, to), Math.max(from, to));
    if (turn !== this.#turn) return;
    this.#set([...this.#base, ...ids]);
  }

  /** Selects every clip that was found. */
  async all(): Promise<void> {
    const turn = ++this.#turn;
    const ids = await this.#order.idsBetween(0, this.#order.total - 1);
    if (turn === this.#turn) this.#set(ids);
  }

  clear(): void {
    this.#turn += 1;
    this.#anchor = null;
    this.#base = new Set();
    if (this.#ids.size > 0) this.#set([]);
  }
}
