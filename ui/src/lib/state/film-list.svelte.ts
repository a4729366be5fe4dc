// The list of films, held in pages: of ten thousand films only those that come into sight are asked for.

import type { FilmCard } from '$lib/ipc/bindings';
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
  #pages = $state.raw<Pages>([]);
  readonly #commands: Pick<Commands, 'films'>;
  /** Grows with each question for the list as it is now: answers to older ones count no more. */
  #turn = 0;
  /** Of this turn: what was asked for, and what came. */
  #asked: boolean[] = [];
  #came: Pages = [];
  /** Whether that has taken the place of what was held before. */
  #shown = true;
  /** The first and the last page in sight. */
  #sight: [number, number] = [0, 0];

  constructor(commands: Pick<Commands, 'films'>) {
    this.#commands = commands;
  }

  /** The film at a place; `undefined` until it is here. */
  card(place: number): FilmCard | undefined {
    return this.#pages[pageOf(place)]?.[place % PAGE];
  }

  /** Asks again for what is in sight; what was held is shown until all of it is here. Throws a `CommandError`. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const [first, last] = this.#sight;
    const pages = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    this.#asked = [];
    for (const page of pages) this.#asked[page] = true;
    this.#came = [];
    this.#shown = false;
    try {
      await Promise.all(pages.map((page) => this.#ask(page)));
      if (turn === this.#turn) this.#pages = [...this.#came];
    } catch (thrown) {
      if (turn === this.#turn) {
        // It stays what it was, and what else comes into sight is asked for.
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
    if (search === this.search) return;
    this.search = search;
    this.#sight = [0, 0];
    await this.load();
  }

  /** The places from `from` up to `to` are in sight: those that are not here are asked for. */
  see(from: number, to: number): void {
    this.#sight = [pageOf(from), pageOf(Math.max(from, to - 1))];
    for (let page = this.#sight[0]; page <= this.#sight[1]; page += 1) {
      if (this.#asked[page]) continue;
      this.#asked[page] = true;
      // It is asked for again as soon as it comes into sight anew.
      this.#ask(page).catch(() => (this.#asked[page] = false));
    }
  }

  async #ask(page: number): Promise<void> {
    const turn = this.#turn;
    const { total, cards } = await this.#commands.films(this.search, page * PAGE, PAGE);
    if (turn !== this.#turn) return;
    this.total = total;
    this.#came[page] = cards;
    if (this.#shown) this.#pages = [...this.#came];
  }
}
