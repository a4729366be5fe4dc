import { describe, expect, it } from 'vitest';
import type { Clip } from '$lib/ipc/bindings';
import { pathOf } from '$lib/shared/paths';
import { apart, billedOf, billsOf, differencesOf, madeOf, timesOf, tookOf } from './facts';
import { keepHabits, keptHabits } from '$lib/shared/playing/habits';

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

describe('what the file is, against what was asked for', () => {
  const media = (changes: Partial<Clip['media']>): Partial<Clip> => ({ media: { ...clip({}).media, ...changes } });

  it('is silent when they agree', () => {
    expect(differencesOf(clip({}))).toEqual([]);
    expect(differencesOf(clip(media({ fps: 23.999 }))), 'a rounded clock is no other rate').toEqual([]);
  });

  it('says each thing that differs', () => {
    const said = differencesOf(
      clip({
        ...media({ width: 864, height: 480, frames: 97, fps: 30 }),
        request: { generate_audio: true, resolution: '720p', ratio: '16:9' },
      }),
    );
    expect(said).toEqual([
      'Size: 864 × 480 instead of 1248 × 704 (720p, 16:9).',
      'Length: 97 frames instead of 121.',
      'Frame rate: 30 fps instead of 24.',
      'Sound was asked for, and the file has none.',
    ]);
  });

  it('does not blame the service for what it may choose, nor a clip that nobody asked for here', () => {
    const small = media({ width: 864, height: 480 });
    expect(differencesOf(clip({ ...small, request: { ratio: 'adaptive' } }))).toEqual([]);
    expect(differencesOf(clip({ ...small, request: { draft: true } }))).toEqual([]);
    expect(differencesOf(clip({ ...small, provider: { kind: 'imported' } as unknown as Clip['provider'] }))).toEqual(
      [],
    );
  });
});

describe('times and bills', () => {
  it('tells the four times, and leaves out what nobody wrote down', () => {
    const ids = (of: Clip): string[] => timesOf(of).map(({ id }) => id);
    expect(ids(clip({ completed_at: '2026-11-22T14:07:58Z' }))).toEqual([
      'queued',
      'submitted',
      'completed',
      'downloaded',
    ]);
    expect(ids(clip({ submitted_at: null }))).toEqual(['queued', 'downloaded']);
  });

  it('tells a discount as a share off, and whose the tokens are', () => {
    const value = (discount: string | null, tokens: number | null = 5): Record<string, unknown> =>
      Object.fromEntries(
        billsOf(clip({ billed: { cost: '1', discount, tokens } })).map((fact) => [
          fact.id,
          [fact.value, fact.detail].join(' ').trim(),
        ]),
      );
    expect(value('0.6')).toEqual({ tokens: '5', discount: '40 % off' });
    expect(value('1').discount).toBe('None');
    expect(value(null, null)).toEqual({ tokens: '102,960 as estimated' });
  });
});

describe('an imported clip', () => {
  const imported = (request: Clip['request']): Clip =>
    clip({ provider: { kind: 'imported' } as unknown as Clip['provider'], request });

  it('tells what its file says, and of its making only what is known', () => {
    expect(madeOf(imported({}), undefined).map(({ id }) => id)).toEqual(['size', 'length', 'sound']);
    expect(madeOf(imported({ seed: 5, model: 'spark' }), undefined).map(({ id }) => id)).toEqual([
      'model',
      'size',
      'length',
      'seed',
      'sound',
    ]);
    expect(billsOf(imported({}))).toEqual([]);
    expect(timesOf(imported({})).map(({ id }) => id)).toEqual(['imported']);
  });
});

describe('two clips', () => {
  it('are told apart by the facts that differ, and no others', () => {
    const large = clip({
      id: 'b',
      request: { ...clip({}).request, resolution: '1080p' },
      media: { ...clip({}).media, width: 1920, height: 1088 },
      billed: { cost: '0.42', discount: '1', tokens: 102_960 },
    });
    const { differ, same } = apart(clip({}), large, () => undefined);
    expect(differ.map(({ id }) => id)).toEqual(['size', 'billed']);
    expect(differ[0]).toMatchObject({ left: '1248 × 704 · 16:9, 720p', right: '1920 × 1088 · 16:9, 1080p' });
    expect(same).toBeGreaterThan(8);
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
    expect(keptHabits(shelf)).toEqual({ volume: 1, muted: false, loop: false, rate: 1 });
    keepHabits(shelf, { volume: 0.4, muted: true, loop: true, rate: 1 });
    expect(keptHabits(shelf)).toEqual({ volume: 0.4, muted: true, loop: true, rate: 1 });
    for (const key of kept.keys()) kept.set(key, '{"volume":9');
    expect(keptHabits(shelf)).toEqual({ volume: 1, muted: false, loop: false, rate: 1 });
  });
});
