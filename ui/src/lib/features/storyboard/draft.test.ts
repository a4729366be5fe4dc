import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ImageRef, Storyboard } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { checkStoryboard } from '$lib/ipc/fake/storyboards';
import { emptyRequest } from '$lib/state/request';
import { BoardDraft, type DraftAround } from './draft.svelte';

const picture: ImageRef = { id: 'a', format: 'png', width: 1248, height: 704, bytes: 1000 };

function world(overrides: Partial<DraftAround> = {}) {
  const started: Parameters<DraftAround['commands']['startStoryboard']>[] = [];
  const around: DraftAround = {
    commands: {
      checkStoryboard: vi.fn(async (shots) => checkStoryboard(shots)),
      startStoryboard: vi.fn(async (...asked: Parameters<DraftAround['commands']['startStoryboard']>) => {
        started.push(asked);
        return { id: 'board' } as Storyboard;
      }),
    },
    consent: { through: (_spending, spend) => spend(false) },
    provider: () => ({ kind: 'rehearsal' }),
    ...overrides,
  };
  return { around, started, draft: new BoardDraft(around) };
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
      commands: { checkStoryboard: async (shots) => checkStoryboard(shots), startStoryboard },
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
