import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clip, Draft as KeptDraft, ImageRef, Job, Request } from '$lib/ipc/bindings';
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
  const kept: KeptDraft[] = [];
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
      readRecipe: vi.fn(async () => ({ prompt: 'From a file', seed: 7 })),
      recentBills: vi.fn(async () => null),
      ...overrides,
    },
    catalogue: () => catalogue,
    provider: () => ({ kind: 'rehearsal' }),
    consent: { through: (_spending, spend) => spend(false) },
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
      kept.map(({ request }) => request.prompt),
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
    await settle();
    expect(await draft.generate()).toBeNull();
    expect(around.commands.generate, 'within the guards, unless the person says otherwise').toHaveBeenCalledWith(
      expect.objectContaining({ prompt: 'A boat' }),
      3,
      { kind: 'rehearsal' },
      false,
    );
    expect(made).toHaveLength(1);
  });

  /** A draft of which clips are paid for. */
  const paid = (overrides: Partial<Around['commands']> = {}) => {
    const { around } = world(overrides);
    const service = { kind: 'service', address: 'https://service.example' } as const;
    return { around, draft: new Draft({ ...around, provider: () => service }) };
  };

  it('sends nothing that is paid for before a price stood on the button, and says the price', async () => {
    const { draft, around } = paid();
    draft.change({ prompt: 'A boat' });
    expect(await draft.generate()).toEqual({ kind: 'price', cost: '0.1853' });
    expect(around.commands.generate).not.toHaveBeenCalled();
    expect(draft.check?.total, 'from now on it stands there').toBe('0.1853');
    expect(await draft.generate()).toBeNull();
    expect(around.commands.generate).toHaveBeenCalledTimes(1);
  });

  it('sends nothing at another price than the one that stood on the button', async () => {
    const { draft, around } = paid();
    draft.change({ prompt: 'A boat' });
    await settle();
    draft.change({ resolution: '1080p' });
    const outcome = await draft.generate();
    expect(outcome).toEqual({ kind: 'price', cost: draft.check?.total });
    expect(draft.check?.total).not.toBe('0.1853');
    expect(around.commands.generate).not.toHaveBeenCalled();
  });

  it('rehearses before a price stood on the button: nothing is spent', async () => {
    const { draft, around } = world();
    draft.change({ prompt: 'A boat' });
    expect(await draft.generate()).toBeNull();
    expect(around.commands.generate).toHaveBeenCalledTimes(1);
  });

  it('sends what stood in the form when it was pressed, whatever is asked or typed meanwhile', async () => {
    const waiting: (() => void)[] = [];
    const { draft, around } = world({
      check: vi.fn(async (request: Request, count: number) => {
        await new Promise<void>((go) => waiting.push(go));
        return check(request, count);
      }),
    });
    draft.change({ prompt: 'A boat' });
    const sent = draft.generate();
    draft.change({ prompt: '' });
    draft.reprice();
    await vi.advanceTimersByTimeAsync(100);
    for (const go of waiting.reverse()) go();
    expect(await sent).toBeNull();
    expect(around.commands.generate).toHaveBeenCalledWith(
      expect.objectContaining({ prompt: 'A boat' }),
      1,
      { kind: 'rehearsal' },
      false,
    );
  });

  it('sends once when pressed twice', async () => {
    const { draft, around } = world();
    draft.change({ prompt: 'A boat' });
    await settle();
    await Promise.all([draft.generate(), draft.generate()]);
    expect(around.commands.generate, 'money is spent by one click only once').toHaveBeenCalledTimes(1);
  });

  it('gives back what the program refused', async () => {
    const refused = new CommandError({ code: 'invalid', message: 'no', field: 'seed', hint: null, reason: null });
    const { draft, made } = world({ generate: () => Promise.reject(refused) });
    draft.change({ prompt: 'A boat' });
    await settle();
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

  it('taken from a clip continue it, with the frame they are; another picture continues nothing', async () => {
    const { draft } = world();
    await draft.takeFrame('first', 'a-clip', 60);
    expect([draft.request.continues, draft.request.continues_frame]).toEqual(['a-clip', 60]);
    await draft.takeFrame('last', 'other', 3);
    expect([draft.request.continues, draft.request.continues_frame], 'an end is no beginning').toEqual(['a-clip', 60]);
    await draft.takeFrame('first', 'a-clip', clip.media.frames - 1);
    expect([draft.request.continues, draft.request.continues_frame], 'its last frame').toEqual(['a-clip', null]);
    await draft.setFrame('first', picture, { clip: 'a-clip', frame: 7 });
    expect(draft.request.continues_frame).toBe(7);
    await draft.setFrame('first', picture);
    expect([draft.request.continues, draft.request.continues_frame]).toEqual([null, null]);
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
  const { draft } = world({ draft: async () => ({ request: left, count: 3 }) });
  await draft.restore();
  expect(draft.request).toEqual(left);
  expect(draft.count).toBe(3);
});

it('leaves alone what is being written already when what was kept arrives late', async () => {
  const left = { ...emptyRequest(), prompt: 'left here' };
  let arrive = (): void => {};
  const kept = new Promise<{ request: Request; count: number }>((resolve) => {
    arrive = () => resolve({ request: left, count: 3 });
  });
  const { draft } = world({ draft: () => kept });
  const restored = draft.restore();
  draft.change({ prompt: 'typed at once' });
  arrive();
  await restored;
  expect(draft.request.prompt).toBe('typed at once');
  expect(draft.count).toBe(1);
});

it('keeps the count with the request, also when nothing else was changed', async () => {
  const { draft, kept } = world();
  draft.change({ prompt: 'A boat' });
  await settle();
  draft.count = 4;
  await settle();
  expect(kept.at(-1)).toEqual({ request: draft.request, count: 4 });
});

describe('a preset', () => {
  const preset = (values: Partial<Request>) => ({ name: 'Night', request: { ...emptyRequest(), ...values } });

  it('changes settings and leaves what is written and shown, and the way back', async () => {
    const { draft } = world();
    draft.change({ prompt: 'Mine', ratio: '1:1' });
    await draft.setFrame('first', picture);
    const model = draft.request.model;
    await draft.applyPreset(preset({ model, resolution: '480p', ratio: '9:16', watermark: true }));
    expect(draft.request).toMatchObject({ prompt: 'Mine', resolution: '480p', ratio: '9:16', watermark: true });
    expect(draft.request.first_frame, 'a picture is no setting').toEqual(picture);
    expect(draft.taken).toMatchObject({ kind: 'preset', name: 'Night' });
    draft.untake();
    expect(draft.request).toMatchObject({ prompt: 'Mine', resolution: '720p', ratio: '1:1', watermark: false });
  });

  it('whose model takes no picture says which one is used instead', async () => {
    const { draft } = world();
    await draft.setFrame('first', picture);
    await draft.applyPreset(preset({ model: 'spark_dance_v1_0_lite_t2v', prompt: 'Kept words' }));
    expect(draft.request.prompt).toBe('Kept words');
    expect(draft.request.first_frame).toEqual(picture);
    expect(draft.adjustments).toContainEqual({
      kind: 'model',
      from: 'spark_dance_v1_0_lite_t2v',
      to: 'spark_dance_v1_0_lite_i2v',
    });
  });

  it('that cannot be fitted changes nothing', async () => {
    const away = new CommandError({ code: 'internal', message: 'm', field: null, hint: null, reason: null });
    const { draft, troubles } = world({ fit: vi.fn().mockRejectedValue(away) });
    draft.change({ prompt: 'Mine' });
    await draft.applyPreset(preset({ ratio: '1:1' }));
    expect([draft.request.ratio, draft.taken, troubles]).toEqual(['16:9', null, [away]]);
  });
});

describe('what the service refused', () => {
  const refused = { ...emptyRequest(), prompt: 'A boat', length: { unit: 'seconds' as const, value: 5 } };

  it('stands at its field until that field is changed, and not a moment longer', async () => {
    const { draft } = world();
    draft.use(refused, { field: 'length', words: 'no 5 s today' });
    await settle();
    expect(draft.problemAt('length')).toMatchObject({ code: 'service_refused', message: 'no 5 s today' });
    expect(draft.problemAt('prompt', 'ratio')).toBeUndefined();
    draft.change({ prompt: 'Another boat', ratio: '1:1' });
    expect(draft.problemAt('length'), 'nothing was changed there').toBeDefined();
    draft.change({ length: { unit: 'seconds', value: 6 } });
    expect(draft.problemAt('length')).toBeUndefined();
    draft.change({ length: { unit: 'seconds', value: 5 } });
    expect(draft.problemAt('length'), 'it was said once').toBeUndefined();
  });

  it('forbids nothing: the service may have changed its mind', async () => {
    const { draft, made } = world();
    draft.use(refused, { field: 'length', words: 'no' });
    await settle();
    expect(draft.refusal).toBeNull();
    await draft.generate();
    expect(made).toHaveLength(1);
  });

  it('does not follow into another request', () => {
    const { draft } = world();
    draft.use(refused, { field: 'length', words: 'no' });
    draft.use(refused);
    expect(draft.problemAt('length')).toBeUndefined();
  });

  it.each([
    ['prompt', { first_frame: picture }],
    ['camera_fixed', { watermark: true }],
    ['seed', { seed: 3 }],
  ] as const)('at %s is over when %j is changed, which may cure it', (field, change) => {
    const { draft } = world();
    draft.use(refused, { field, words: 'no' });
    draft.change(change);
    expect(draft.problemAt(field)).toBeUndefined();
  });
});

describe('a guard on spending', () => {
  const passing = (through: Around['consent']['through']) => {
    const world_ = world();
    return { ...world_, draft: new Draft({ ...world_.around, consent: { through } }) };
  };

  it('is passed only with the yes for this one call, and with the price that stood on the button', async () => {
    const asked = vi.fn(async (_spending: unknown, spend: (beyond: boolean) => Promise<unknown>) => spend(true));
    const { draft, around, made } = passing(asked as Around['consent']['through']);
    draft.change({ prompt: 'A boat' });
    draft.count = 2;
    await settle();
    await draft.generate();
    expect(asked).toHaveBeenCalledWith({ act: 'generate', cost: '0.3706' }, expect.anything());
    expect(around.commands.generate).toHaveBeenCalledWith(expect.anything(), 2, expect.anything(), true);
    expect(made).toHaveLength(1);
  });

  it('that is kept sends nothing and leaves the form as it is', async () => {
    const { draft, around, made } = passing(async () => null);
    draft.change({ prompt: 'A boat' });
    await settle();
    expect(await draft.generate()).toBeNull();
    expect(around.commands.generate).not.toHaveBeenCalled();
    expect(made).toEqual([]);
    expect([draft.request.prompt, draft.sending]).toEqual(['A boat', false]);
  });
});

describe('a recipe in a file', () => {
  it('fills the form, and what was there can be had back', async () => {
    const { draft } = world();
    draft.change({ prompt: 'A half-written thought', ratio: '1:1' });
    await draft.takeRecipe('boat.mp4', 'AAAA');
    expect([draft.request.prompt, draft.request.seed, draft.request.ratio]).toEqual(['From a file', 7, '16:9']);
    expect(draft.taken?.name).toBe('boat.mp4');
    draft.untake();
    expect([draft.request.prompt, draft.request.ratio, draft.taken]).toEqual(['A half-written thought', '1:1', null]);
  });

  it('that is none changes nothing', async () => {
    const none = new CommandError({ code: 'unreadable', message: 'm', field: null, hint: null, reason: null });
    const { draft } = world({ readRecipe: vi.fn().mockRejectedValue(none) });
    draft.change({ prompt: 'Mine' });
    await expect(draft.takeRecipe('holiday.mp4', 'AAAA')).rejects.toBe(none);
    expect([draft.request.prompt, draft.taken]).toEqual(['Mine', null]);
  });
});

describe('what it costs', () => {
  const bills = {
    count: 5,
    per_million: '1.9',
    cost: '0.1956',
    same_size: true,
    off: true,
    percent: 6,
    suggestion: '1.9',
  };

  it('is told at 480p too, with the saving of all clips', async () => {
    const { draft } = world();
    draft.change({ prompt: 'A boat' });
    await settle();
    expect(draft.smaller, '864 × 480').toEqual({ total: '0.0875', saving: '0.0978' });
    draft.count = 2;
    await settle();
    expect(draft.smaller).toEqual({ total: '0.1750', saving: '0.1956' });
    draft.change({ resolution: '480p' });
    await settle();
    expect(draft.smaller, 'nothing is smaller').toBeNull();
  });

  it('is tried at 480p with a seed that stays in the form', async () => {
    const { draft, around } = world();
    draft.change({ prompt: 'A boat' });
    await settle();
    await draft.trySmall();
    const [sent] = vi.mocked(around.commands.generate).mock.calls[0] ?? [];
    expect(sent?.resolution).toBe('480p');
    expect(sent?.seed).toBeTypeOf('number');
    expect(draft.request, 'the form keeps its resolution and that seed').toMatchObject({
      resolution: '720p',
      seed: sent?.seed,
    });
    await draft.trySmall();
    const [again] = vi.mocked(around.commands.generate).mock.calls[1] ?? [];
    expect(again?.seed, 'a seed that is there is used').toBe(sent?.seed);
  });

  it('keeps no seed when it was not sent', async () => {
    const { draft } = world();
    await settle();
    await draft.trySmall();
    expect(draft.request.seed, 'the prompt is missing').toBeNull();
  });

  it('asks for bills when the kind or size is another one, not for each letter', async () => {
    const { draft, around } = world({ recentBills: vi.fn(async () => bills) });
    draft.change({ prompt: 'A' });
    await settle();
    draft.change({ prompt: 'A boat' });
    await settle();
    expect(draft.bills).toEqual(bills);
    expect(around.commands.recentBills).toHaveBeenCalledTimes(1);
    draft.change({ service_tier: 'flex' });
    await settle();
    expect(around.commands.recentBills).toHaveBeenCalledTimes(2);
    draft.reprice();
    await settle();
    expect(around.commands.recentBills, 'a bill came in').toHaveBeenCalledTimes(3);
  });

  it('is told without bills where they cannot be read', async () => {
    const { draft, troubles } = world({
      recentBills: () => Promise.reject(new Error('the library is being moved')),
    });
    draft.change({ prompt: 'A' });
    await settle();
    expect([draft.check?.total, draft.bills, troubles]).toEqual(['0.1853', null, []]);
  });
});
