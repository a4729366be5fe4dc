import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BoardDraft as KeptBoard, ImageRef, Storyboard } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { checkStoryboard } from '$lib/ipc/fake/storyboards';
import { emptyRequest } from '$lib/state/request';
import { BoardDraft, type DraftAround } from './draft.svelte';

const picture: ImageRef = { id: 'a', format: 'png', width: 1248, height: 704, bytes: 1000 };

function world(overrides: Partial<DraftAround> = {}) {
  const started: Parameters<DraftAround['commands']['startStoryboard']>[] = [];
  const troubles: CommandError[] = [];
  /** What the program would bring back at the next start, as it was told. */
  const kept: (KeptBoard | null)[] = [];
  const around: DraftAround = {
    commands: {
      boardDraft: vi.fn(async () => kept.at(-1) ?? null),
      saveBoardDraft: vi.fn(async (draft) => {
        kept.push(draft);
        return null;
      }),
      checkStoryboard: vi.fn(async (shots) => checkStoryboard(shots)),
      startStoryboard: vi.fn(async (...asked: Parameters<DraftAround['commands']['startStoryboard']>) => {
        started.push(asked);
        return { id: 'board' } as Storyboard;
      }),
    },
    consent: { through: (_spending, spend) => spend(false) },
    provider: () => ({ kind: 'rehearsal' }),
    trouble: (error) => void troubles.push(error),
    ...overrides,
  };
  return { around, started, kept, troubles, draft: new BoardDraft(around) };
}

/** Writes these prompts, and waits until they are checked. */
async function write(draft: BoardDraft, ...prompts: string[]): Promise<void> {
  draft.begin({ ...emptyRequest(), prompt: prompts[0] ?? '' });
  for (const row of draft.rows.slice(1)) draft.remove(row.key);
  draft.add(0, prompts.slice(1));
  await vi.advanceTimersByTimeAsync(1_000);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('shots', () => {
  it('have the composer’s settings, and pictures only in the first', async () => {
    const { draft } = world();
    draft.begin({ ...emptyRequest(), prompt: 'A boat', first_frame: picture, continues: 'clip', resolution: '480p' });
    const [first, second] = draft.shots;
    expect([first?.first_frame, first?.continues]).toEqual([picture, 'clip']);
    expect([second?.first_frame, second?.continues, second?.resolution]).toEqual([null, null, '480p']);
  });

  it('differ from the composer only where that was wanted', () => {
    const { draft } = world();
    draft.begin(emptyRequest());
    const key = draft.rows[1]?.key ?? -1;
    draft.change(key, { prompt: 'It turns', length: { unit: 'seconds', value: 10 } });
    draft.begin({ ...emptyRequest(), length: { unit: 'seconds', value: 3 } });
    expect(draft.shots.map((shot) => shot.length?.value)).toEqual([3, 10, 3]);
  });

  it('keep their order when one is moved beyond an end', () => {
    const { draft } = world();
    draft.begin({ ...emptyRequest(), prompt: 'One' });
    const [first, second] = draft.rows.map((row) => row.key);
    expect(draft.move(second ?? -1, -5)).toBe(0);
    expect(draft.rows.map((row) => row.key).slice(0, 2)).toEqual([second, first]);
  });

  it('begin anew on another prompt of the composer as long as nothing was written', () => {
    const { draft } = world();
    draft.begin({ ...emptyRequest(), prompt: 'A boat' });
    draft.begin({ ...emptyRequest(), prompt: 'A cat' });
    expect(draft.rows.map((row) => row.prompt)).toEqual(['A cat', '', '']);
    draft.change(draft.rows[1]?.key ?? -1, { prompt: 'It sleeps' });
    draft.begin({ ...emptyRequest(), prompt: 'A dog' });
    expect(draft.rows.map((row) => row.prompt)).toEqual(['A cat', 'It sleeps', '']);
  });

  it('are never none', () => {
    const { draft } = world();
    draft.begin(emptyRequest());
    for (const { key } of draft.rows) draft.remove(key);
    expect(draft.rows).toHaveLength(1);
  });
});

describe('what is being written', () => {
  it('is kept once the person pauses, and is there again at the next start', async () => {
    const { draft, kept, around } = world();
    await write(draft, 'A boat', 'It turns');
    draft.change(draft.rows[1]?.key ?? -1, { prompt: 'It turns north', length: { unit: 'seconds', value: 10 } });
    draft.approval = 'run_through';
    await vi.advanceTimersByTimeAsync(400);
    expect(kept.at(-1)?.shots[1]?.prompt, 'not in the middle of a word').toBe('It turns');
    await draft.keepNow();
    const shots = [
      { prompt: 'A boat', model: null, length: null },
      { prompt: 'It turns north', model: null, length: { unit: 'seconds', value: 10 } },
    ];
    expect(kept.at(-1)).toEqual({ shots, approval: 'run_through' });

    const next = new BoardDraft(around);
    await next.restore();
    next.begin({ ...emptyRequest(), prompt: 'A cat', resolution: '480p' });
    expect(next.rows.map((row) => row.prompt)).toEqual(['A boat', 'It turns north']);
    expect(next.shots.map((shot) => [shot.resolution, shot.length?.value])).toEqual([
      ['480p', 5],
      ['480p', 10],
    ]);
    expect(next.approval).toBe('run_through');
    expect(new Set(next.rows.map((row) => row.key)).size, 'they can be told apart').toBe(2);
  });

  it('is nothing as long as it is what stands in the composer', async () => {
    const { draft, kept, around } = world();
    draft.begin({ ...emptyRequest(), prompt: 'A boat' });
    await draft.keepNow();
    expect(kept).toEqual([null]);
    const next = new BoardDraft(around);
    await next.restore();
    next.begin({ ...emptyRequest(), prompt: 'A cat' });
    expect(next.rows.map((row) => row.prompt)).toEqual(['A cat', '', '']);
  });

  it('is forgotten at once when it was started', async () => {
    const { draft, kept } = world();
    await write(draft, 'A boat', 'It turns');
    expect(kept.at(-1)?.shots).toHaveLength(2);
    await draft.start();
    expect(kept.at(-1)).toBeNull();
  });

  it('is forgotten when it is discarded, and can be had back', async () => {
    const { draft, kept } = world();
    await write(draft, 'A boat', 'It turns');
    const back = draft.discard();
    expect([kept.at(-1), draft.rows]).toEqual([null, []]);
    draft.begin({ ...emptyRequest(), prompt: 'A cat' });
    expect(draft.rows[0]?.prompt, 'another one begins').toBe('A cat');
    back();
    draft.begin({ ...emptyRequest(), prompt: 'A cat' });
    await draft.keepNow();
    expect(kept.at(-1)?.shots.map((shot) => shot.prompt)).toEqual(['A boat', 'It turns']);
  });

  it('says when it could not be kept or brought back', async () => {
    const full = new CommandError({ code: 'storage', message: 'full', field: null, hint: null, reason: null });
    const fails = async (): Promise<never> => {
      throw full;
    };
    const { draft, troubles } = world({
      commands: { ...world().around.commands, boardDraft: fails, saveBoardDraft: fails },
    });
    await draft.restore();
    draft.begin(emptyRequest());
    await draft.keepNow();
    expect(troubles).toEqual([full, full]);
  });
});

describe('the start', () => {
  it('waits for the total of the shots as they stand', async () => {
    const { draft, started } = world();
    await write(draft, 'A boat', 'It turns');
    expect(draft.check?.total).toBe('0.3706');
    draft.change(draft.rows[1]?.key ?? -1, { prompt: 'It turns north' });
    expect(draft.ready).toBe(false);
    expect(await draft.start()).toBeNull();
    expect(started).toEqual([]);
  });

  it('happens once, whatever is pressed', async () => {
    const { draft, started } = world();
    await write(draft, 'A boat', 'It turns');
    const both = await Promise.all([draft.start(), draft.start()]);
    expect(both.map((board) => board?.id)).toEqual(['board', undefined]);
    expect(started).toHaveLength(1);
    expect(started[0]?.[1].map((shot) => shot.prompt)).toEqual(['A boat', 'It turns']);
    expect(draft.rows).toEqual([]);
  });

  it('has the same name again when it is tried again unchanged, so that the program makes it once', async () => {
    const names: string[] = [];
    const startStoryboard = vi.fn(async (act: string): Promise<Storyboard> => {
      names.push(act);
      throw new CommandError({ code: 'offline', message: 'no', field: null, hint: null, reason: null });
    });
    const { draft } = world({
      commands: { ...world().around.commands, startStoryboard },
    });
    await write(draft, 'A boat', 'It turns');
    await draft.start();
    await draft.start();
    draft.change(draft.rows[0]?.key ?? -1, { prompt: 'Another boat' });
    await vi.advanceTimersByTimeAsync(1_000);
    await draft.start();
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
    expect(draft.rows).toHaveLength(2);
  });

  it('keeps what was written when the person says no to passing a guard', async () => {
    const { draft } = world({ consent: { through: async () => null } });
    await write(draft, 'A boat', 'It turns');
    expect(await draft.start()).toBeNull();
    expect(draft.rows).toHaveLength(2);
  });

  it('is not for shots without words or with something wrong', async () => {
    const { draft } = world();
    await write(draft, 'A boat', '');
    expect(draft.ready).toBe(false);
    await write(draft, 'A boat', 'It turns');
    draft.change(draft.rows[0]?.key ?? -1, { length: { unit: 'seconds', value: 99 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(draft.ready).toBe(false);
  });
});
