// Films of the fake program: a tree of clips in memory, paths through it, seams with made-up measures, and exports that run
// on timers. The real ones are in crates/library and crates/engine.

import type {
  Clip,
  ClipId,
  Event,
  ExportEnd,
  ExportOptions,
  ExportPlan,
  FilmCard,
  FilmChange,
  FilmId,
  FilmProblem,
  FilmShot,
  FilmTake,
  FilmView,
  FilmsPage,
  Job,
  SavedFilm,
  SeamMeasure,
  SeamVerdict,
} from '../bindings';
import { CommandError } from '../host';
import { costOf, isRehearsal, nameOf } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';

/** What a test says of the exports to come: how long a step takes, and whether they fail. */
export interface ExportsToCome {
  /** Milliseconds a step; there are twenty. */
  pace?: number;
  fails?: boolean;
}

const STEPS = 20;
const OPEN = ['queued', 'submitting', 'running', 'downloading', 'unknown'];

interface World {
  clips: Map<ClipId, Clip>;
  jobs: () => Job[];
  tell: (event: Event) => void;
}

const refuse = (code: FilmProblem): CommandError =>
  new CommandError({ code: 'invalid', message: code, field: null, hint: null, reason: { kind: 'film', code } });

const byAge = (a: Clip, b: Clip): number => (a.created_at < b.created_at ? -1 : 1);

const sumOf = (clips: readonly Clip[]): { cost: string; rehearsal: boolean } => {
  const paid = clips.filter((clip) => clip.provider.kind === 'service');
  const counted = paid.length > 0 ? paid : clips.filter(isRehearsal);
  return {
    cost: addUsd(counted.flatMap((clip) => costOf(clip) ?? [])),
    rehearsal: paid.length + counted.length > 0 && paid.length === 0,
  };
};

export class FakeFilms {
  saved = new Map<FilmId, SavedFilm>();
  #world: World;
  #revision = 0;
  #copies = 0;
  #toCome: ExportsToCome = {};
  #running = new Map<FilmId, { stop: boolean }>();
  #paths = new Map<FilmId, string>();

  constructor(world: World) {
    this.#world = world;
    addEventListener('fake-exports', (event) => (this.#toCome = (event as CustomEvent<ExportsToCome>).detail));
  }

  films(search: string, from: number, count: number): FilmsPage {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const heads = this.#all().filter((clip) => this.#parent(clip) === null && this.#children(clip.id).length > 0);
    const ids = [...new Set([...this.saved.keys(), ...heads.map((clip) => clip.id)])];
    const found = ids.filter((id) => words.every((word) => this.#title(id).toLowerCase().includes(word)));
    const changed = new Map(found.map((id) => [id, this.#changedAt(id)]));
    found.sort((a, b) => ((changed.get(a) ?? '') < (changed.get(b) ?? '') ? 1 : -1));
    return { total: found.length, cards: found.slice(from, from + count).map((id) => this.#card(id)) };
  }

  view(id: FilmId): FilmView {
    const path = this.#pathOf(id);
    const clips = path.map((clip) => this.#clip(clip));
    const shots = clips.map((clip, at): FilmShot => this.#shot(clips, clip, at));
    const tree = this.#tree(clips);
    const last = clips.at(-1);
    const film = this.saved.get(id);
    const open = this.#world
      .jobs()
      .filter((job) => OPEN.includes(job.state) && tree.some((clip) => clip.id === job.request.continues));
    const { cost, rehearsal } = sumOf(clips);
    return {
      id,
      name: film?.name ?? null,
      title: this.#title(id),
      note: film?.note ?? '',
      saved: film !== undefined,
      shots,
      next: last ? this.#takes(last.id).filter((take) => !path.includes(take.clip.id)) : [],
      seconds: this.#seconds(shots),
      cost,
      rehearsal,
      tree_clips: tree.length,
      tree_cost: sumOf(tree).cost,
      open_jobs: open,
      open_cost: addUsd(open.flatMap((job) => job.estimate.cost ?? [])),
    };
  }

  filmOf(clip: ClipId): FilmId {
    const through = [...this.saved.values()].filter((film) => film.path.includes(clip));
    const newest = through.sort((a, b) => (a.changed_at < b.changed_at ? 1 : -1))[0];
    if (newest) return newest.id;
    let first = this.#clip(clip);
    for (let before = this.#parent(first); before; before = this.#parent(first)) first = before;
    return first.id;
  }

  create(clips: readonly ClipId[], name: string): FilmView {
    if (clips.length === 0) throw refuse('no_clip');
    const id = this.saved.has(clips[0] as string) ? `film-${(this.#copies += 1)}` : (clips[0] as string);
    return this.#save(id, [...clips], name.trim() || null, '');
  }

  change(id: FilmId, change: FilmChange): FilmView {
    const { name = null, note = '' } = this.saved.get(id) ?? {};
    const path = [...this.#pathOf(id)];
    switch (change.kind) {
      case 'rename':
        if (change.name.length > 120) throw refuse('name_too_long');
        return this.#save(id, path, change.name.trim() || null, note);
      case 'note':
        return this.#save(id, path, name, change.note.trim());
      case 'pick': {
        const before = path[change.at - 1];
        if (before === undefined || this.#clip(change.clip).request.continues !== before) throw refuse('not_a_take');
        const cut = path.findIndex((clip, at) => at > change.at && this.#clip(clip).request.continues !== path[at - 1]);
        const rest = cut < 0 ? [] : path.slice(cut);
        return this.#save(id, [...path.slice(0, change.at), ...this.#along(change.clip), ...rest], name, note);
      }
      case 'insert':
        if (change.at > path.length) throw refuse('no_such_place');
        path.splice(change.at, 0, this.#clip(change.clip).id);
        return this.#save(id, path, name, note);
      case 'detach':
        if (path.length === 1) throw refuse('no_clip');
        path.splice(change.at, 1);
        return this.#save(id, path, name, note);
      case 'move': {
        const [moved] = path.splice(change.from, 1);
        if (moved === undefined || change.to > path.length) throw refuse('no_such_place');
        path.splice(change.to, 0, moved);
        return this.#save(id, path, name, note);
      }
    }
  }

  duplicate(id: FilmId, name: string): FilmView {
    const note = this.saved.get(id)?.note ?? '';
    return this.#save(`film-${(this.#copies += 1)}`, [...this.#pathOf(id)], name.trim() || null, note);
  }

  remove(id: FilmId): SavedFilm {
    const film = this.saved.get(id);
    if (!film)
      throw new CommandError({
        code: 'not_found',
        message: 'Nobody saved this film.',
        field: null,
        hint: null,
        reason: null,
      });
    this.saved.delete(id);
    this.changed();
    return film;
  }

  restore(film: SavedFilm): FilmView {
    this.saved.set(film.id, film);
    this.changed();
    return this.view(film.id);
  }

  /** A clip came into the library: where it continues the end of a saved path, it is its next shot. */
  arrived({ id, request }: Clip): void {
    for (const film of this.saved.values()) {
      if (request.continues && film.path.at(-1) === request.continues) film.path.push(id);
    }
    this.changed();
  }

  /** The same for the same seam: a continuation repeats its frame, and now and then something is wrong with one. */
  measure(before: ClipId, frame: number | null, after: ClipId): SeamMeasure {
    const continues = this.#clip(after).request.continues === before;
    const turn = [...after].reduce((sum, letter) => sum + letter.charCodeAt(0), frame ?? 0) % 4;
    const kind: SeamVerdict = continues
      ? ((['repeated', 'clean', 'repeated', 'brightness'] as const)[turn] ?? 'clean')
      : 'jump';
    const figures = {
      repeated: { psnr: 44.2, brightness: 0.1, colour: 0.2 },
      clean: { psnr: 36.8, brightness: 0.6, colour: 0.9 },
      brightness: { psnr: 27.4, brightness: 9.3, colour: 1.4 },
      colour: { psnr: 29, brightness: 0.8, colour: 7.7 },
      jump: { psnr: 11.3, brightness: -34.1, colour: 18.2 },
    };
    return { kind, ...figures[kind] };
  }

  plan(id: FilmId, options: ExportOptions): ExportPlan {
    const { shots } = this.view(id);
    const first = shots[0]?.clip.media;
    const other = shots.some(({ clip }) => clip.media.width !== first?.width || clip.media.height !== first?.height);
    const trimmed = shots.some(({ clip, shown }) => shown < clip.media.frames);
    const asked = options.reencode === true || Boolean(options.size) || Boolean(options.fps);
    const reasons: ExportPlan['reasons'] = [
      ...(other ? (['other_size'] as const) : []),
      ...(trimmed ? (['trimmed'] as const) : []),
      ...(asked ? (['asked'] as const) : []),
    ];
    const problems = shots.flatMap(({ clip, trouble }) => (trouble ? [{ kind: trouble, clip: clip.id }] : []));
    const repeated = options.skip_repeated
      ? shots.filter(({ clip }, at) => {
          const before = shots[at - 1];
          return before && this.measure(before.clip.id, null, clip.id).kind === 'repeated';
        }).length
      : 0;
    const frames = shots.reduce((sum, { shown }) => sum + shown, 0) - repeated;
    const fps = options.fps ?? 24;
    return {
      route: reasons.length > 0 ? 'reencode' : 'join',
      reasons,
      problems,
      possible: problems.length === 0,
      size: options.size ?? { width: first?.width ?? 1248, height: first?.height ?? 704 },
      fps,
      frames: Math.round((frames * fps) / 24),
      seconds: frames / 24,
      bytes: reasons.length > 0 ? null : shots.reduce((sum, { clip }) => sum + (clip.media.bytes ?? 0), 0),
      audio: shots.some(({ clip }) => clip.media.audio),
    };
  }

  export(id: FilmId, options: ExportOptions): string {
    const { frames } = this.plan(id, options);
    const path = `/home/you/Films/${this.view(id).title}.mp4`;
    this.#paths.set(id, path);
    void this.#run(id, path, frames);
    return path;
  }

  cancel(id: FilmId): null {
    const running = this.#running.get(id);
    if (running) running.stop = true;
    return null;
  }

  pathOfExport(id: FilmId): string | undefined {
    return this.#paths.get(id);
  }

  changed(): void {
    this.#world.tell({ kind: 'films', value: { revision: (this.#revision += 1) } });
  }

  async #run(film: FilmId, path: string, frames: number): Promise<void> {
    const { pace = 40, fails = false } = this.#toCome;
    const running = { stop: false };
    this.#running.set(film, running);
    const tell = (step: number, ended: ExportEnd | null): void => {
      const seconds_left = step > 2 ? ((STEPS - step) * pace) / 1000 : null;
      const frames_done = Math.round((frames * step) / STEPS);
      this.#world.tell({ kind: 'export', value: { film, frames_done, frames, seconds_left, ended } });
    };
    for (let step = 0; step <= STEPS; step += 1) {
      if (running.stop) return tell(step, { kind: 'canceled' });
      if (fails && step === 8)
        return tell(step, {
          kind: 'failed',
          error: { code: 'storage', message: 'The disk is full.', field: null, hint: null, reason: null },
        });
      tell(step, null);
      await new Promise((go) => setTimeout(go, pace));
    }
    tell(STEPS, { kind: 'done', path });
  }

  #all(): Clip[] {
    return [...this.#world.clips.values()];
  }

  #clip(id: ClipId): Clip {
    const clip = this.#world.clips.get(id);
    if (!clip)
      throw new CommandError({
        code: 'not_found',
        message: 'There is no such film.',
        field: null,
        hint: null,
        reason: null,
      });
    return clip;
  }

  #parent(clip: Clip): Clip | null {
    return this.#world.clips.get(clip.request.continues ?? '') ?? null;
  }

  #children(id: ClipId): Clip[] {
    return this.#all()
      .filter((clip) => clip.request.continues === id)
      .sort(byAge);
  }

  /** A clip, and on along the newest take each time. */
  #along(id: ClipId): ClipId[] {
    const path = [id];
    for (let next = this.#children(id).at(-1); next; next = this.#children(next.id).at(-1)) path.push(next.id);
    return path;
  }

  #pathOf(id: FilmId): ClipId[] {
    return this.saved.get(id)?.path ?? this.#along(this.#clip(id).id);
  }

  #takes(before: ClipId, here?: ClipId): FilmTake[] {
    return this.#children(before).map((clip) => ({
      clip,
      from_frame: clip.request.continues_frame ?? null,
      on_path: clip.id === here,
    }));
  }

  #shot(clips: readonly Clip[], clip: Clip, at: number): FilmShot {
    const [before, after] = [clips[at - 1], clips[at + 1]];
    const continues = before !== undefined && clip.request.continues === before.id;
    let depth = 0;
    while (depth < at && clips[at - depth]?.request.continues === clips[at - depth - 1]?.id) depth += 1;
    const from = after?.request.continues === clip.id ? after.request.continues_frame : null;
    return {
      clip,
      shown: typeof from === 'number' ? Math.min(from + 1, clip.media.frames) : clip.media.frames,
      seam: before === undefined ? null : continues ? 'continues' : 'cut',
      takes: before && continues ? this.#takes(before.id, clip.id) : [],
      depth,
      trouble: clip.missing ? 'missing' : clip.trashed_at ? 'trashed' : null,
    };
  }

  #seconds(shots: readonly FilmShot[]): number {
    return shots.reduce((sum, { shown, clip }) => sum + shown / (clip.media.fps ?? 24), 0);
  }

  #tree(path: readonly Clip[]): Clip[] {
    const tree = new Map(path.map((clip) => [clip.id, clip]));
    const walk = (id: ClipId): void =>
      this.#children(id).forEach((clip) => {
        if (tree.has(clip.id) && !path.includes(clip)) return;
        tree.set(clip.id, clip);
        if (!path.includes(clip)) walk(clip.id);
      });
    path.forEach((clip) => walk(clip.id));
    return [...tree.values()];
  }

  #title(id: FilmId): string {
    const first = this.#world.clips.get(this.#pathOf(id)[0] ?? '');
    return this.saved.get(id)?.name ?? (first ? nameOf(first, 120) : '');
  }

  #changedAt(id: FilmId): string {
    const made = this.#pathOf(id).map((clip) => this.#clip(clip).created_at);
    return this.saved.get(id)?.changed_at ?? made.sort().at(-1) ?? '';
  }

  #card(id: FilmId): FilmCard {
    const { shots, title, name, seconds, cost, rehearsal, saved } = this.view(id);
    return {
      id,
      name,
      title,
      clips: shots.length,
      seconds,
      cost,
      rehearsal,
      posters: shots.slice(0, 6).map(({ clip }) => clip.id),
      seams: shots.slice(1, 6).flatMap(({ seam }) => seam ?? []),
      changed_at: this.#changedAt(id),
      saved,
    };
  }

  #save(id: FilmId, path: ClipId[], name: string | null, note: string): FilmView {
    const now = new Date().toISOString();
    this.saved.set(id, { id, name, note, path, made_at: this.saved.get(id)?.made_at ?? now, changed_at: now });
    this.changed();
    return this.view(id);
  }
}
