// The jobs that the window knows, and its view on the shelf: the order of every clip that was asked for, and the clips
// around what is in sight. A library may hold a hundred thousand clips, so the window never holds them all. Kept true by
// events; a snapshot of a job older than one already seen is dropped, so the order in which replies and events arrive does
// not matter.

import { SvelteMap } from 'svelte/reactivity';
import type { Clip, ClipId, Event, Job, JobId, JobState, Shelf } from '$lib/ipc/bindings';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { asksFor, everything, noonOf, sameQuery, stateOf, type FullQuery } from './query';
import { PAGE, Pages, type Sight } from './pages.svelte';

/** States in which the program still works on a job. */
const OPEN: readonly JobState[] = ['queued', 'submitting', 'running', 'downloading'];
/** Milliseconds between an event and the question what it changed: many of them are one question. */
const SETTLE = 150;
/** How many ids one request brings: more would hold the window up while they are read. */
const IDS = 5_000;

const NOTHING: Shelf = { revision: 0, total: 0, shapes: [], layout: '', days: [] };

/** In the order in which the program sends them: by position, then by age. */
const inLine = (a: Job, b: Job): number => (a.position ?? 0) - (b.position ?? 0) || a.id.localeCompare(b.id);

export const isOpen = (job: Job): boolean => OPEN.includes(job.state);

/** A card beside the shelf: a job, or a clip so new that the shelf does not know it yet. */
export type Item =
  { kind: 'job'; key: JobId; at: string; job: Job } | { kind: 'clip'; key: ClipId; at: string; clip: Clip };

const newestFirst = (a: Item, b: Item): number => (a.at === b.at ? b.key.localeCompare(a.key) : a.at < b.at ? 1 : -1);

/** Jobs by their ids, and clips by their place in the order that was asked for. */
export class Library {
  readonly jobs = new SvelteMap<JobId, Job>();
  /** The order shown, of the query shown. */
  shelf = $state.raw<Shelf>(NOTHING);
  /** What is asked for. The shelf follows as soon as it is here. */
  query = $state.raw<FullQuery>(everything());
  /** What the shelf answers. */
  shown = $state.raw<FullQuery>(this.query);
  /** Whether the shelf and the jobs are here. */
  ready = $state(false);
  /** Why what was asked for could not be had; null once it could. */
  trouble = $state.raw<CommandError | null>(null);
  /** The newest clip that the window has heard of. */
  latest = $state.raw<Clip | null>(null);
  /** Counts what was heard of clips: whatever is computed from clips that are not held is computed again. */
  arrived = $state(0);
  #commands: Commands;
  #pages: Pages;
  /** Clips heard of that the shelf may not know yet, by the job of each. */
  #fresh = new SvelteMap<JobId, Clip>();
  /** Jobs whose clip was heard of: they have no card of their own. */
  #made = new SvelteMap<JobId, ClipId>();
  /** Grows with each question for a shelf: only the answer to the last one counts. */
  #turn = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** Whether a shelf is on its way. */
  #asking = false;

  constructor(commands: Commands) {
    this.#commands = commands;
    this.#pages = new Pages(
      (from, count) => commands.galleryPage(this.shown, from, count),
      (error) => (this.trouble = error),
    );
  }

  /** Clips held: those around what is in sight, and those asked for one by one not long ago. */
  get clips(): ReadonlyMap<ClipId, Clip> {
    return this.#pages.clips;
  }

  /** How many clips were found, those not held included. */
  get total(): number {
    return this.shelf.total;
  }

  /** Jobs not sent yet, in the order in which they will be. */
  readonly queued = $derived([...this.jobs.values()].filter((job) => job.state === 'queued').sort(inLine));

  readonly openJobs = $derived([...this.jobs.values()].filter(isOpen));

  /**
   * Cards beside the shelf, as far as they belong to what is shown: first what is not sent yet, in the order in which it
   * will be, then open jobs, failed and unknown ones not put away, and clips just made; newest first.
   */
  readonly extras = $derived.by((): Item[] => {
    const items: Item[] = [];
    for (const clip of this.#fresh.values()) {
      if (this.#pages.placeOf(clip.id) === undefined && asksFor(this.shown, clip, 'done'))
        items.push({ kind: 'clip', key: clip.id, at: clip.created_at, clip });
    }
    const queued: Job[] = [];
    for (const job of this.jobs.values()) {
      const state = stateOf(job);
      if (this.#made.has(job.id) || job.dismissed || state === null || !asksFor(this.shown, job, state)) continue;
      if (job.state === 'queued') queued.push(job);
      else items.push({ kind: 'job', key: job.id, at: job.created_at, job });
    }
    items.sort(newestFirst);
    // What waits is about now, whenever its button was pressed: it stands under the newest day, as one group.
    const newestDay = this.shelf.days.reduce((latest, { day }) => (day > latest ? day : latest), '');
    const sinceShelf = newestDay === '' ? '' : noonOf(newestDay);
    const at = [sinceShelf, items[0]?.at ?? '', ...queued.map((job) => job.created_at)].reduce((a, b) =>
      a > b ? a : b,
    );
    return [...queued.sort(inLine).map((job): Item => ({ kind: 'job', key: job.id, at, job })), ...items];
  });

  /** Loads the jobs, the shelf and the clips of its top. */
  async open(): Promise<void> {
    const [jobs] = await Promise.all([this.#commands.jobs(), this.#load(this.query, true)]);
    for (const job of jobs) this.takeJob(job);
    this.latest ??= this.#pages.at(0) ?? null;
    this.ready = true;
  }

  /** Asks for other clips or another order. Does not throw: see `trouble`. */
  async ask(query: FullQuery): Promise<void> {
    if (sameQuery(query, this.query) && this.trouble === null) return;
    this.query = query;
    await this.#attempt(() => this.#load(query, true));
  }

  /** Asks again for what is shown, with what is in sight kept in sight. Does not throw: see `trouble`. */
  async refresh(): Promise<void> {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    await this.#attempt(() => this.#load(this.query, !sameQuery(this.query, this.shown)));
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.trouble = null;
    } catch (thrown) {
      this.trouble = CommandError.from(thrown);
    }
  }

  /**
   * The shelf and the clips in sight come together and are shown at once, so that no card is empty in between.
   * `afresh`: from the top; otherwise around what is in sight now, wherever that has moved.
   */
  async #load(query: FullQuery, afresh: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.#asking = true;
    try {
      const known = [...this.#fresh.keys()];
      const sight = afresh ? { from: 0, to: PAGE - 1 } : this.#pages.sight;
      const anchor = afresh ? undefined : this.#pages.at((sight.from + sight.to) >> 1)?.id;
      const pages = new SvelteMap<number, Clip[]>();
      const fetch = async (around: Sight): Promise<void> => {
        const wanted = this.#pages.pagesOf(around).filter((page) => !pages.has(page));
        await Promise.all(
          wanted.map(async (page) => pages.set(page, await this.#commands.galleryPage(query, page * PAGE, PAGE))),
        );
      };
      const [shelf, place] = await Promise.all([
        this.#commands.gallery(query),
        anchor === undefined ? null : this.#commands.galleryPlace(query, anchor),
        fetch(sight),
      ]);
      const moved = place === null || anchor === undefined ? 0 : place - (this.#pages.placeOf(anchor) ?? place);
      if (moved !== 0) await fetch({ from: sight.from + moved, to: sight.to + moved });
      if (turn !== this.#turn) return;
      this.shelf = shelf;
      this.shown = query;
      this.#pages.replace(pages, shelf.total);
      // What was heard of before the question is in the answer, if it belongs there.
      for (const job of known) this.#fresh.delete(job);
    } finally {
      if (turn === this.#turn) this.#asking = false;
    }
  }

  /** Something changed: asks again, soon, and once for many changes. */
  #changed(): void {
    if (this.#settling !== undefined) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      if (this.#asking) this.#changed();
      else void this.refresh();
    }, SETTLE);
  }

  /** The clips from one place of the order to another are in sight: they and those around them are fetched. */
  look(from: number, to: number): void {
    this.#pages.look({ from, to });
  }

  /** The clip in a place of the order (0-based), while it is held. */
  clipAt(place: number): Clip | undefined {
    return this.#pages.at(place);
  }

  /** The clip that a job was heard to have made. */
  clipOf(job: JobId): ClipId | undefined {
    return this.#made.get(job);
  }

  /** Where a clip stands in the order (0-based), while that is known without asking. */
  knownPlace(id: ClipId): number | undefined {
    return this.#pages.placeOf(id);
  }

  /** Where a clip stands in the order (0-based); null when it was not asked for. */
  async placeOf(id: ClipId): Promise<number | null> {
    return this.#pages.placeOf(id) ?? (await this.#commands.galleryPlace(this.shown, id));
  }

  /** The clip before (-1) or after (1) one in the order shown; null at an end, or when that one is not in it. */
  async neighbour(id: ClipId, step: -1 | 1): Promise<Clip | null> {
    const place = await this.placeOf(id);
    if (place === null) return null;
    const wanted = place + step;
    if (wanted < 0 || wanted >= this.shelf.total) return null;
    const held = this.#pages.at(wanted);
    if (held) return held;
    const [clip] = await this.#commands.galleryPage(this.shown, wanted, 1);
    if (clip) this.#pages.hold(clip);
    return clip ?? null;
  }

  /** The ids of the clips from one place of the order to another, both included, whether they are held or not. */
  async idsBetween(from: number, to: number): Promise<ClipId[]> {
    const ids: ClipId[] = [];
    for (let at = from; at <= to; at += IDS) {
      const some = await this.#commands.galleryIds(this.shown, at, Math.min(IDS, to - at + 1));
      if (some.length === 0) break;
      for (const id of some) ids.push(id);
    }
    return ids;
  }

  /** Clips of the whole library whose words have every word of `text` in them, newest first. */
  search(text: string, count: number): Promise<Clip[]> {
    return this.#commands.galleryPage({ ...everything(), text }, 0, count);
  }

  /** A clip by its id, asked for when it is not held. */
  async find(id: ClipId): Promise<Clip> {
    const known = this.#pages.clips.get(id);
    if (known) return known;
    const clip = await this.#commands.clip(id);
    this.#pages.hold(clip);
    return clip;
  }

  /** Changes clips that are held, at once, before the program has told of it. */
  patch(ids: Iterable<ClipId>, change: (clip: Clip) => Clip): void {
    this.#pages.patch(ids, change);
  }

  takeJob(job: Job): void {
    const known = this.jobs.get(job.id);
    if (!known || known.revision <= job.revision) this.jobs.set(job.id, job);
  }

  takeClip(clip: Clip): void {
    this.arrived += 1;
    if (this.latest === null || clip.created_at >= this.latest.created_at) this.latest = clip;
    // The clip of a job that has a card: it takes the card's place before the shelf knows it.
    if (!this.#made.has(clip.job) && this.jobs.has(clip.job)) this.#fresh.set(clip.job, clip);
    else if (this.#fresh.has(clip.job)) this.#fresh.set(clip.job, clip);
    this.#made.set(clip.job, clip.id);
    this.#pages.hold(clip);
    this.#changed();
  }

  heard(event: Event): void {
    if (event.kind === 'job') this.takeJob(event.value);
    else if (event.kind === 'clip') this.takeClip(event.value);
    else if (event.kind === 'gallery') {
      this.arrived += 1;
      if (event.value.revision > this.shelf.revision) this.#changed();
    }
  }
}

export const library = new Library(ipc);
