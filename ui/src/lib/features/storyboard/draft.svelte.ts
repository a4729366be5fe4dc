// Shots being written: their prompts, what differs from shot to shot, what the program says of them, and the one act that
// starts them.

import type { Approval, Length, ModelId, Provider, Request, Storyboard, StoryboardCheck } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import type { Consent } from '$lib/state/consent.svelte';
import type { FullRequest } from '$lib/state/request';

/** One shot as it is written; what it does not say is as in the composer. */
export interface Row {
  /** What it is called here. */
  key: number;
  prompt: string;
  model: ModelId | null;
  length: Length | null;
}

export interface DraftAround {
  commands: Pick<Commands, 'checkStoryboard' | 'startStoryboard'>;
  consent: Pick<Consent, 'through'>;
  provider: () => Provider;
}

/** Milliseconds without a change after which the shots are checked. */
const PAUSE = 120;

/** Whether nothing of a shot was written. */
const isBlank = (row: Row): boolean => row.prompt.trim() === '' && row.model === null && row.length === null;

const newAct = (): string => `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

export class BoardDraft {
  rows = $state.raw<Row[]>([]);
  base = $state.raw<FullRequest | null>(null);
  approval = $state<Approval>('each_seam');
  /** What the program says of the shots as they stand; null while that is not known. */
  check = $state.raw<StoryboardCheck | null>(null);
  busy = $state(false);
  refusal = $state.raw<CommandError | null>(null);
  #around: DraftAround;
  #keys = 0;
  #turn = 0;
  #act = newAct();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(around: DraftAround) {
    this.#around = around;
  }

  /** As they would be asked for: pictures are the first shot's alone. */
  readonly shots = $derived.by((): Request[] => {
    const { base } = this;
    if (base === null) return [];
    const further = { ...base, first_frame: null, last_frame: null, reference_images: [], continues: null };
    return this.rows.map((row, place) => ({
      ...(place === 0 ? base : further),
      prompt: row.prompt,
      model: row.model ?? base.model,
      length: row.length ?? base.length,
    }));
  });

  /** Whether all of them can go as they stand. */
  readonly ready = $derived(
    this.check !== null &&
      this.check.problem === null &&
      this.check.shots.length === this.rows.length &&
      this.check.shots.every(({ problems }) => problems.every((problem) => problem.warning)) &&
      this.rows.every((row) => row.prompt.trim() !== ''),
  );

  /** Begins on the settings of a request. What was written and not started is still there. */
  begin(base: FullRequest): void {
    const [first, ...others] = this.rows;
    const untouched = !first || (first.prompt === (this.base?.prompt ?? '') && others.every(isBlank));
    this.base = base;
    this.refusal = null;
    if (untouched) this.rows = [this.#row(base.prompt), this.#row(''), this.#row('')];
    this.#changed();
  }

  #row(prompt: string): Row {
    return { key: this.#keys++, prompt, model: null, length: null };
  }

  /** Adds shots after a place; returns the key of the last of them. */
  add(after: number, prompts: string[] = ['']): number {
    const rows = prompts.map((prompt) => this.#row(prompt));
    this.rows = [...this.rows.slice(0, after + 1), ...rows, ...this.rows.slice(after + 1)];
    this.#changed();
    return rows.at(-1)?.key ?? 0;
  }

  change(key: number, changes: Partial<Omit<Row, 'key'>>): void {
    this.rows = this.rows.map((row) => (row.key === key ? { ...row, ...changes } : row));
    this.#changed();
  }

  remove(key: number): void {
    if (this.rows.length === 1) return;
    this.rows = this.rows.filter((row) => row.key !== key);
    this.#changed();
  }

  /** Puts a shot to a place; where it stands then. */
  move(key: number, to: number): number {
    const from = this.rows.findIndex((row) => row.key === key);
    const row = this.rows[from];
    const place = Math.min(this.rows.length - 1, Math.max(0, to));
    if (!row || place === from) return from;
    const others = this.rows.filter((one) => one !== row);
    this.rows = [...others.slice(0, place), row, ...others.slice(place)];
    this.#changed();
    return place;
  }

  /** Another list of shots is another act, and its price has to be read anew. */
  #changed(): void {
    this.check = null;
    this.#act = newAct();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.look(), PAUSE);
  }

  /** Asks what the shots cost and what is wrong with them. */
  async look(): Promise<void> {
    clearTimeout(this.#pause);
    const turn = ++this.#turn;
    try {
      const check = await this.#around.commands.checkStoryboard(this.shots);
      if (turn === this.#turn) this.check = check;
    } catch (thrown) {
      if (turn === this.#turn) this.refusal = CommandError.from(thrown);
    }
  }

  /** Starts them, once, at the total that stands on the button. Null when nothing was started. */
  async start(): Promise<Storyboard | null> {
    const { check } = this;
    if (this.busy || !this.ready || check === null) return null;
    this.busy = true;
    this.refusal = null;
    const [act, shots, approval] = [this.#act, this.shots, this.approval];
    try {
      const board = await this.#around.consent.through({ act: 'generate', cost: check.total }, (beyond) =>
        this.#around.commands.startStoryboard(act, shots, approval, this.#around.provider(), beyond),
      );
      if (board !== null) {
        this.rows = [];
        this.check = null;
      }
      return board;
    } catch (thrown) {
      this.refusal = CommandError.from(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
