import { describe, expect, it, vi } from 'vitest';
import { Selection } from '$lib/features/gallery/selection.svelte';
import type { Clip, GalleryQuery, Job, JobState, Shelf } from '$lib/ipc/bindings';
import type { Commands } from '$lib/ipc/client';
import { sample } from '$lib/ipc/fake/samples';
import { Library } from './library.svelte';
import { PAGE } from './pages.svelte';
import { everything, noFilter } from './query';

const { clips, jobs } = sample(Date.parse('2026-11-22T12:00:00Z'));
const [clip] = clips as [Clip];
const job = (changes: Partial<Job>): Job => ({ ...(jobs[0] as Job), ...changes });

/** A program that has these clips, in this order, and these jobs. */
function library(all: Clip[] = [], open: Job[] = []) {
  const program = { clips: all, revision: 1 };
  const shelfOf = (): Shelf => ({
    revision: program.revision,
    total: program.clips.length,
    shapes: [{ width: 16, height: 9 }],
    layout: '\u0100'.repeat(program.clips.length),
    days: [],
  });
  const commands = {
    jobs: vi.fn(async () => open),
    gallery: vi.fn(async (query: GalleryQuery): Promise<Shelf> => (void query, shelfOf())),
    galleryPage: vi.fn(async (_query: GalleryQuery, from: number, count: number) =>
      program.clips.slice(from, from + count),
    ),
    galleryIds: vi.fn(async (_query: GalleryQuery, from: number, count: number) =>
      program.clips.slice(from, from + count).map((one) => one.id),
    ),
    galleryPlace: vi.fn(async (_query: GalleryQuery, id: string) => {
      const place = program.clips.findIndex((one) => one.id === id);
      return place < 0 ? null : place;
    }),
    clip: vi.fn(async (id: string) => program.clips.find((one) => one.id === id) ?? clip),
  };
  return { program, commands, library: new Library(commands as unknown as Commands) };
}

/** So many clips, the newest first. */
const manyClips = (count: number, prefix = 'c'): Clip[] =>
  Array.from({ length: count }, (_, n) => ({ ...clip, id: `${prefix}${n}`, job: `job-${prefix}${n}` }));

describe('a job', () => {
  it('never goes back to an older snapshot', () => {
    const { library: it } = library();
    it.heard({ kind: 'job', value: job({ id: 'j', revision: 5, progress: 0.9 }) });
    it.takeJob(job({ id: 'j', revision: 4, progress: 0.2 }));
    expect(it.jobs.get('j')?.progress, 'the reply of a command came after the event of a later change').toBe(0.9);
    it.heard({ kind: 'job', value: job({ id: 'j', revision: 6, progress: 1 }) });
    expect(it.jobs.get('j')?.progress).toBe(1);
  });

  it.each<[JobState, boolean, boolean]>([
    ['queued', false, true],
    ['running', false, true],
    ['failed', false, true],
    ['unknown', false, true],
    ['failed', true, false],
    ['canceled', false, false],
  ])('%s, dismissed %s: has a card %s', (state, dismissed, card) => {
    const { library: it } = library();
    it.takeJob(job({ id: 'j', state, dismissed }));
    expect(it.extras.length === 1).toBe(card);
  });
});

describe('a card', () => {
  it('becomes its clip, in whichever order the events arrive, and then the shelf has it', async () => {
    for (const order of [0, 1]) {
      const { library: it, program } = library();
      await it.open();
      it.takeJob(job({ id: clip.job, state: 'downloading', revision: 1, created_at: clip.created_at }));
      expect(it.extras.map((item) => item.key)).toEqual([clip.job]);
      program.clips = [clip];
      const done = { kind: 'job', value: job({ id: clip.job, state: 'done', clip: clip.id, revision: 2 }) } as const;
      const arrived = { kind: 'clip', value: clip } as const;
      it.heard(order === 0 ? done : arrived);
      expect(it.extras, 'there is never a moment with two cards or none').toHaveLength(1);
      it.heard(order === 0 ? arrived : done);
      expect(it.extras.map((item) => [item.kind, item.key])).toEqual([['clip', clip.id]]);
      expect(it.clipOf(clip.job)).toBe(clip.id);
      await it.refresh();
      expect(it.extras, 'once, on the shelf').toEqual([]);
      expect(it.clipAt(0)?.id).toBe(clip.id);
    }
  });

  it('stands among the others by the time its button was pressed', () => {
    const { library: it } = library();
    for (const hour of ['10', '12', '11'])
      it.takeJob(job({ id: hour, state: 'running', created_at: `2026-11-22T${hour}:00:00Z` }));
    expect(it.extras.map((item) => item.key)).toEqual(['12', '11', '10']);
  });

  it('of a job is left out where only clips can be meant', async () => {
    const { library: it } = library([], [job({ id: 'j', state: 'failed', request: { prompt: '一只猫' } })]);
    await it.open();
    expect(it.extras).toHaveLength(1);
    await it.ask({ ...everything(), text: '猫' });
    expect(it.extras, 'words are found in its prompt').toHaveLength(1);
    await it.ask({ ...everything(), text: '狗' });
    expect(it.extras).toHaveLength(0);
    await it.ask({ ...everything(), filter: { ...noFilter(), starred: true } });
    expect(it.extras).toHaveLength(0);
    await it.ask({ ...everything(), filter: { ...noFilter(), states: ['failed'] } });
    expect(it.extras).toHaveLength(1);
    await it.ask({ ...everything(), trash: true });
    expect(it.extras).toHaveLength(0);
  });
});

describe('the queue', () => {
  it('stands before everything else, in the order in which it is sent, whatever its age', () => {
    const { library: it } = library();
    const queued = (id: string, position: number, day: string) =>
      it.takeJob(job({ id, state: 'queued', position, created_at: `2026-11-${day}T10:00:00Z` }));
    queued('c', 3, '20');
    queued('a', 1.5, '22');
    queued('b', 2, '19');
    it.takeJob(job({ id: 'running', state: 'running', created_at: '2026-11-22T11:59:00Z' }));
    expect(it.extras.map((item) => item.key)).toEqual(['a', 'b', 'c', 'running']);
    expect(new Set(it.extras.map((item) => item.at)).size, 'under one day').toBe(1);
    expect(it.queued.map((one) => one.id)).toEqual(['a', 'b', 'c']);
    it.takeJob(job({ id: 'a', state: 'queued', position: 9, revision: 99, created_at: '2026-11-22T10:00:00Z' }));
    expect(
      it.queued.map((one) => one.id),
      'the event says where it stands',
    ).toEqual(['b', 'c', 'a']);
  });
});

describe('the shelf', () => {
  it('comes with the jobs and the clips of its top, and nothing else', async () => {
    const { library: it, commands } = library(manyClips(100_000), [job({ id: 'j' })]);
    await it.open();
    expect(it.ready).toBe(true);
    expect(it.jobs.size).toBe(1);
    expect(it.total).toBe(100_000);
    expect(it.clips.size).toBe(PAGE);
    expect(it.latest?.id).toBe('c0');
    expect(commands.galleryPage).toHaveBeenCalledTimes(1);
  });

  it('holds what is around the window and lets go of the rest', async () => {
    const { library: it } = library(manyClips(100_000));
    await it.open();
    for (let from = 0; from < 20_000; from += 60) {
      it.look(from, from + 80);
      await vi.waitFor(() => expect(it.clipAt(from + 80)?.id).toBe(`c${from + 80}`));
      expect(it.clips.size, 'whatever was scrolled through').toBeLessThanOrEqual(12 * PAGE);
    }
    expect(it.clipAt(0), 'far away by now').toBeUndefined();
    it.look(0, 80);
    await vi.waitFor(() => expect(it.clipAt(0)?.id).toBe('c0'));
  });

  it('fetches where the window is now, not where it has been', async () => {
    const { library: it, commands } = library(manyClips(100_000));
    await it.open();
    commands.galleryPage.mockClear();
    for (let from = 0; from < 99_000; from += 500) it.look(from, from + 80);
    await vi.waitFor(() => expect(it.clipAt(98_600)?.id).toBe('c98600'));
    expect(commands.galleryPage.mock.calls.length, 'not one request for each place it passed').toBeLessThan(8);
  });

  it('keeps what is in sight while clips come above', async () => {
    const { library: it, program } = library(manyClips(5_000));
    await it.open();
    it.look(2_000, 2_080);
    await vi.waitFor(() => expect(it.clipAt(2_080)?.id).toBe('c2080'));
    program.clips = [...manyClips(150, 'new'), ...program.clips];
    program.revision += 1;
    it.heard({ kind: 'gallery', value: { revision: 2 } });
    await vi.waitFor(() => expect(it.total).toBe(5_150));
    expect(it.clipAt(2_150)?.id, 'here with the shelf, where it has moved to').toBe('c2000');
    expect(it.knownPlace('c2040')).toBe(2_190);
  });

  it('asks once for many changes, and not for one that it has seen', async () => {
    const { library: it, commands } = library(manyClips(10));
    await it.open();
    commands.gallery.mockClear();
    it.heard({ kind: 'gallery', value: { revision: 1 } });
    for (let n = 0; n < 50; n += 1) it.heard({ kind: 'clip', value: { ...clip, id: `c${n % 10}`, starred: true } });
    await vi.waitFor(() => expect(commands.gallery).toHaveBeenCalled());
    await new Promise((done) => setTimeout(done, 400));
    expect(commands.gallery).toHaveBeenCalledTimes(1);
  });

  it('shows the answer to the last question only', async () => {
    const { library: it, commands } = library(manyClips(3));
    await it.open();
    let answer: () => void = () => undefined;
    commands.gallery.mockImplementationOnce(
      async () => (
        await new Promise<void>((done) => (answer = done)),
        { revision: 1, total: 99, shapes: [], layout: '', days: [] }
      ),
    );
    const slow = it.ask({ ...everything(), text: 'a' });
    await it.ask({ ...everything(), text: 'ab' });
    answer();
    await slow;
    expect(it.shown.text).toBe('ab');
    expect(it.total).toBe(3);
  });

  it('keeps what it shows when the program cannot answer, and says so', async () => {
    const { library: it, commands } = library(manyClips(3));
    await it.open();
    commands.gallery.mockRejectedValueOnce(new Error('disk'));
    await it.ask({ ...everything(), text: 'a' });
    expect(it.trouble?.message).toBe('disk');
    expect(it.total).toBe(3);
    await it.refresh();
    expect(it.trouble).toBeNull();
    expect(it.shown.text, 'the question is asked again').toBe('a');
  });
});

describe('a clip', () => {
  it('is asked for only when it is not held', async () => {
    const { library: it, commands } = library([clip]);
    await it.find(clip.id);
    await it.find(clip.id);
    expect(commands.clip).toHaveBeenCalledTimes(1);
  });

  it('has neighbours in the order shown, held or not', async () => {
    const { library: it } = library(manyClips(1_000));
    await it.open();
    expect((await it.neighbour('c5', 1))?.id).toBe('c6');
    expect((await it.neighbour('c700', -1))?.id, 'far from what is held').toBe('c699');
    expect(await it.neighbour('c0', -1)).toBeNull();
    expect(await it.neighbour('c999', 1)).toBeNull();
    expect(await it.neighbour('elsewhere', 1), 'not among what was found').toBeNull();
  });

  it('is found by words among all clips', async () => {
    const { library: it, commands } = library(manyClips(1_000));
    await it.open();
    await it.ask({ ...everything(), filter: { ...noFilter(), starred: true } });
    await it.search('灯塔', 6);
    expect(commands.galleryPage).toHaveBeenLastCalledWith({ ...everything(), text: '灯塔' }, 0, 6);
  });

  it('is changed at once where it is held', async () => {
    const { library: it } = library(manyClips(3));
    await it.open();
    it.patch(['c1', 'nowhere'], (one) => ({ ...one, starred: true }));
    expect(it.clipAt(1)?.starred).toBe(true);
    expect(it.clips.has('nowhere')).toBe(false);
  });
});

describe('a selection', () => {
  it('takes ranges over clips that are not held, and gives back what a shrinking one took', async () => {
    const { library: it } = library(manyClips(30_000));
    await it.open();
    const selection = new Selection(it);
    selection.toggle('c29999');
    selection.toggle('c10');
    await selection.extend(20_000, 'c20000');
    expect(selection.size).toBe(1 + 19_991);
    expect(selection.has('c12345')).toBe(true);
    await selection.extend(12, 'c12');
    expect(selection.ids().sort()).toEqual(['c10', 'c11', 'c12', 'c29999']);
    await selection.extend(8, 'c8');
    expect(selection.ids().sort()).toEqual(['c10', 'c29999', 'c8', 'c9']);
    selection.toggle('c9');
    expect(selection.has('c9')).toBe(false);
  });

  it('takes all that were found, and lets go of all', async () => {
    const { library: it } = library(manyClips(12_345));
    await it.open();
    const selection = new Selection(it);
    await selection.all();
    expect(selection.size).toBe(12_345);
    selection.clear();
    expect(selection.size).toBe(0);
  });

  it('is what was asked for last, whatever answers late', async () => {
    const { library: it } = library(manyClips(100));
    await it.open();
    const selection = new Selection(it);
    const all = selection.all();
    selection.clear();
    await all;
    expect(selection.size).toBe(0);
  });
});
