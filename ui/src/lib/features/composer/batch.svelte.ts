// A list on its way to becoming jobs: its rows as they stand, what is wrong with them, and the one act that starts them.

import type { Batch, BatchRow, Job, Provider, Request, Usd } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import type { Consent } from '$lib/state/consent.svelte';
import { addUsd } from '$lib/state/usd';

/** A row, and what it is called here as long as the list is open. */
export interface Row extends BatchRow {
  key: number;
}

export interface BatchAround {
  commands: Pick<Commands, 'readBatch' | 'startBatch' | 'check'>;
  consent: Pick<Consent, 'through'>;
  provider: () => Provider;
  /** Snapshots of the jobs just made. */
  made: (jobs: Job[]) => void;
}

/** Whether a row can go as it stands. */
export const canGo = (row: BatchRow): boolean => row.problems.every((problem) => problem.warning);

/** A name for one press of the button. */
const newAct = (): string => `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

export class BatchTable {
  rows = $state.raw<Row[]>([]);
  unknown = $state.raw<string[]>([]);
  busy = $state(false);
  /** Why the text, or the start of its rows, was refused as a whole. */
  refusal = $state.raw<CommandError | null>(null);
  #around: BatchAround;
  #act = newAct();
  #keys = 0;

  constructor(around: BatchAround) {
    this.#around = around;
  }

  readonly going = $derived(this.rows.filter(canGo));
  readonly clips = $derived(this.going.reduce((sum, row) => sum + row.count, 0));
  /** USD of what would be started; null when a row has no known price. */
  readonly total = $derived.by((): Usd | null => {
    const costs = this.going.map((row) => row.total);
    return costs.some((cost) => cost === null) ? null : addUsd(costs as Usd[]);
  });

  /** Reads a list. What a row does not say it takes from `base`. Whether it is one. */
  async read(text: string, base: Request): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.refusal = null;
    try {
      const batch: Batch = await this.#around.commands.readBatch(text, base);
      this.rows = batch.rows.map((row) => ({ ...row, key: this.#keys++ }));
      this.unknown = batch.unknown_columns;
      this.#act = newAct();
      return true;
    } catch (thrown) {
      this.refusal = CommandError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Another prompt for a row, checked again. */
  async setPrompt(key: number, prompt: string): Promise<void> {
    const row = this.rows.find((one) => one.key === key);
    if (!row || row.request.prompt === prompt) return;
    // What could not be read of the prompt is what the person has just written anew.
    const unread = row.unread.filter((cell) => cell.field !== 'prompt');
    const request = { ...row.request, prompt };
    this.#put({ ...row, request, unread });
    try {
      const check = await this.#around.commands.check(request, row.count);
      const told = row.problems.filter(
        (problem) => problem.code === 'cell_unread' && unread.some((cell) => cell.field === problem.field),
      );
      const others = check.problems.filter((problem) => !told.some((one) => one.field === problem.field));
      const now = this.rows.find((one) => one.key === key);
      // Written on meanwhile: this answer is about a prompt that is no more.
      if (now?.request.prompt !== prompt) return;
      this.#put({ ...now, problems: [...told, ...others], estimate: check.estimate, total: check.total });
    } catch (thrown) {
      this.refusal = CommandError.from(thrown);
    }
  }

  remove(key: number): void {
    this.rows = this.rows.filter((row) => row.key !== key);
  }

  clear(): void {
    this.rows = [];
    this.unknown = [];
    this.refusal = null;
  }

  /** Starts every row that can go; those that cannot stay. How many rows were started; null when none was. */
  async start(): Promise<number | null> {
    if (this.busy || this.going.length === 0) return null;
    this.busy = true;
    this.refusal = null;
    // The one whose price stood on the button when it was pressed.
    const [going, provider, act] = [this.going, this.#around.provider(), this.#act];
    try {
      const rows = going.map(({ request, count }) => ({ request, count }));
      const jobs = await this.#around.consent.through({ act: 'generate', cost: this.total }, (beyondGuards) =>
        this.#around.commands.startBatch(act, rows, provider, beyondGuards),
      );
      if (jobs === null) return null;
      this.#act = newAct();
      this.rows = this.rows.filter((row) => !going.some((one) => one.key === row.key));
      this.#around.made(jobs);
      return going.length;
    } catch (thrown) {
      this.refusal = CommandError.from(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #put(row: Row): void {
    this.rows = this.rows.map((one) => (one.key === row.key ? row : one));
  }
}
