import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clip, ImageRef, Job, Request } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { catalogue, check, fit } from '$lib/ipc/fake/check';
import { sample } from '$lib/ipc/fake/samples';
import { emptyRequest } from '$lib/state/request';
import { Draft, type Around } from './draft.svelte';

const picture: ImageRef = { id: 'a', format: 'png', width: 1248, height: 704, bytes: 1000 };
const clip = sample(Date.parse('2026-11-22T12:00:00Z')).clips[2] as Clip;

function world(overrides: Partial<Around['commands']> = {}) {
  const made: Job[][] = [];
  const troubles: CommandError[] = [];
  const kept: Request[] = [];
  const around: Around = {
    commands: {
      check: vi.fn(async (request, count) => check(request, count)),
      generate: vi.fn(async () => [{ id: 'job' } as Job]),
      continueFrom: vi.fn(async (id) =>
        fit({ ...clip.request, prompt: '', first_frame: picture, seed: null, continues: id }, true),
      ),
      fit: vi.fn(async (request) => fit(request, true)),
      fitToModel: vi.fn(async (request) => fit(request, false)),
      importImage: vi.fn(async () => picture),
      chooseImage: vi.fn(async () => null),
      takeFrame: vi.fn(async () => picture),
      draft: vi.fn(async () => null),
      saveDraft: vi.fn(async (request) => {
        kept.push(request);
        return null;
      }),
      ...overrides,
    },
    catalogue: () => catalogue,
    provider: () => ({ kind: 'rehearsal' }),
    findClip: async () => clip,
    made: (jobs) => made.push(jobs),
    trouble: (error) => troubles.push(error),
  };
  return { around, made, troubles, kept, draft: new Draft(around) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1_000);

describe('a change', () => {
  it('is checked by the program and shows its price', async () => {
    const { draft } = world();
    draft.change({ prompt: 'A boat' });
    await settle();
    expect(draft.check?.total, 'the documented example').toBe('0.1853');
    expect(draft.tierCosts, 'both tiers, side by side').toEqual({ default: '0.1853', flex: '0.0927' });
  });

  it('multiplies by the count', async () => {
    const { draft } = world();
    draft.count = 2;
    await settle();
    expect(draft.check?.total).toBe('0.3706');
  });

  it('is kept once the person pauses, and the last one wins', async () => {
    const { draft, kept } = world();
    draft.change({ prompt: 'A' });
    draft.change({ prompt: 'A boat' });
    await settle();
    expect(
      kept.map((request) => request.prompt),
      'one write for a burst of typing',
    ).toEqual(['A boat']);
  });

  it('is kept at once when the window closes', async () => {
    const { draft, kept } = world();
    draft.change({ prompt: 'A boat' });
    draft.keepNow();
    expect(kept).toHaveLength(1);
    draft.keepNow();
    expect(kept, 'nothing new to keep').toHaveLength(1);
  });

  it('drops the answer to an older question', async () => {
    const answers: (() => void)[] = [];
    const { draft } = world({
      check: (request, count) => new Promise((resolve) => answers.push(() => resolve(check(request, count)))),
    });
    draft.change({ length: { unit: 'seconds', value: 12 } });
    await vi.advanceTimersByTimeAsync(100);
    draft.change({ length: { unit: 'seconds', value: 5 } });
    await vi.advanceTimersByTimeAsync(100);
    for (const answer of [...answers.slice(2), ...answers.slice(0, 2)]) answer();
    await settle();
    expect(draft.check?.total, 'the 12 s answer came last, but was asked first').toBe('0.1853');
  });
});

describe('an empty form', () => {
  it('is not reproached before Generate was tried, but cannot be sent', async () => {
    const { draft, around } = world();
    draft.change({});
    await settle();
    expect(draft.problems, 'nobody likes a form that scolds at once').toEqual([]);
    expect(draft.refusal).toMatchObject({ kind: 'problem', problem: { code: 'prompt_missing' } });
    const outcome = await draft.generate();
    expect(outcome).toMatchObject({ problem: { field: 'prompt' } });
    expect(draft.problems.map((problem) => problem.code)).toEqual(['prompt_missing']);
    expect(around.commands.generate, 'nothing is sent').not.toHaveBeenCalled();
  });
});

describe('generate', () => {
  it('sends what is written and hands on the jobs', async () => {
    const { draft, around, made } = world();
    draft.change({ prompt: 'A boat' });
    draft.count = 3;
    expect(await draft.generate()).toBeNull();
    expect(around.commands.generate).toHaveBeenCalledWith(expect.objectContaining({ prompt: 'A boat' }), 3, {
      kind: 'rehearsal',
    });
    expect(made).toHaveLength(1);
  });

  it('sends once when pressed twice', async () => {
    const { draft, around } = world();
    draft.change({ prompt: 'A boat' });
    await Promise.all([draft.generate(), draft.generate()]);
    expect(around.commands.generate, 'money is spent by one click only once').toHaveBeenCalledTimes(1);
  });

  it('gives back what the program refused', async () => {
    const refused = new CommandError({ code: 'invalid', message: 'no', field: 'seed', hint: null, reason: null });
    const { draft, made } = world({ generate: () => Promise.reject(refused) });
    draft.change({ prompt: 'A boat' });
    expect(await draft.generate()).toBe(refused);
    expect(made).toEqual([]);
    expect(draft.sending, 'it can be pressed again').toBe(false);
  });
});

describe('pictures', () => {
  it('move a text model to one that takes them, and back when they go', async () => {
    const { draft } = world();
    draft.change({ model: 'spark_dance_v1_0_lite_t2v' });
    await draft.setFrame('first', picture);
    expect(draft.request.model).toBe('spark_dance_v1_0_lite_i2v');
    expect(draft.adjustments[0]).toMatchObject({ kind: 'model', to: 'spark_dance_v1_0_lite_i2v' });
    await draft.setFrame('first', null);
    expect(draft.request.model, 'the model chosen before').toBe('spark_dance_v1_0_lite_t2v');
    expect(draft.movedToText).toBe(true);
  });

  it('keep what is written while they are being read', async () => {
    const { draft } = world({
      fit: async (request) => {
        draft.change({ prompt: 'written meanwhile' });
        return fit(request, true);
      },
    });
    await draft.setFrame('first', picture);
    expect(draft.request.prompt).toBe('written meanwhile');
    expect(draft.request.first_frame).toEqual(picture);
  });

  it('that cannot be read are said at their slot', async () => {
    const unreadable = new CommandError({
      code: 'unreadable',
      message: 'no picture',
      field: null,
      hint: null,
      reason: null,
    });
    const { draft } = world({ importImage: () => Promise.reject(unreadable) });
    await draft.importInto('last', 'AAAA');
    expect(draft.unreadable.last).toBe(unreadable);
    expect(draft.reading).toBeNull();
    expect(draft.request.last_frame).toBeNull();
  });

  it('change places', async () => {
    const other = { ...picture, id: 'b' };
    const { draft } = world();
    await draft.setFrame('first', picture);
    await draft.setFrame('last', other);
    await draft.swap();
    expect([draft.request.first_frame?.id, draft.request.last_frame?.id]).toEqual(['b', 'a']);
  });
});

describe('continuing', () => {
  it('links to the clip and says the model it moved to', async () => {
    const { draft } = world();
    expect(await draft.continueFrom(clip.id)).toBe(true);
    await settle();
    expect(draft.request.continues).toBe(clip.id);
    expect(draft.continued?.id).toBe(clip.id);
    expect(draft.adjustments.map((one) => one.kind)).toEqual(['model']);
    draft.change({ prompt: 'next beat' });
    expect(draft.adjustments, 'still said while the prompt is written').toHaveLength(1);
  });

  it('ends with its frame', async () => {
    const { draft } = world();
    await draft.continueFrom(clip.id);
    await draft.unlink();
    expect(draft.request.continues).toBeNull();
    expect(draft.request.first_frame).toBeNull();
  });

  it('that fails leaves the draft as it was', async () => {
    const gone = new CommandError({ code: 'not_found', message: 'gone', field: null, hint: null, reason: null });
    const { draft, troubles } = world({ continueFrom: () => Promise.reject(gone) });
    draft.change({ prompt: 'mine' });
    expect(await draft.continueFrom('x')).toBe(false);
    expect(draft.request.prompt).toBe('mine');
    expect(troubles).toEqual([gone]);
  });
});

describe('the seed', () => {
  it('out of range is refused here: the program could not even read it', async () => {
    const { draft, around } = world();
    draft.change({ prompt: 'A boat' });
    draft.setSeed(4_294_967_296);
    await settle();
    expect(draft.refusal).toEqual({ kind: 'seed' });
    expect(await draft.generate()).toEqual({ kind: 'seed' });
    expect(around.commands.generate).not.toHaveBeenCalled();
    draft.setSeed(4_294_967_295);
    expect(draft.refusal).toBeNull();
    expect(draft.request.seed).toBe(4_294_967_295);
  });
});

it('comes back as it was left', async () => {
  const left = { ...emptyRequest(), prompt: 'left here', resolution: '480p' as const };
  const { draft } = world({ draft: async () => left });
  await draft.restore();
  expect(draft.request).toEqual(left);
});
