// The gallery of the fake program: finding, marking, the trash and saved searches really work, on clips in memory. A
// library of a hundred thousand clips is made clip by clip as they are asked for, until something has to look at all.

import type {
  Clip,
  CommonMarks,
  DiskUse,
  Event,
  GalleryQuery,
  Mark,
  SavedSearch,
  Shape,
  Shelf,
  ShelfDay,
  TagCount,
  SortKey,
} from '../bindings';
import { CommandError } from '../host';
import { dayKey } from '$lib/i18n/format';
import { fullQuery, narrows, originOf, wordsOf, type FullQuery } from '$lib/state/query';
import { costOf, fullRequest, isRehearsal } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';
import type { Many } from './many';

const SEARCHES = 'fake-searches';
const LAYOUT_BASE = 0x100;

const lengthOf = (clip: Clip): number => clip.media.seconds ?? clip.estimate.seconds ?? 0;

/** The words in which a search looks. */
const textOf = (clip: Clip): string =>
  [clip.request.prompt, clip.name, clip.note, ...(clip.tags ?? [])].join('\n').toLocaleLowerCase();

const inSpan = (
  value: number | null,
  from: string | number | null = null,
  to: string | number | null = null,
): boolean =>
  (from === null && to === null) ||
  (value !== null && (from === null || value >= Number(from)) && (to === null || value <= Number(to)));

const among = <T>(list: readonly T[], value: T): boolean => list.length === 0 || list.includes(value);

/** What tells the window, and where the clips are. */
interface World {
  clips: Map<string, Clip>;
  many: Many | null;
  tell: (event: Event) => void;
}

export class FakeGallery {
  #world: World;
  #revision = 1;
  /** The answer to the last query, until something changes. */
  #answer: { asked: string; clips: readonly Clip[] } | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** Something about clips changed: answers are computed anew. */
  changed(): void {
    this.#revision += 1;
    this.#answer = null;
  }

  /** Every clip, those of a large library included. */
  #all(): Clip[] {
    const { clips, many } = this.#world;
    if (many && !many.unpacked) {
      many.unpacked = true;
      for (let index = 0; index < many.count; index += 1) {
        const clip = many.clip(index);
        if (!clips.has(clip.id)) clips.set(clip.id, clip);
      }
    }
    return [...clips.values()];
  }

  /** Whether a large library need not be looked through: nothing of it was changed, and all of it is asked for in order. */
  #plain(query: FullQuery): Many | null {
    const { many } = this.#world;
    const byDate = query.sort.by === 'date' && query.sort.descending;
    return many && !many.unpacked && byDate && !query.trash && !narrows(query) ? many : null;
  }

  /** The first clip of the film that a clip stands in. */
  #filmOf(clip: Clip): string {
    let first = clip;
    for (let before = clip.request.continues; before;) {
      const found = this.#world.clips.get(before);
      if (!found) break;
      first = found;
      before = found.request.continues;
    }
    return first.id;
  }

  #matches(clip: Clip, { text, filter, trash }: FullQuery): boolean {
    const request = fullRequest(clip.request);
    const cost = costOf(clip);
    const day = dayKey(clip.created_at);
    return (
      Boolean(clip.trashed_at) === trash &&
      among(filter.states, 'done') &&
      among(filter.models, request.model) &&
      among(filter.resolutions, request.resolution) &&
      among(filter.ratios, request.ratio) &&
      inSpan(lengthOf(clip), filter.seconds.from, filter.seconds.to) &&
      inSpan(cost === null ? null : Number(cost), filter.cost.from, filter.cost.to) &&
      (filter.days.from ?? day) <= day &&
      (filter.days.to ?? day) >= day &&
      (!filter.starred || clip.starred === true) &&
      (!filter.missing || clip.missing === true) &&
      (filter.origin === null || originOf(clip) === filter.origin) &&
      filter.tags.every((tag) => clip.tags?.includes(tag)) &&
      (filter.film === null || this.#filmOf(clip) === filter.film) &&
      wordsOf(text).every((word) => textOf(clip).includes(word))
    );
  }

  #found(asked: GalleryQuery): readonly Clip[] {
    const key = JSON.stringify(asked);
    if (this.#answer?.asked === key) return this.#answer.clips;
    const query = fullQuery(asked);
    const sign = query.sort.descending ? -1 : 1;
    const newest = (a: Clip, b: Clip): number => b.created_at.localeCompare(a.created_at) || b.job.localeCompare(a.job);
    const orders: Record<SortKey, (a: Clip, b: Clip) => number> = {
      date: (a, b) => -sign * newest(a, b),
      cost: (a, b) => sign * (Number(costOf(a) ?? 0) - Number(costOf(b) ?? 0)) || newest(a, b),
      length: (a, b) => sign * (lengthOf(a) - lengthOf(b)) || newest(a, b),
      film: (a, b) => sign * this.#filmOf(a).localeCompare(this.#filmOf(b)) || -newest(a, b),
    };
    const clips = this.#all()
      .filter((clip) => this.#matches(clip, query))
      .sort(orders[query.sort.by ?? 'date']);
    this.#answer = { asked: key, clips };
    return clips;
  }

  shelf(asked: GalleryQuery): Shelf {
    const query = fullQuery(asked);
    const many = this.#plain(query);
    const newer = many ? [...this.#world.clips.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)) : [];
    const clips = many ? newer : this.#found(asked);
    const shapes: Shape[] = [];
    const places = new Map<number, number>();
    const placeOf = (width: number, height: number): number => {
      const key = width * 100_000 + height;
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, shapes.length);
      return shapes.push({ width, height }) - 1;
    };
    const units = clips.map(({ media }) => LAYOUT_BASE + placeOf(media.width, media.height));
    const days = query.sort.by === 'date' ? daysOf(clips) : [];
    if (many) {
      for (const shape of many.shapes) placeOf(shape.width, shape.height);
      const own = many.shapes.map(({ width, height }) => LAYOUT_BASE + placeOf(width, height));
      for (let index = 0; index < many.count; index += 1) units.push(own[index % own.length] ?? LAYOUT_BASE);
      for (const day of many.days()) {
        const last = days.at(-1);
        if (last?.day !== day.day) days.push(day);
        else {
          last.clips += day.clips;
          last.seconds = (last.seconds ?? 0) + (day.seconds ?? 0);
          last.bytes = (last.bytes ?? 0) + (day.bytes ?? 0);
        }
      }
    }
    let layout = '';
    for (let from = 0; from < units.length; from += 8_192)
      layout += String.fromCharCode(...units.slice(from, from + 8_192));
    return { revision: this.#revision, total: units.length, shapes, layout, days };
  }

  page(asked: GalleryQuery, from: number, count: number): Clip[] {
    const many = this.#plain(fullQuery(asked));
    if (!many) return this.#found(asked).slice(from, from + count);
    const newer = [...this.#world.clips.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
    const page = newer.slice(from, from + count);
    for (let at = Math.max(0, from - newer.length); page.length < count && at < many.count; at += 1)
      page.push(many.clip(at));
    return page;
  }

  ids(asked: GalleryQuery, from: number, count: number): string[] {
    return this.page(asked, from, count).map((clip) => clip.id);
  }

  place(asked: GalleryQuery, id: string): number | null {
    const many = this.#plain(fullQuery(asked));
    const deep = many?.indexOf(id) ?? -1;
    if (many && deep >= 0) return this.#world.clips.size + deep;
    const clips = many ? this.page(asked, 0, this.#world.clips.size) : this.#found(asked);
    const place = clips.findIndex((clip) => clip.id === id);
    return place < 0 ? null : place;
  }

  /** Changes clips; those that are not in the library are left out. */
  #change(ids: readonly string[], change: (clip: Clip) => Clip | null): number {
    this.#all();
    let changed = 0;
    const { clips, tell } = this.#world;
    for (const id of ids) {
      const clip = clips.get(id);
      const next = clip && change(clip);
      if (!clip || !next) continue;
      clips.set(id, next);
      changed += 1;
      if (ids.length === 1) {
        this.changed();
        tell({ kind: 'clip', value: next });
      }
    }
    this.changed();
    if (ids.length > 1) tell({ kind: 'gallery', value: { revision: this.#revision } });
    return changed;
  }

  mark(ids: readonly string[], mark: Mark): number {
    return this.#change(ids, (clip) => {
      if (mark.kind === 'star') return { ...clip, starred: mark.on };
      if (mark.kind === 'note') return { ...clip, note: mark.text };
      if (mark.kind === 'name') return { ...clip, name: mark.text.trim() || null };
      const name = mark.name.trim();
      if (name === '') throw refuse('A tag needs a name.');
      const others = (clip.tags ?? []).filter((tag) => tag !== name);
      return { ...clip, tags: mark.on ? [...others, name].sort((a, b) => a.localeCompare(b)) : others };
    });
  }

  commonMarks(ids: readonly string[]): CommonMarks {
    const clips = ids.flatMap((id) => this.#world.clips.get(id) ?? this.#world.many?.find(id) ?? []);
    const tags = (clips[0]?.tags ?? []).filter((tag) => clips.every((clip) => clip.tags?.includes(tag)));
    return { starred: clips.length > 0 && clips.every((clip) => clip.starred), tags };
  }

  trash(ids: readonly string[]): number {
    const now = new Date().toISOString();
    return this.#change(ids, (clip) => (clip.trashed_at ? null : { ...clip, trashed_at: now }));
  }

  restore(ids: readonly string[]): number {
    return this.#change(ids, (clip) => (clip.trashed_at ? { ...clip, trashed_at: null } : null));
  }

  /** Deletes for good, from the trash only. */
  delete(ids: readonly string[]): number {
    const { clips, tell } = this.#world;
    const gone = ids.filter((id) => clips.get(id)?.trashed_at && clips.delete(id));
    this.changed();
    tell({ kind: 'gallery', value: { revision: this.#revision } });
    return gone.length;
  }

  tags(): TagCount[] {
    const counts = new Map<string, number>();
    const { clips } = this.#world;
    for (const clip of clips.values())
      if (!clip.trashed_at) for (const tag of clip.tags ?? []) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts].map(([name, number]) => ({ name, clips: number })).sort((a, b) => a.name.localeCompare(b.name));
  }

  searches(): SavedSearch[] {
    return JSON.parse(sessionStorage.getItem(SEARCHES) ?? '[]') as SavedSearch[];
  }

  #keep(searches: SavedSearch[]): SavedSearch[] {
    searches.sort((a, b) => a.name.localeCompare(b.name));
    sessionStorage.setItem(SEARCHES, JSON.stringify(searches));
    return searches;
  }

  saveSearch(name: string, query: GalleryQuery): SavedSearch[] {
    const trimmed = name.trim();
    if (trimmed === '') throw refuse('A saved search needs a name.');
    return this.#keep([...this.searches().filter((search) => search.name !== trimmed), { name: trimmed, query }]);
  }

  deleteSearch(name: string): SavedSearch[] {
    return this.#keep(this.searches().filter((search) => search.name !== name));
  }

  diskUse(): DiskUse {
    const use: DiskUse = {
      clips: { count: 0, bytes: 0 },
      trash: { count: 0, bytes: 0 },
      free: 48_200_000_000,
      days: [],
    };
    const days = new Map<string, DiskUse['days'][number]>();
    for (const clip of this.#all().sort((a, b) => b.created_at.localeCompare(a.created_at))) {
      const bytes = clip.media.bytes ?? 0;
      const amount = clip.trashed_at ? use.trash : use.clips;
      amount.count += 1;
      amount.bytes = (amount.bytes ?? 0) + bytes;
      if (clip.trashed_at) continue;
      const day = dayKey(clip.created_at);
      const known = days.get(day) ?? { day, count: 0, bytes: 0 };
      days.set(day, { day, count: known.count + 1, bytes: (known.bytes ?? 0) + bytes });
    }
    use.days = [...days.values()];
    return use;
  }
}

const refuse = (message: string): CommandError =>
  new CommandError({ code: 'invalid', message, field: null, hint: null, reason: null });

function daysOf(clips: readonly Clip[]): ShelfDay[] {
  const days: { day: string; clips: Clip[] }[] = [];
  for (const clip of clips) {
    const day = dayKey(clip.created_at);
    const last = days.at(-1);
    if (last?.day === day) last.clips.push(clip);
    else days.push({ day, clips: [clip] });
  }
  return days.map(({ day, clips: made }) => {
    const paid = made.filter((clip) => clip.provider.kind === 'service');
    const costs = (of: Clip[]): string => addUsd(of.flatMap((clip) => costOf(clip) ?? []));
    const rehearsed = made.filter(isRehearsal);
    return {
      day,
      clips: made.length,
      seconds: made.reduce((sum, clip) => sum + lengthOf(clip), 0),
      spent: paid.length > 0 ? costs(paid) : null,
      pretend: paid.length === 0 && rehearsed.length > 0 ? costs(rehearsed) : null,
      bytes: made.reduce((sum, clip) => sum + (clip.media.bytes ?? 0), 0),
    };
  });
}
