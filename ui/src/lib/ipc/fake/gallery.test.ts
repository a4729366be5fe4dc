// The in-browser twin has to find what the program would: pages are tested with it.

import { describe, expect, it } from 'vitest';
import type { Clip, Event } from '../bindings';
import { everything, noFilter, type FullFilter } from '$lib/state/query';
import { FakeGallery } from './gallery';
import { Many } from './many';
import { sample } from './samples';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function gallery(count = 0) {
  const { clips } = sample(NOW);
  const told: Event[] = [];
  const kept = new Map<string, Clip>(clips.map((clip) => [clip.id, clip]));
  const many = count > 0 ? new Many(count, clips, NOW) : null;
  const it = new FakeGallery({ clips: kept, many, tell: (event) => told.push(event) });
  const find = (changes: Partial<FullFilter>, text = ''): Clip[] =>
    it.page({ ...everything(), text, filter: { ...noFilter(), ...changes } }, 0, 1_000);
  return { it, told, kept, find, ids: clips.map((clip) => clip.id) };
}

describe('finding', () => {
  it('asks for every word, wherever it stands', () => {
    const { it: shelf, find, ids } = gallery();
    expect(find({}, 'lamp LIGHTHOUSE')).toHaveLength(1);
    expect(find({}, 'lamp umbrella')).toHaveLength(0);
    shelf.mark([ids[3] ?? ''], { kind: 'note', text: '给客户' });
    expect(find({}, '客户').map((clip) => clip.id)).toEqual([ids[3]]);
  });

  it('narrows by each part of the filter', () => {
    const { find } = gallery();
    expect(find({ resolutions: ['480p'] })).toHaveLength(1);
    expect(find({ ratios: ['9:16', '1:1'] })).toHaveLength(4);
    expect(find({ origin: 'rehearsal' })).toHaveLength(1);
    expect(find({ origin: 'imported' })).toHaveLength(0);
    expect(find({ seconds: { from: 6, to: null } }).every((clip) => (clip.media.seconds ?? 0) >= 6)).toBe(true);
    expect(find({ states: ['failed'] }), 'clips are done').toHaveLength(0);
    expect(find({ missing: true })).toHaveLength(0);
  });

  it('finds the clips of a film from its first one', () => {
    const { find, kept } = gallery();
    const first = [...kept.values()].find((clip) => clip.request.prompt?.startsWith('Gold'));
    const film = find({ film: first?.id ?? null });
    expect(film.map((clip) => clip.request.prompt?.slice(0, 4)).sort()).toEqual(['A li', 'Gold', 'Last', 'The ']);
  });

  it('keeps its promise about shelves: total, days and layout agree with the clips', () => {
    for (const count of [0, 1_234]) {
      const { it: shelf } = gallery(count);
      const { total, layout, days, shapes } = shelf.shelf(everything());
      expect(total).toBe(15 + count);
      expect(layout).toHaveLength(total);
      expect(days.reduce((sum, day) => sum + day.clips, 0)).toBe(total);
      const clips = shelf.page(everything(), 0, total);
      expect(new Set(clips.map((clip) => clip.id)).size).toBe(total);
      for (const [at, clip] of clips.entries()) {
        const shape = shapes[layout.charCodeAt(at) - 0x100];
        expect(shape).toEqual({ width: clip.media.width, height: clip.media.height });
      }
      expect(clips.map((clip) => clip.created_at)).toEqual(
        clips
          .map((clip) => clip.created_at)
          .sort()
          .reverse(),
      );
      expect(shelf.place(everything(), clips[700]?.id ?? clips[7]?.id ?? '')).toBe(count > 0 ? 700 : 7);
    }
  });
});

describe('the trash', () => {
  it('hides, gives back with every mark, and deletes only what is in it', () => {
    const { it: shelf, find, ids, told } = gallery(200);
    const some = ids.slice(0, 3);
    shelf.mark(some, { kind: 'star', on: true });
    shelf.mark(some, { kind: 'tag', name: ' cut ', on: true });
    expect(shelf.trash(some)).toBe(3);
    expect(shelf.trash(some), 'they are there already').toBe(0);
    expect(shelf.shelf(everything()).total).toBe(212);
    expect(shelf.shelf({ ...everything(), trash: true }).total).toBe(3);
    expect(shelf.tags(), 'tags of what is in the trash are not in use').toEqual([]);
    expect(shelf.delete([ids[0] ?? '', ids[9] ?? ''])).toBe(1);
    expect(shelf.restore(ids)).toBe(2);
    expect(find({ starred: true, tags: ['cut'] }).map((clip) => clip.id)).toEqual(ids.slice(1, 3));
    expect(told.at(-1)?.kind).toBe('gallery');
  });
});
