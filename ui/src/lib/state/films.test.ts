import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FilmCard, FilmShot, FilmView, Job, SavedFilm, SeamMeasure } from '$lib/ipc/bindings';
import { clipOf } from '$lib/ipc/fake/samples';
import { Films, seamFrame } from './films.svelte';
import { emptyRequest } from './request';

const shot = (id: string, more: Partial<FilmShot> = {}): FilmShot => ({
  clip: clipOf({ ...emptyRequest(), prompt: id }, id, `job-${id}`, 0, false),
  shown: 121,
  seam: 'continues',
  takes: [],
  depth: 0,
  trouble: null,
  ...more,
});

const viewOf = (id: string, shots: FilmShot[] = []): FilmView => ({
  id,
  name: null,
  title: id,
  note: '',
  saved: true,
  shots,
  next: [],
  seconds: 0,
  cost: '0',
  rehearsal: false,
  tree_clips: shots.length,
  tree_cost: '0',
  open_jobs: [],
  open_cost: '0',
});

const saved: SavedFilm = { id: 'a', name: null, note: '', path: ['x'], made_at: '', changed_at: '' };
const measure: SeamMeasure = { kind: 'repeated', psnr: 44, brightness: 0, colour: 0 };

function world(overrides: Partial<ConstructorParameters<typeof Films>[0]> = {}) {
  const commands = {
    films: vi.fn(async () => ({ total: 1, cards: [{ id: 'a' } as FilmCard] })),
    filmView: vi.fn(async (id: string) => viewOf(id)),
    newFilm: vi.fn(async () => viewOf('new')),
    changeFilm: vi.fn(async (id: string) => viewOf(id, [shot('changed')])),
    duplicateFilm: vi.fn(async () => viewOf('copy')),
    deleteFilm: vi.fn(async () => saved),
    restoreFilm: vi.fn(async () => viewOf('a')),
    measureSeam: vi.fn(async () => measure),
    ...overrides,
  };
  return { commands, films: new Films(commands) };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('the film that is looked at', () => {
  it('is the one asked for last, whichever answer comes first', async () => {
    const answers: Record<string, (view: FilmView) => void> = {};
    const { films } = world({ filmView: (id) => new Promise((answer) => (answers[id] = answer)) });
    const both = [films.look('slow'), films.look('fast')];
    answers['fast']?.(viewOf('fast'));
    answers['slow']?.(viewOf('slow'));
    await Promise.all(both);
    expect(films.view?.id).toBe('fast');
  });

  it('is what a change made of it, although an older answer is on its way', async () => {
    let late: ((view: FilmView) => void) | undefined;
    const { films } = world();
    await films.look('a');
    const slow = new Films({ ...world().commands, filmView: () => new Promise((answer) => (late = answer)) });
    const looking = slow.look('a');
    await slow.change({ kind: 'detach', at: 0 });
    late?.(viewOf('a'));
    await looking;
    expect(slow.view?.shots[0]?.clip.id).toBe('changed');
  });

  it('a change that is refused leaves it as it was', async () => {
    const { films } = world({ changeFilm: () => Promise.reject(new Error('no')) });
    await films.look('a');
    const before = films.view;
    await expect(films.change({ kind: 'detach', at: 0 })).rejects.toThrow('no');
    expect(films.view).toBe(before);
  });

  it('is none once it was deleted, and again when it is brought back', async () => {
    const { films } = world();
    await films.look('a');
    expect(await films.remove()).toBe(saved);
    expect([films.view, films.wanted]).toEqual([null, null]);
    await films.restore(saved);
    expect(films.wanted).toBe('a');
  });
});

describe('what was heard', () => {
  const job = (state: Job['state'], continues: string | null = 'x'): Job =>
    ({ id: 'j', state, request: { ...emptyRequest(), continues } }) as Job;

  it('makes the place ask again, once for many events, and not at all while it is closed', async () => {
    const { films, commands } = world();
    films.heard({ kind: 'films', value: { revision: 1 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(commands.films).not.toHaveBeenCalled();
    const close = films.open();
    await films.look('a');
    for (let revision = 2; revision < 6; revision += 1) films.heard({ kind: 'films', value: { revision } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect([vi.mocked(commands.films).mock.calls.length, vi.mocked(commands.filmView).mock.calls.length]).toEqual([
      1, 2,
    ]);
    films.heard({ kind: 'films', value: { revision: 5 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(commands.films, 'an old revision tells nothing').toHaveBeenCalledTimes(1);
    close();
  });

  it('asks for the film when a job that continues something goes on, not at each percent of it', async () => {
    const { films, commands } = world();
    films.open();
    await films.look('a');
    for (const state of ['running', 'running', 'running'] as const) films.heard({ kind: 'job', value: job(state) });
    await vi.advanceTimersByTimeAsync(1_000);
    films.heard({ kind: 'job', value: job('running') });
    films.heard({ kind: 'job', value: job('queued', null) });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(commands.filmView).toHaveBeenCalledTimes(2);
    expect(commands.films, 'the list does not change by it').not.toHaveBeenCalled();
  });
});

describe('seams', () => {
  const path = [shot('a', { shown: 73 }), shot('b'), shot('c', { trouble: 'missing' }), shot('d')];

  it('are measured at the frame that is shown last, once, the one looked at first', async () => {
    const { films, commands } = world();
    const three = [shot('a', { shown: 73 }), shot('b'), shot('c')];
    await films.measure(three, 2);
    await films.measure(three, 1);
    expect(vi.mocked(commands.measureSeam).mock.calls).toEqual([
      ['b', null, 'c'],
      ['a', 72, 'b'],
    ]);
    expect(films.repeats(three, 1)).toBe(true);
    expect(films.repeats(three, 0), 'nothing stands before the first').toBe(false);
  });

  it('beside a missing file are not measured, and one that cannot be is known as that', async () => {
    const { films, commands } = world({ measureSeam: vi.fn(() => Promise.reject(new Error('unreadable'))) });
    const [a, b] = path as [FilmShot, FilmShot];
    expect(films.measureOf(a, b)).toBeUndefined();
    await films.measure(path, 1);
    expect(commands.measureSeam).toHaveBeenCalledTimes(1);
    expect([films.measureOf(a, b), films.repeats(path, 1)]).toEqual([null, false]);
  });

  it('of another path are given up', async () => {
    let go: ((measure: SeamMeasure) => void) | undefined;
    const measureSeam = vi.fn(
      (_before: string, _frame: number | null, _after: string) => new Promise<SeamMeasure>((answer) => (go = answer)),
    );
    const { films } = world({ measureSeam });
    const long = films.measure([shot('a'), shot('b'), shot('c'), shot('d')], 1);
    void films.measure([shot('x'), shot('y')], 1);
    go?.(measure);
    await vi.advanceTimersByTimeAsync(0);
    go?.(measure);
    await long;
    expect(measureSeam.mock.calls.map(([before]) => before)).toEqual(['a', 'x']);
  });

  it('end on the frame that is shown last; null is the file’s own', () => {
    expect([seamFrame(shot('a', { shown: 73 })), seamFrame(shot('a'))]).toEqual([72, null]);
  });
});
