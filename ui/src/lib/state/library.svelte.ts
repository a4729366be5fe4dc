// The jobs and clips that the window knows, kept true by events. A snapshot older than one already seen is dropped,
// so the order in which replies and events arrive does not matter.

import { SvelteMap } from 'svelte/reactivity';
import type { Clip, ClipId, Event, Job, JobId, JobState } from '$lib/ipc/bindings';
import { ipc, type Commands } from '$lib/ipc/client';

/** How many clips one request for more brings. */
const PAGE = 120;

/** States in which the program still works on a job. */
const OPEN: readonly JobState[] = ['queued', 'submitting', 'running', 'downloading'];

export const isOpen = (job: Job): boolean => OPEN.includes(job.state);

/** A job's card or a clip, in the place where it stands in the gallery. */
export type Item =
  { kind: 'job'; key: JobId; at: string; job: Job } | { kind: 'clip'; key: JobId; at: string; clip: Clip };

const newestFirst = (a: { at: string; key: string }, b: { at: string; key: string }): number =>
  a.at === b.at ? b.key.localeCompare(a.key) : a.at < b.at ? 1 : -1;

/** Jobs and clips by their ids. */
export class Library {
  readonly jobs = new SvelteMap<JobId, Job>();
  readonly clips = new SvelteMap<ClipId, Clip>();
  /** Clips in the library, those not loaded included. */
  total = $state(0);
  loading = $state(false);
  /** Whether the first page and the jobs are here. */
  ready = $state(false);
  #oldest = $state.raw<ClipId | null>(null);
  #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** Loaded clips, newest first. */
  readonly newest = $derived.by(() =>
    [...this.clips.values()].sort((a, b) =>
      newestFirst({ at: a.created_at, key: a.job }, { at: b.created_at, key: b.job }),
    ),
  );

  /** What has a card: open jobs, failed and unknown ones not put away, and clips; newest first, a clip where its job was. */
  readonly items = $derived.by((): Item[] => {
    const items: Item[] = [...this.clips.values()].map((clip) => ({
      kind: 'clip',
      key: clip.job,
      at: clip.created_at,
      clip,
    }));
    const made = Object.fromEntries(items.map((item) => [item.key, true]));
    for (const job of this.jobs.values()) {
      if (made[job.id] || job.dismissed || job.state === 'canceled') continue;
      items.push({ kind: 'job', key: job.id, at: job.created_at, job });
    }
    return items.sort(newestFirst);
  });

  readonly openJobs = $derived([...this.jobs.values()].filter(isOpen));

  get more(): boolean {
    return this.ready && this.clips.size < this.total;
  }

  /** Loads the jobs and the first page of clips. */
  async open(): Promise<void> {
    const [jobs] = await Promise.all([this.#commands.jobs(), this.loadMore()]);
    for (const job of jobs) this.takeJob(job);
    this.ready = true;
  }

  /** Loads the next page of clips, if there is one. */
  async loadMore(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    try {
      const page = await this.#commands.clips(this.#oldest, PAGE);
      this.total = page.total;
      for (const clip of page.clips) this.clips.set(clip.id, clip);
      this.#oldest = page.clips.at(-1)?.id ?? this.#oldest;
      // Fewer than were asked for: the end, whatever the count said.
      if (page.clips.length < PAGE) this.total = Math.max(this.clips.size, page.clips.length);
    } finally {
      this.loading = false;
    }
  }

  /** A clip by its id, asked for when it is not loaded yet. */
  async find(id: ClipId): Promise<Clip> {
    const known = this.clips.get(id);
    if (known) return known;
    const clip = await this.#commands.clip(id);
    this.clips.set(clip.id, clip);
    return clip;
  }

  takeJob(job: Job): void {
    const known = this.jobs.get(job.id);
    if (!known || known.revision <= job.revision) this.jobs.set(job.id, job);
  }

  takeClip(clip: Clip): void {
    if (!this.clips.has(clip.id)) this.total += 1;
    this.clips.set(clip.id, clip);
  }

  heard(event: Event): void {
    if (event.kind === 'job') this.takeJob(event.value);
    else if (event.kind === 'clip') this.takeClip(event.value);
  }

  /** Earlier prompts, newest first, each once, from jobs and clips. */
  readonly prompts = $derived.by((): string[] => {
    const made = [...this.clips.values(), ...this.jobs.values()].map((one) => ({
      at: one.created_at,
      key: one.id,
      prompt: one.request.prompt?.trim() ?? '',
    }));
    const prompts = made.sort(newestFirst).map((one) => one.prompt);
    return prompts.filter((prompt, index) => prompt !== '' && prompts.indexOf(prompt) === index);
  });
}

export const library = new Library(ipc);
