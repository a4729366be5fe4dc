// Storyboards as the engine carries them, as far as the page needs them without it: a shot starts when the one before it
// is done or approved, from its last frame, once. The engine's own are in crates/engine/src/storyboard.rs.

import type {
  Approval,
  BoardState,
  BoardWait,
  Continuation,
  Event,
  GuardBreach,
  Job,
  Provider,
  Request,
  Shot,
  ShotCheck,
  ShotState,
  Storyboard,
  StoryboardCheck,
  Usd,
} from '../bindings';
import { CommandError } from '../host';
import { fullRequest } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';
import { check, fit } from './check';
import { idAt } from './samples';

interface Planned {
  request: Request;
  job: string | null;
  /** Every job it ever had. */
  jobs: string[];
}

interface Board {
  id: string;
  provider: Provider;
  approval: Approval;
  halted: boolean;
  wait: BoardWait | null;
  shots: Planned[];
  made_at: string;
}

/** What of the rest of the program storyboards need. */
interface Around {
  job: (id: string) => Job;
  start: (request: Request, provider: Provider) => Job;
  move: (id: string, changes: Partial<Job>) => Job;
  continueFrom: (clip: string) => Continuation;
  /** Throws where a guard would be passed. */
  guard: (provider: Provider, costs: (Usd | null)[]) => void;
  costOf: (job: Job) => Usd;
  tell: (event: Event) => void;
}

const refuse = (code: CommandError['code'], message: string, reason: CommandError['reason'] = null): CommandError =>
  new CommandError({ code, message, field: null, hint: null, reason });

const moved = (): CommandError =>
  refuse('wrong_state', 'The storyboard has moved on meanwhile: look where it stands, then try again.');

const STATES: Record<Job['state'], ShotState> = {
  queued: 'going',
  submitting: 'going',
  running: 'going',
  downloading: 'going',
  done: 'done',
  failed: 'failed',
  unknown: 'unknown',
  canceled: 'canceled',
};

const sum = (costs: (Usd | null)[]): Usd | null => (costs.includes(null) ? null : addUsd(costs as Usd[]));

/** What is said of shots before they are started. */
export function checkStoryboard(shots: Request[]): StoryboardCheck {
  const checked = shots.map((shot, place): ShotCheck => {
    if (place === 0) {
      const { problems, estimate } = check(shot, 1);
      return { request: shot, adjustments: [], problems, estimate };
    }
    const frame = { id: '', format: 'png', width: 1248, height: 704, bytes: 1 } as const;
    const begins = { ...fullRequest(shot), first_frame: frame, last_frame: null, reference_images: [] };
    const { request, adjustments } = fit(begins, true);
    const { problems, estimate } = check(request, 1);
    return { request: { ...request, first_frame: null, continues: null }, adjustments, problems, estimate };
  });
  return { shots: checked, problem: null, total: sum(checked.map(({ estimate }) => estimate.cost)) };
}

export class FakeBoards {
  #boards = new Map<string, Board>();
  #around: Around;
  #acts = new Set<string>();
  #revision = 0;
  #told = new Map<string, string>();

  constructor(around: Around) {
    this.#around = around;
  }

  all(): Storyboard[] {
    return [...this.#boards.values()].reverse().map((board) => this.#seen(board));
  }

  start(act: string, shots: Request[], approval: Approval, provider: Provider, beyond: boolean): Storyboard {
    if (this.#acts.has(act)) throw refuse('wrong_state', 'This was started already.');
    const checked = checkStoryboard(shots);
    const wrong = checked.shots.flatMap(({ problems }) => problems).find((problem) => !problem.warning);
    if (wrong) throw refuse('invalid', wrong.message, { kind: 'request', code: wrong.code });
    const costs = checked.shots.map(({ estimate }) => estimate.cost);
    if (!beyond) this.#around.guard(provider, costs);
    this.#acts.add(act);
    const now = Date.now();
    const board: Board = {
      id: idAt(now, 6_000 + this.#acts.size),
      provider,
      approval,
      halted: false,
      wait: null,
      shots: checked.shots.map(({ request }) => ({ request, job: null, jobs: [] })),
      made_at: new Date(now).toISOString(),
    };
    this.#boards.set(board.id, board);
    this.#begin(board, 0);
    return this.#tell(board);
  }

  run(id: string, place: number, insteadOf: string | null, prompt: string | null, beyond: boolean): Storyboard {
    const board = this.#board(id);
    const shot = board.shots[place];
    if (!shot || shot.job !== insteadOf || this.#turn(board) < place) throw moved();
    for (const later of board.shots.slice(place)) {
      const state = later.job === null ? null : this.#around.job(later.job).state;
      if (state !== null && (STATES[state] === 'going' || state === 'unknown'))
        throw refuse('wrong_state', `The job is ${state}.`, { kind: 'job', code: state });
    }
    const to = board.approval === 'run_through' ? board.shots.length : place + 1;
    const costs = this.#seen(board)
      .shots.slice(place, to)
      .map(({ estimate }) => estimate.cost);
    if (!beyond) this.#around.guard(board.provider, costs);
    for (const later of board.shots.slice(place)) {
      const job = later.job === null ? null : this.#around.job(later.job);
      if (job && job.state !== 'done' && !job.dismissed) this.#around.move(job.id, { dismissed: true });
      later.job = null;
    }
    if (prompt !== null) shot.request = { ...shot.request, prompt };
    board.halted = false;
    board.wait = null;
    this.#begin(board, place);
    return this.#tell(board);
  }

  halt(id: string): Storyboard {
    const board = this.#board(id);
    board.halted = true;
    const shot = board.shots[this.#turn(board)];
    if (shot?.job && this.#around.job(shot.job).state === 'queued') {
      this.#around.move(shot.job, { state: 'canceled', dismissed: true });
      shot.job = null;
    }
    return this.#tell(board);
  }

  resume(id: string, beyond: boolean): Storyboard {
    const board = this.#board(id);
    const rest = this.#seen(board).shots.filter(({ job }) => job === null);
    const costs = rest.map(({ estimate }) => estimate.cost);
    if (!beyond) this.#around.guard(board.provider, costs);
    board.halted = false;
    this.#goOn(board);
    return this.#tell(board);
  }

  change(id: string, place: number, prompt: string): Storyboard {
    const board = this.#board(id);
    const shot = board.shots[place];
    if (!shot || shot.job !== null) throw moved();
    shot.request = { ...shot.request, prompt };
    return this.#tell(board);
  }

  putAway(id: string): null {
    if (this.#seen(this.#board(id)).state === 'running') throw moved();
    this.#boards.delete(id);
    return null;
  }

  /** A job changed: its storyboard may go on. */
  heard(event: Event): void {
    if (event.kind !== 'job') return;
    const { id } = event.value;
    for (const board of this.#boards.values()) {
      if (!board.shots.some((shot) => shot.job === id)) continue;
      // Its clip is told after the job.
      queueMicrotask(() => {
        this.#goOn(board);
        this.#tell(board);
      });
    }
  }

  /** A job was sent again by its own card. */
  replaced(old: string, now: string): void {
    for (const board of this.#boards.values())
      for (const shot of board.shots)
        if (shot.job === old) {
          shot.job = now;
          shot.jobs.push(now);
          this.#tell(board);
        }
  }

  #board(id: string): Board {
    const board = this.#boards.get(id);
    if (!board) throw refuse('not_found', 'There is no such storyboard.');
    return board;
  }

  /** The first shot without a clip; as many as there are when all have theirs. */
  #turn(board: Board): number {
    const at = board.shots.findIndex(({ job }) => job === null || this.#around.job(job).state !== 'done');
    return at < 0 ? board.shots.length : at;
  }

  #goOn(board: Board): void {
    const { state, turn } = this.#seen(board);
    if (state !== 'running' || turn === null || board.shots[turn]?.job !== null) return;
    try {
      this.#around.guard(board.provider, [this.#seen(board).shots[turn]?.estimate.cost ?? null]);
      this.#begin(board, turn);
    } catch (thrown) {
      const { reason } = CommandError.from(thrown);
      if (reason?.kind === 'guard') board.wait = { why: 'guard', breach: reason.code as GuardBreach };
      else board.wait = { why: 'no_frame', message: CommandError.from(thrown).message };
    }
  }

  #begin(board: Board, place: number): void {
    const shot = board.shots[place];
    if (!shot) return;
    let { request } = shot;
    const before = board.shots[place - 1]?.job;
    if (before) {
      const clip = this.#around.job(before).clip ?? '';
      const { first_frame, continues } = this.#around.continueFrom(clip).request;
      request = { ...request, first_frame, continues };
    }
    const job = this.#around.start(request, board.provider);
    shot.job = job.id;
    shot.jobs.push(job.id);
  }

  #seen(board: Board): Storyboard {
    const at = this.#turn(board);
    const turn = at === board.shots.length ? null : at;
    const planned = checkStoryboard(board.shots.map(({ request }) => request)).shots;
    const shots = board.shots.map((shot, place): Shot => {
      const job = shot.job === null ? null : this.#around.job(shot.job);
      const estimate = job?.estimate ?? planned[place]?.estimate;
      if (!estimate) throw moved();
      return {
        request: job?.request ?? shot.request,
        state: job ? STATES[job.state] : 'planned',
        job,
        clip: job?.clip ?? null,
        estimate,
      };
    });
    const next = turn === null ? undefined : shots[turn];
    const asks = board.wait ?? (board.approval === 'each_seam' && at > 0 ? ({ why: 'approval' } as const) : null);
    let state: BoardState = 'running';
    if (!next) state = 'done';
    else if (next.state === 'failed' || next.state === 'unknown' || next.state === 'canceled') state = 'stopped';
    else if (board.halted) state = 'halted';
    else if (next.state === 'planned' && asks) state = 'waiting';
    if (next?.state === 'planned' && (state === 'waiting' || state === 'halted')) next.state = 'waiting';
    const jobs = board.shots.flatMap((shot) => shot.jobs.map((id) => this.#around.job(id)));
    const spent = addUsd(jobs.map((job) => this.#around.costOf(job)));
    const to_come = sum(shots.filter(({ job }) => job === null).map(({ estimate }) => estimate.cost));
    return {
      id: board.id,
      provider: board.provider,
      approval: board.approval,
      state,
      wait: state === 'waiting' ? asks : null,
      turn,
      shots,
      total: to_come === null ? null : addUsd([spent, to_come]),
      spent,
      to_come,
      made_at: board.made_at,
      revision: ++this.#revision,
    };
  }

  #tell(board: Board): Storyboard {
    const seen = this.#seen(board);
    const plain = JSON.stringify({ ...seen, revision: 0 }, (key, value: unknown) =>
      key === 'progress' || key === 'revision' ? null : value,
    );
    if (this.#told.get(board.id) !== plain) {
      this.#told.set(board.id, plain);
      this.#around.tell({ kind: 'storyboard', value: seen });
    }
    return seen;
  }
}
