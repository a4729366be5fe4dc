// The list of films, held in pages: of ten thousand films only those that come into sight are asked for, and the first ones,
// since one of them is shown where nothing else is.

import type { FilmCard, FilmId } from '$lib/ipc/bindings';
import type { Commands } from '$lib/ipc/client';

/** Films of one question. */
export const PAGE = 60;

const pageOf = (place: number): number => Math.floor(place / PAGE);

/** By their number; those that are not here are missing. */
type Pages = (readonly FilmCard[] | undefined)[];

export class FilmList {
  /** How many there are; null until that is known. */
  total = $state.raw<number | null>(null);
  /** What they are searched for. */
  search = $state.raw('');
  /** The search that `total` was counted for: the one before, until there is an answer. */
  counted = $state.raw('');
  /** Whether something that is in sight could not be had. */
  failed = $state.raw(false);
  #pages = $state.raw<Pages>([]);
  /** The search that these are of. */
  #found = '';
  readonly #commands: Pick<Commands, 'films'>;
  /** Grows with each question for the list as it is now: answers to older ones count no more. */
  #turn = 0;
  /** Of this turn: what was asked for, and what came. */
  #asked: boolean[] = [];
  #came: Pages = [];
  /** Whether that has taken the place of what was held before. */
  #shown = true;
  /** The first and the last page in sight, and the one that has the focus. */
  #sight: [number, number] = [0, 0];
  #held: number | null = null;

  constructor(commands: Pick<Commands, 'films'>) {
    this.#commands = commands;
  }

  /** The film at a place; `undefined` until it is here. */
  card(place: number): FilmCard | undefined {
    return this.#pages[pageOf(place)]?.[place % PAGE];
  }

  /** The place of a film; `undefined` if it is not among those that are here. */
  placeOf(id: FilmId): number | undefined {
    for (const [page, cards] of this.#pages.entries()) {
      const at = cards?.findIndex((card) => card.id === id) ?? -1;
      if (at >= 0) return page * PAGE + at;
    }
    return undefined;
  }

  /** Asks again for what is in sight; what was held is shown until all of it is here. Throws a `CommandError`. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const [first, last] = this.#sight;
    this.#asked = [];
    this.#asked[0] = true;
    for (let page = first; page <= last; page += 1) this.#asked[page] = true;
    if (this.#held !== null) this.#asked[this.#held] = true;
    this.#came = [];
    this.#shown = false;
    this.failed = false;
    try {
      // `flatMap` passes over the pages between.
      await Promise.all(this.#asked.flatMap((_, page) => this.#ask(page)));
      if (turn === this.#turn) this.#show();
    } catch (thrown) {
      if (turn === this.#turn) {
        // It stays what it was, and what else comes into sight is asked for.
        this.failed = true;
        this.#came = [...this.#pages];
        this.#asked = this.#came.map((page) => page !== undefined);
      }
      throw thrown;
    } finally {
      if (turn === this.#turn) this.#shown = true;
    }
  }

  /** Looks for films with these words. Throws a `CommandError`. */
  async find(search: string): Promise<void> {
    this.search = search;
    this.rest();
    await this.load();
  }

  /** The places from `from` up to `to` are in sight, and one has the focus: those that are not here are asked for. */
  see(from: number, to: number, held: number | null = null): void {
    this.#sight = [pageOf(from), pageOf(Math.max(from, to - 1))];
    this.#held = held === null ? null : pageOf(held);
    const turn = this.#turn;
    for (let page = this.#sight[0]; page <= this.#sight[1]; page += 1) {
      if (this.#asked[page]) continue;
      this.#asked[page] = true;
      this.#ask(page).catch(() => {
        if (turn !== this.#turn) return;
        this.failed = true;
        this.#asked[page] = false;
      });
    }
  }

  /** Nothing is in sight any more. */
  rest(): void {
    this.#sight = [0, 0];
    this.#held = null;
  }

  async #ask(page: number): Promise<void> {
    const turn = this.#turn;
    const search = this.search;
    const { total, cards } = await this.#commands.films(search, page * PAGE, PAGE);
    if (turn !== this.#turn) return;
    this.total = total;
    this.counted = search;
    this.#came[page] = cards;
    if (this.#shown) this.#show();
  }

  /** What came takes the place of what was held; a page whose answer is still to come stays until then. */
  #show(): void {
    const before = this.#found === this.search ? this.#pages : [];
    this.#found = this.search;
    this.#pages = Array.from(this.#asked, (asked, page) => (asked ? (this.#came[page] ?? before[page]) : undefined));
  }
}
