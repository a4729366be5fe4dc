import { describe, expect, it, vi } from 'vitest';
import { CommandError } from '$lib/ipc/client';
import { sample } from '$lib/ipc/fake/samples';
import type { Clip } from '$lib/ipc/bindings';
import { aboutCost, clipCost } from './cost';
import { Decoder } from './decoder.svelte';
import { KeyForm } from './keyform.svelte';

const status = { state: 'stored', last_four: '7f3a', problem: null, keychain: null, refused: false } as const;

describe('the key form', () => {
  it('forgets the key as soon as it was taken', async () => {
    const keyIs = vi.fn();
    const form = new KeyForm({ saveKey: async () => status, pasteKey: async () => status }, { keyIs });
    form.value = '  sk-secret-7f3a ';
    expect(await form.save()).toBe(true);
    expect(form.value, 'the window keeps no key').toBe('');
    expect(keyIs).toHaveBeenCalledWith(status);
  });

  it('has the page replaced once, after anything was typed, and not otherwise', async () => {
    const renew = vi.fn(async () => undefined);
    const form = new KeyForm({ saveKey: async () => status, pasteKey: async () => status }, { keyIs: vi.fn() }, renew);
    expect(await form.paste(new Event('paste', { cancelable: true }))).toBe(true);
    expect(form.leave('saved'), 'a pasted key was never in the page').toBe(false);
    form.value = 'sk-sec';
    form.value = '';
    expect(form.leave('saved'), 'a part of a key, taken or not, was').toBe(true);
    expect(form.leave(), 'the form that goes afterwards asks no second time').toBe(false);
    expect(renew.mock.calls).toEqual([['saved']]);
  });

  it('asks nobody about nothing', async () => {
    const saveKey = vi.fn(async () => status);
    const form = new KeyForm({ saveKey, pasteKey: vi.fn() }, { keyIs: vi.fn() });
    form.value = '  ';
    expect(await form.save()).toBe(false);
    expect(form.empty).toBe(true);
    expect(saveKey).not.toHaveBeenCalled();
  });

  it('offers a key for this session when there is no keychain, and sends the same one', async () => {
    const trouble = new CommandError({
      code: 'keychain_unavailable',
      message: 'm',
      field: null,
      hint: 'h',
      reason: null,
    });
    const saveKey = vi.fn().mockRejectedValueOnce(trouble).mockResolvedValueOnce(status);
    const form = new KeyForm({ saveKey, pasteKey: vi.fn() }, { keyIs: vi.fn() });
    form.value = 'sk-secret-7f3a';
    expect(await form.save()).toBe(false);
    expect(form.noKeychain).toBe(true);
    expect(await form.save(true)).toBe(true);
    expect(saveKey.mock.calls).toEqual([
      ['sk-secret-7f3a', false],
      ['sk-secret-7f3a', true],
    ]);
    expect(form.noKeychain).toBe(false);
  });

  it('lets the program read a pasted key, and never sees it', async () => {
    const trouble = { field: null, hint: 'h', reason: null, message: 'm' };
    const pasteKey = vi
      .fn()
      .mockRejectedValueOnce(new CommandError({ code: 'keychain_unavailable', ...trouble }))
      .mockResolvedValueOnce(status)
      .mockRejectedValueOnce(new CommandError({ code: 'unreadable', ...trouble }));
    const saveKey = vi.fn(async () => status);
    const form = new KeyForm({ saveKey, pasteKey }, { keyIs: vi.fn() });
    const paste = () => new Event('paste', { cancelable: true });

    const first = paste();
    expect(await form.paste(first)).toBe(false);
    expect(first.defaultPrevented, 'the field does not take the text').toBe(true);
    expect(form.noKeychain).toBe(true);
    expect(await form.save(true), 'the same key, read once more').toBe(true);
    expect(pasteKey.mock.calls).toEqual([[false], [true]]);
    expect(saveKey).not.toHaveBeenCalled();

    expect(await form.paste(paste())).toBe(false);
    const next = paste();
    expect(await form.paste(next)).toBe(false);
    expect(next.defaultPrevented, 'where the program cannot read the clipboard, the field does').toBe(false);
  });
});

describe('the decoder', () => {
  const video = (plays: string, code?: number) => ({
    canPlayType: () => plays as CanPlayTypeResult,
    error: code === undefined ? null : ({ code } as MediaError),
  });

  it('is missing when the web view cannot play MP4 at all', () => {
    const decoder = new Decoder();
    decoder.probe(() => video(''));
    expect(decoder.missing).toBe(true);
    decoder.probe(() => video('probably'));
    expect(decoder.missing).toBe(false);
  });

  it('is not blamed for a file that is gone', () => {
    const decoder = new Decoder();
    expect(decoder.failed(video('probably', 4)), 'this one can play MP4: something else is wrong').toBe(false);
    expect(decoder.failed(video('', 2)), 'the network failed').toBe(false);
    expect(decoder.failed(video('', 4))).toBe(true);
  });
});

describe('costs', () => {
  const clips = sample(Date.now()).clips;
  const real = clips.find((clip) => clip.provider.kind === 'service') as Clip;
  const pretend = clips.find((clip) => clip.provider.kind === 'rehearsal') as Clip;

  it('of a rehearsal are called pretend', () => {
    expect(clipCost(pretend)).toMatch(/^pretend \$0\.\d\d$/);
    expect(clipCost(real)).toMatch(/^\$0\.\d\d$/);
    expect(aboutCost('0.1853', true)).toBe('pretend $0.19');
    expect(aboutCost('0.1853', false)).toBe('about $0.19');
  });

  it('are what was billed, not what was expected', () => {
    expect(clipCost({ ...real, billed: { cost: '0.3124', discount: null, tokens: null } }, true)).toBe('$0.3124');
    expect(
      clipCost({
        ...real,
        billed: { cost: null, discount: null, tokens: null },
        estimate: { ...real.estimate, cost: null },
      }),
    ).toBeNull();
  });
});
