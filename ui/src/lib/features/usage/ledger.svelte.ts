// The ledger as the place shows it: its sums, and only those of its rows that are in sight.

import type { Days, Usage, UsageQuery, UsageRow, UsageSort } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import { daysOf, type Period } from './period';

/** Rows that are asked for at once. */
export const PAGE = 60;

export class Ledger {
  usage = $state.raw<Usage | null>(null);
  /** Rows by their place; a hole is not loaded. */
  rows = $state.raw<Record<number, UsageRow>>({});
  total = $state(0);
  problem = $state.raw<CommandError | null>(null);
  period = $state<Period>('month');
  chosen = $state.raw<Days>({ from: null, to: null });
  rehearsals = $state(false);
  sort = $state<UsageSort>('time');
  descending = $state(true);
  readonly #commands: Commands;
  readonly #week: () => number;
  /** Counts questions, so that an answer to an older one is dropped. */
  #asked = 0;
  #pages: number[] = [];
  #shown = { from: 0, to: PAGE };

  constructor(commands: Commands, week: () => number) {
    this.#commands = commands;
    this.#week = week;
  }

  get days(): Days {
    return daysOf(this.period, this.chosen, this.usage, this.#week());
  }

  get query(): UsageQuery {
    return { days: this.days, rehearsals: this.rehearsals, sort: this.sort, descending: this.descending };
  }

  /** Asks for everything anew: at first, when something happened, when something else is wanted. */
  async load(): Promise<void> {
    const asked = (this.#asked += 1);
    this.#pages = [];
    try {
      const [usage, page] = await Promise.all([
        this.#commands.usage(this.days, this.#week()),
        this.#commands.usagePage(this.query, this.#first(), PAGE),
      ]);
      if (asked !== this.#asked) return;
      // Past midnight the days of the period are others.
      const moved = this.usage !== null && this.usage.day !== usage.day && this.period !== 'days';
      this.usage = usage;
      this.problem = null;
      this.#take(page.rows, this.#first(), page.total, true);
      if (moved) await this.load();
      else await this.show(this.#shown.from, this.#shown.to);
    } catch (thrown) {
      if (asked === this.#asked) this.problem = CommandError.from(thrown);
    }
  }

  /** Says which rows are in sight; what is missing of them is asked for. */
  async show(from: number, to: number): Promise<void> {
    this.#shown = { from, to };
    const asked = this.#asked;
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, this.total); page += 1) {
      if (this.#pages.includes(page)) continue;
      this.#pages.push(page);
      try {
        const { rows, total } = await this.#commands.usagePage(this.query, page * PAGE, PAGE);
        if (asked !== this.#asked) return;
        this.#take(rows, page * PAGE, total, false);
      } catch (thrown) {
        if (asked === this.#asked) this.problem = CommandError.from(thrown);
        return;
      }
    }
  }

  /** Sorts by a column; the same one once more turns the order. What is dear, long or new comes first. */
  sortBy(sort: UsageSort): void {
    this.descending = this.sort === sort ? !this.descending : sort !== 'model';
    this.sort = sort;
    void this.load();
  }

  #first(): number {
    return Math.floor(this.#shown.from / PAGE) * PAGE;
  }

  #take(rows: UsageRow[], from: number, total: number, fresh: boolean): void {
    const all = fresh ? {} : { ...this.rows };
    rows.forEach((row, index) => (all[from + index] = row));
    this.#pages.push(from / PAGE);
    this.rows = all;
    this.total = total;
  }
}
