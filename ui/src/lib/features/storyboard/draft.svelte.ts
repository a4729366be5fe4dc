// Shots being written: their prompts, what differs from shot to shot, what the program says of them, and the one act that
// starts them.

import type {
  Approval,
  BoardDraft as KeptBoard,
  Length,
  ModelId,
  Provider,
  Request,
  ShotDraft,
  Storyboard,
  StoryboardCheck,
} from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import type { Consent } from '$lib/state/consent.svelte';
import { Keeping } from '$lib/state/keeping';
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
  commands: Pick<Commands, 'checkStoryboard' | 'startStoryboard' | 'boardDraft' | 'saveBoardDraft'>;
  consent: Pick<Consent, 'through'>;
  provider: () => Provider;
  /** Says a trouble that belongs to no field. */
  trouble: (error: CommandError) => void;
}

/** Milliseconds without a change after which the shots are checked. */
const PAUSE = 120;

/** Whether nothing of a shot was written. */
const isBlank = (row: Row): boolean => row.prompt.trim() === '' && row.model === null && row.length === null;

const shotOf = ({ prompt, model, length }: Row): ShotDraft => ({ prompt, model, length });

const newAct = (): string => `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

export class BoardDraft {
  rows = $state.raw<Row[]>([]);
  base = $state.raw<FullRequest | null>(null);
  #approval = $state<Approval>('each_seam');
  /** What the program says of the shots as they stand; null while that is not known. */
  check = $state.raw<StoryboardCheck | null>(null);
  busy = $state(false);
  refusal = $state.raw<CommandError | null>(null);
  #around: DraftAround;
  #keys = 0;
  #turn = 0;
  #act = newAct();
  #pause: ReturnType<typeof setTimeout> | undefined;
  readonly #keeping = new Keeping(
    () => this.#around.commands.saveBoardDraft(this.#kept()),
    (error) => this.#around.trouble(error),
  );

  constructor(around: DraftAround) {
    this.#around = around;
  }

  get approval(): Approval {
    return this.#approval;
  }

  set approval(approval: Approval) {
    this.#approval = approval;
    this.#keeping.soon();
  }

  /** Whether something was written that is not in the composer. */
  readonly written = $derived.by((): boolean => {
    const [first, ...others] = this.rows;
    if (!first) return false;
    const prompt = this.base?.prompt ?? '';
    return first.prompt !== prompt || first.model !== null || first.length !== null || !others.every(isBlank);
  });

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

  /** Brings back what was being written when the window was last closed. Nothing is begun before that. */
  async restore(): Promise<void> {
    try {
      const kept = await this.#around.commands.boardDraft();
      if (kept) this.#takeBack(kept);
    } catch (thrown) {
      this.#around.trouble(CommandError.from(thrown));
    }
  }

  /** Begins on the settings of a request. What was written and not started is still there. */
  begin(base: FullRequest): void {
    const { written } = this;
    this.base = base;
    this.refusal = null;
    if (!written) this.rows = [this.#row(base.prompt), this.#row(''), this.#row('')];
    this.#changed();
  }

  /** Forgets what was written; what it returns brings it back. */
  discard(): () => void {
    const kept = { shots: this.rows.map(shotOf), approval: this.approval };
    this.#forget();
    return () => {
      this.#takeBack(kept);
      this.#keeping.soon();
    };
  }

  /** Keeps what is written now: the window may be about to close. */
  keepNow(): Promise<void> {
    return this.#keeping.now();
  }

  #kept(): KeptBoard | null {
    return this.written ? { shots: this.rows.map(shotOf), approval: this.approval } : null;
  }

  #takeBack({ shots, approval }: KeptBoard): void {
    this.rows = shots.map((shot) => ({ ...this.#row(''), ...shot }));
    this.#approval = approval;
  }

  /** There is nothing to be written on, neither here nor at the next start. */
  #forget(): void {
    this.rows = [];
    this.check = null;
    this.#keeping.soon();
    void this.#keeping.now();
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
    this.#keeping.soon();
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
      if (board !== null) this.#forget();
      return board;
    } catch (thrown) {
      this.refusal = CommandError.from(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
