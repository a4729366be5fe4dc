import { describe, expect, it } from 'vitest';
import type { Clip } from '$lib/ipc/bindings';
import { billedOf, madeOf, pathOf, tookOf } from './facts';
import { keepHabits, keptHabits } from './habits';

const clip = (changes: Partial<Clip>): Clip => ({
  id: '0192f000-0000-7000-8000-000000000001',
  job: '0192f000-0000-7000-8000-000000000002',
  request: { seed: 2_871_449_036, length: { unit: 'seconds', value: 5 } },
  provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
  task_id: 'd758n65e878c73cmdg20',
  media: { width: 1248, height: 704, frames: 121, fps: 24, seconds: 121 / 24, audio: false, bytes: 1_834_221 },
  estimate: { size: { width: 1248, height: 704 }, frames: 121, seconds: 5, tokens: 102_960, cost: '0.1853' },
  billed: { cost: '0.1853', discount: '1', tokens: 102_960 },
  sha256: '',
  file: '2026-11/clip.mp4',
  last_frame_from_service: true,
  created_at: '2026-11-22T14:06:00Z',
  submitted_at: '2026-11-22T14:06:08Z',
  finished_at: '2026-11-22T14:08:00Z',
  ...changes,
});

const billed = (cost: string | null): Pick<Clip, 'billed'> => ({ billed: { cost, discount: null, tokens: null } });

describe('what was billed', () => {
  it('is set against the estimate', () => {
    expect(billedOf(clip({}))).toEqual({ value: '$0.1853', detail: 'as estimated' });
    expect(billedOf(clip(billed('0.185300'))).detail, 'the same amount written longer').toBe('as estimated');
    expect(billedOf(clip(billed('0.1907'))).detail).toBe('$0.0054 above the estimate');
    expect(billedOf(clip(billed('0.1728'))).detail).toBe('$0.0125 below the estimate');
  });

  it('is never invented when the service does not tell it', () => {
    expect(billedOf(clip(billed(null)))).toEqual({
      value: 'Not reported',
      detail: 'about $0.1853 estimated',
    });
  });

  it('is pretend for a rehearsal', () => {
    expect(billedOf(clip({ provider: { kind: 'rehearsal' } })).value).toBe('pretend $0.1853');
  });
});

describe('how long it took', () => {
  it('counts from sending, in the two largest units', () => {
    expect(tookOf(clip({}))).toBe('in 1 min 52 s');
    expect(tookOf(clip({ finished_at: '2026-11-22T14:06:14Z' }))).toBe('in 6 s');
    expect(tookOf(clip({ finished_at: '2026-11-22T16:20:08Z' }))).toBe('in 2 h 14 min');
  });
});

describe('what it is made of', () => {
  const valueOf = (id: string, of: Clip): string | undefined =>
    madeOf(of, undefined).find((fact) => fact.id === id)?.value;

  it('keeps asked length and frames of the file apart', () => {
    const fact = madeOf(clip({}), undefined).find(({ id }) => id === 'length');
    expect(fact).toMatchObject({ value: '5 s', detail: '121 frames, 24 fps' });
    expect(valueOf('length', clip({ request: { length: { unit: 'frames', value: 57 } } }))).toBe('2.375 s');
  });

  it('copies the seed without the spaces it is shown with', () => {
    const fact = madeOf(clip({}), undefined).find(({ id }) => id === 'seed');
    expect(fact?.copy?.text).toBe('2871449036');
    expect(fact?.value).not.toBe('2871449036');
  });
});

describe('the path of a file', () => {
  it.each([
    ['/new', '2026-11/a.mp4', '/new/2026-11/a.mp4'],
    ['/new', '/old/2026-11/a.mp4', '/old/2026-11/a.mp4'],
    ['D:\\new', 'C:\\old\\a.mp4', 'C:\\old\\a.mp4'],
    ['D:\\new', '\\\\server\\old\\a.mp4', '\\\\server\\old\\a.mp4'],
    [undefined, '2026-11/a.mp4', '2026-11/a.mp4'],
  ])('in %s: %s is %s', (folder, file, path) => {
    expect(pathOf(folder, file), 'a clip kept in an earlier folder says where it is by itself').toBe(path);
  });
});

describe('habits', () => {
  it('are what they were, and the defaults where nothing readable was kept', () => {
    const kept = new Map<string, string>();
    const shelf = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(keptHabits(shelf)).toEqual({ volume: 1, muted: false, loop: false });
    keepHabits(shelf, { volume: 0.4, muted: true, loop: true });
    expect(keptHabits(shelf)).toEqual({ volume: 0.4, muted: true, loop: true });
    for (const key of kept.keys()) kept.set(key, '{"volume":9');
    expect(keptHabits(shelf)).toEqual({ volume: 1, muted: false, loop: false });
  });
});
