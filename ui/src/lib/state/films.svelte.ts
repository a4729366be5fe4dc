// Films: the list of them, the one that is looked at, and what its seams measure. Kept true by events, which only say
// that something changed: a question asked later never gives way to an older answer.

import type {
  ClipId,
  Event,
  FilmChange,
  FilmId,
  FilmShot,
  FilmView,
  JobId,
  JobState,
  SavedFilm,
  SeamMeasure,
} from '$lib/ipc/bindings';
import { SvelteMap } from 'svelte/reactivity';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { FilmList } from './film-list.svelte';

/** Milliseconds between an event and the question what it changed: many of them are one question. */
const SETTLE = 120;

type Calls = Pick<
  Commands,
  'films' | 'filmView' | 'newFilm' | 'changeFilm' | 'duplicateFilm' | 'deleteFilm' | 'restoreFilm' | 'measureSeam'
>;

/** What tells a seam from every other: it is measured once. */
const seamKey = (before: ClipId, frame: number | null, after: ClipId): string => `${before} ${frame ?? ''} ${after}`;

/** A seam that is to be measured. */
interface Seam {
  /** The place of the shot after it. */
  at: number;
  before: ClipId;
  frame: number | null;
  after: ClipId;
}

/** The frame of `before` at which `after` begins on the path; null is its last. */
export const seamFrame = (before: FilmShot): number | null =>
  before.shown < before.clip.media.frames ? before.shown - 1 : null;

export class Films {
  /** Every film, the one that changed last first. */
  readonly list: FilmList;
  /** The film that is looked at. */
  view = $state.raw<FilmView | null>(null);
  /** Why the list, or the film, could not be had; null once it could. */
  trouble = $state.raw<CommandError | null>(null);
  /** What seams measure; `null` for one that cannot be measured. */
  readonly #measures = new SvelteMap<string, SeamMeasure | null>();
  readonly #commands: Calls;
  #wanted: FilmId | null = null;
  /** Whether a place shows films: only then is anything asked. */
  #open = false;
  /** Grow with each question: only the answer to the last one counts. */
  #listTurn = 0;
  #viewTurn = 0;
  #revision = 0;
  #listChanged = false;
  /** Of jobs that continue something, as last heard. */
  readonly #states: Record<JobId, JobState> = {};
  #settling: ReturnType<typeof setTimeout> | undefined;
  #toMeasure: Seam[] = [];
  #measuring = false;

  constructor(commands: Calls) {
    this.#commands = commands;
    this.list = new FilmList(commands);
  }

  /** The film that is wanted: its view may still be on its way. */
  get wanted(): FilmId | null {
    return this.#wanted;
  }

  /** The place opened; returns how to say that it closed. */
  open(): () => void {
    this.#open = true;
    return () => {
      this.#open = false;
      clearTimeout(this.#settling);
      this.#settling = undefined;
    };
  }

  /** Asks for the list. Does not throw: see `trouble`. */
  async load(): Promise<void> {
    this.#listChanged = false;
    await this.#listed(this.list.load());
  }

  /** Shows the films with these words in the list; all of them if there are none. Does not throw: see `trouble`. */
  async find(search: string): Promise<void> {
    if (search === this.list.search) return;
    await this.#listed(this.list.find(search));
  }

  /** Looks at a film. Does not throw: see `trouble`. */
  async look(id: FilmId): Promise<void> {
    const turn = ++this.#viewTurn;
    this.#wanted = id;
    try {
      const view = await this.#commands.filmView(id);
      if (turn !== this.#viewTurn) return;
      this.view = view;
      this.trouble = null;
    } catch (thrown) {
      if (turn !== this.#viewTurn) return;
      this.trouble = CommandError.from(thrown);
      if (this.view?.id === id) this.view = null;
    }
  }

  /** Looks at none any more. */
  leave(): void {
    this.#viewTurn += 1;
    this.#wanted = null;
    this.view = null;
    this.trouble = null;
  }

  /** Changes the film that is looked at; throws a `CommandError` when that is refused, and then nothing has changed. */
  async change(change: FilmChange): Promise<void> {
    const id = this.#wanted;
    if (id !== null) this.#take(await this.#commands.changeFilm(id, change));
  }

  /** A new film of clips, in their order. */
  async make(clips: readonly ClipId[], name = ''): Promise<FilmId> {
    const view = await this.#commands.newFilm([...clips], name);
    this.#take(view);
    return view.id;
  }

  async duplicate(name: string): Promise<void> {
    const id = this.#wanted;
    if (id !== null) this.#take(await this.#commands.duplicateFilm(id, name));
  }

  /** Deletes the film that is looked at; its clips stay. What it returns brings it back. */
  async remove(): Promise<SavedFilm | null> {
    const id = this.#wanted;
    if (id === null) return null;
    const saved = await this.#commands.deleteFilm(id);
    this.leave();
    await this.load();
    return saved;
  }

  async restore(film: SavedFilm): Promise<void> {
    this.#take(await this.#commands.restoreFilm(film));
  }

  /** What a seam measures: `undefined` until that is known, `null` where nobody can say. */
  measureOf(before: FilmShot, after: FilmShot): SeamMeasure | null | undefined {
    return this.#measures.get(seamKey(before.clip.id, seamFrame(before), after.clip.id));
  }

  /** Whether the first frame of a shot repeats the last one shown before it. */
  repeats(shots: readonly FilmShot[], shot: number): boolean {
    const [before, after] = [shots[shot - 1], shots[shot]];
    return before !== undefined && after !== undefined && this.measureOf(before, after)?.kind === 'repeated';
  }

  /**
   * Measures the seams of a path, the one before `first` at first; those that are known are not measured again. What was to
   * be measured of another path is given up: one thing at a time is asked for, since each means decoding.
   */
  async measure(shots: readonly FilmShot[], first: number): Promise<void> {
    const seams = shots.flatMap((after, at): Seam[] => {
      const before = shots[at - 1];
      if (!before || before.trouble === 'missing' || after.trouble === 'missing') return [];
      return [{ at, before: before.clip.id, frame: seamFrame(before), after: after.clip.id }];
    });
    this.#toMeasure = seams.sort((a, b) => Number(b.at === first) - Number(a.at === first) || a.at - b.at);
    if (this.#measuring) return;
    this.#measuring = true;
    for (let seam = this.#toMeasure.shift(); seam; seam = this.#toMeasure.shift()) {
      const { before, frame, after } = seam;
      const key = seamKey(before, frame, after);
      if (this.#measures.has(key)) continue;
      this.#measures.set(key, await this.#commands.measureSeam(before, frame, after).catch(() => null));
    }
    this.#measuring = false;
  }

  heard(event: Event): void {
    if (event.kind === 'films') {
      if (event.value.revision <= this.#revision) return;
      this.#revision = event.value.revision;
      this.#listChanged = true;
    } else if (event.kind === 'job') {
      // One that continues a clip of the film is among its open jobs. How far it is, cards read elsewhere.
      const { id, state, request } = event.value;
      if (!request.continues || this.#states[id] === state) return;
      this.#states[id] = state;
    } else if (event.kind === 'clip') {
      // It may be a take, or its file may be gone or back.
      this.#listChanged = true;
    } else return;
    if (!this.#open || this.#settling !== undefined) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      if (this.#listChanged) void this.load();
      if (this.#wanted !== null) void this.look(this.#wanted);
    }, SETTLE);
  }

  async #listed(asked: Promise<void>): Promise<void> {
    const turn = ++this.#listTurn;
    try {
      await asked;
      if (turn === this.#listTurn) this.trouble = null;
    } catch (thrown) {
      if (turn === this.#listTurn) this.trouble = CommandError.from(thrown);
    }
  }

  #take(view: FilmView): void {
    this.#viewTurn += 1;
    this.#wanted = view.id;
    this.view = view;
    void this.load();
  }
}

export const films = new Films(ipc);
