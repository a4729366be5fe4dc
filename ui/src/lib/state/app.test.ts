import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Session, Settings } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import { locale } from '$lib/i18n/locale.svelte';
import { App } from './app.svelte';

const session: Session = {
  version: '0.1.0',
  settings: { door: 'connect', language: 'zh-CN' },
  key: { state: 'stored', last_four: '7f3a', problem: null, keychain: null, refused: false },
  catalogue: { models: [], live: { fetched_at: null, address: null, refused: [], problem: null } },
  list_prices: { prices: [], flex_share: '0.5' },
  media: 'http://127.0.0.1:1/t',
  clips_folder: '/clips',
  home: '/home',
  standing: { paused: true, services: [], downloads: null, spent_this_month: '1.5' },
  notices: [],
};

const app = (overrides: Partial<Commands> = {}) =>
  new App({
    session: async () => session,
    changeSettings: async (settings: Settings) => settings,
    ...overrides,
  } as unknown as Commands);

afterEach(() => locale.choose('en'));

describe('how the engine stands', () => {
  it('comes with the session, then by events and by the answer to a pause', async () => {
    const after = { ...session.standing, paused: false };
    const it = app({ pauseQueue: async (paused: boolean) => ({ ...session.standing, paused }) } as Partial<Commands>);
    await it.open();
    expect(it.standing).toEqual(session.standing);
    it.heard({ kind: 'standing', value: after });
    expect(it.standing.paused).toBe(false);
    await it.pause(true);
    expect(it.standing.paused).toBe(true);
  });
});

describe('opening', () => {
  it('takes the session, with defaults for what the file did not have', async () => {
    const it = app();
    await it.open();
    expect(it.stage).toEqual({ at: 'ready' });
    expect(it.settings).toMatchObject({ door: 'connect', parallel_jobs: 3, theme: 'system' });
    expect(it.key.last_four).toBe('7f3a');
    expect(locale.name, 'the language is in force at once').toBe('zh-CN');
  });

  it('keeps what was told while the session was on its way, which is newer', async () => {
    const missing = { ...session.key, state: 'missing' as const, last_four: null };
    const it = app({
      session: async () => {
        it.heard({ kind: 'key', value: session.key });
        it.heard({ kind: 'standing', value: { ...session.standing, paused: false } });
        return { ...session, key: missing };
      },
    });
    await it.open();
    expect(it.key.state, 'a keychain that was slow to answer').toBe('stored');
    expect(it.standing.paused).toBe(false);
  });

  it('keeps a failure for the screen that says it, and can be tried again', async () => {
    const busy = new CommandError({ code: 'busy', message: 'in use', field: null, hint: 'close it', reason: null });
    const open = vi.fn().mockRejectedValueOnce(busy).mockResolvedValueOnce(session);
    const it = app({ session: open });
    await it.open();
    expect(it.stage).toEqual({ at: 'failed', error: busy, trying: false });
    const again = it.open();
    expect(it.stage, 'the words stay while it is tried').toEqual({ at: 'failed', error: busy, trying: true });
    await again;
    expect(open, 'the program is asked again').toHaveBeenCalledTimes(2);
    expect(it.stage).toEqual({ at: 'ready' });
  });
});

describe('settings', () => {
  it('are sent whole: one change must not reset the others', async () => {
    const changeSettings = vi.fn(async (settings: Settings) => settings);
    const it = app({ changeSettings });
    await it.open();
    await it.change({ theme: 'lightbox' });
    expect(changeSettings).toHaveBeenCalledWith(expect.objectContaining({ door: 'connect', theme: 'lightbox' }));
    expect(it.settings.theme).toBe('lightbox');
  });

  it('of another address bring that address’s key', async () => {
    const missing = { state: 'missing', last_four: null, problem: null, keychain: null, refused: false } as const;
    const open = vi
      .fn()
      .mockResolvedValueOnce(session)
      .mockResolvedValueOnce({ ...session, key: missing });
    const it = app({ session: open });
    await it.open();
    await it.change({ service_address: 'https://example.com' });
    expect(it.key.state, 'each address has a key of its own').toBe('missing');
  });

  it('of another clips folder bring notices that are true of it', async () => {
    const notice = { code: 'clips_folder', message: '/clips cannot be written.' } as const;
    const open = vi
      .fn()
      .mockResolvedValueOnce({ ...session, notices: [notice] })
      .mockResolvedValueOnce(session);
    const it = app({ session: open });
    await it.open();
    expect(it.session?.notices).toEqual([notice]);
    await it.change({ clips_folder: '/films' });
    expect(it.session?.notices, 'the new folder can be written').toEqual([]);
  });

  it('say who makes new clips, as the button says its price', async () => {
    const it = app();
    await it.open();
    expect(it.provider).toEqual({ kind: 'service', address: 'https://cloud.vtrix.ai' });
    await it.change({ door: 'rehearse' });
    expect(it.provider).toEqual({ kind: 'rehearsal' });
  });

  it('stay as they were when refused', async () => {
    const it = app({ changeSettings: () => Promise.reject(new Error('no')) });
    await it.open();
    await expect(it.change({ theme: 'lightbox' })).rejects.toThrow('no');
    expect(it.settings.theme).toBe('system');
  });

  it('follow events, as when another door was chosen elsewhere', async () => {
    const it = app();
    await it.open();
    expect(it.rehearsing).toBe(false);
    it.heard({ kind: 'settings', value: { ...it.settings, door: 'rehearse' } });
    expect(it.rehearsing).toBe(true);
    it.heard({
      kind: 'key',
      value: { state: 'missing', last_four: null, problem: null, keychain: null, refused: false },
    });
    expect(it.key.state).toBe('missing');
  });
});

it('before the first run is over everything is a rehearsal: nothing can be spent', () => {
  expect(app().rehearsing).toBe(true);
});
