import { describe, expect, it, vi } from 'vitest';
import type { Clip, Job, JobState } from '$lib/ipc/bindings';
import type { Commands } from '$lib/ipc/client';
import { sample } from '$lib/ipc/fake/samples';
import { Library } from './library.svelte';

const { clips, jobs } = sample(Date.parse('2026-11-22T12:00:00Z'));
const [clip, older] = clips as [Clip, Clip];
const job = (changes: Partial<Job>): Job => ({ ...(jobs[0] as Job), ...changes });

function library(page: { clips: Clip[]; total: number } = { clips: [], total: 0 }, open: Job[] = []) {
  const commands = { jobs: vi.fn(async () => open), clips: vi.fn(async () => page), clip: vi.fn(async () => clip) };
  return { commands, library: new Library(commands as unknown as Commands) };
}

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
    expect(it.items.length === 1).toBe(card);
  });
});

describe('a card', () => {
  it('becomes its clip in place, in whichever order the events arrive', () => {
    for (const order of [0, 1]) {
      const { library: it } = library();
      it.takeJob(job({ id: clip.job, state: 'downloading', revision: 1, created_at: clip.created_at }));
      const before = it.items.map((item) => item.key);
      const done = { kind: 'job', value: job({ id: clip.job, state: 'done', clip: clip.id, revision: 2 }) } as const;
      const arrived = { kind: 'clip', value: clip } as const;
      it.heard(order === 0 ? done : arrived);
      expect(it.items, 'there is never a moment with two cards or none').toHaveLength(1);
      it.heard(order === 0 ? arrived : done);
      expect(it.items.map((item) => item.key)).toEqual(before);
      expect(it.items[0]?.kind).toBe('clip');
      expect(it.total).toBe(1);
    }
  });

  it('stands among the others by the time its button was pressed', () => {
    const { library: it } = library();
    it.takeClip(older);
    it.takeClip(clip);
    it.takeJob(
      job({
        id: 'between',
        state: 'running',
        created_at: new Date((Date.parse(clip.created_at) + Date.parse(older.created_at)) / 2).toISOString(),
      }),
    );
    expect(it.items.map((item) => item.key)).toEqual([clip.job, 'between', older.job]);
  });
});

describe('opening', () => {
  it('loads jobs and the first page, then the next one after the last clip', async () => {
    const { library: it, commands } = library(
      { clips: Array.from({ length: 120 }, (_, n) => ({ ...clip, id: `c${n}`, job: `j${n}` })), total: 200 },
      [job({ id: 'j' })],
    );
    await it.open();
    expect(it.ready && it.more).toBe(true);
    expect(it.jobs.size).toBe(1);
    await it.loadMore();
    expect(commands.clips).toHaveBeenLastCalledWith('c119', 120);
  });

  it('asks once while a page is on its way', async () => {
    const { library: it, commands } = library();
    await Promise.all([it.loadMore(), it.loadMore()]);
    expect(commands.clips).toHaveBeenCalledTimes(1);
  });

  it('ends when a page is not full, whatever the count says', async () => {
    const { library: it } = library({ clips: [clip], total: 5 });
    await it.open();
    expect(it.more, 'it would ask for ever').toBe(false);
  });

  it('asks for a clip only when it is not here', async () => {
    const { library: it, commands } = library();
    await it.find(clip.id);
    await it.find(clip.id);
    expect(commands.clip).toHaveBeenCalledTimes(1);
  });
});

it('earlier prompts are newest first, each once, none empty', () => {
  const { library: it } = library();
  const at = (hour: number, prompt: string, id: string) =>
    it.takeJob(job({ id, created_at: `2026-11-22T0${hour}:00:00Z`, request: { prompt } }));
  at(1, 'A', 'a');
  at(2, 'B', 'b');
  at(3, ' A ', 'c');
  at(4, '', 'd');
  expect(it.prompts).toEqual(['A', 'B']);
});
