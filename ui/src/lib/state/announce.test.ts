import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '$lib/ipc/bindings';
import { sample } from '$lib/ipc/fake/samples';
import { locale } from '$lib/i18n/locale.svelte';
import { announce } from './announce';
import { Messages, messages } from './messages.svelte';
import { navigation } from './navigation.svelte';

const base = sample(Date.now()).jobs[0] as Job;
const job = (changes: Partial<Job>): Job => ({ ...base, ...changes });

beforeEach(() => {
  vi.useFakeTimers();
  locale.choose('en');
  messages.announcement = '';
  messages.toasts = [];
  navigation.gallery();
});

describe('the end of a job', () => {
  it('is announced, and in the gallery no toast repeats what the card shows', () => {
    announce(job({ state: 'downloading', revision: 1 }), job({ state: 'done', clip: 'c', revision: 2 }));
    expect(messages.announcement).toContain('Clip finished: The keeper climbs');
    expect(messages.toasts).toEqual([]);
  });

  it('elsewhere leads to the clip', () => {
    navigation.settings();
    announce(job({ state: 'downloading', revision: 1 }), job({ state: 'done', clip: 'c', revision: 2 }));
    messages.toasts[0]?.action?.run();
    expect(navigation.place).toEqual({ at: 'viewer', clip: 'c' });
  });

  it('by failure says what it means for the money', () => {
    const failure = { code: 'task_failed', message: 'x', service_code: null, field: null, reply: null } as const;
    announce(job({ state: 'running', revision: 1 }), job({ state: 'failed', failure, revision: 2 }));
    expect(messages.announcement).toContain('You were not charged.');
  });

  it('of a rehearsal by failure never speaks of a bill', () => {
    const failure = { code: 'no_video', message: 'x', service_code: null, field: null, reply: null } as const;
    const rehearsal = { provider: { kind: 'rehearsal' } as const, failure };
    announce(job({ state: 'running', revision: 1 }), job({ ...rehearsal, state: 'failed', revision: 2 }));
    expect(messages.announcement).toContain('A rehearsal: nothing was spent.');
    expect(messages.announcement).not.toMatch(/bill|charged|cost/);
  });

  it.each([
    ['progress', job({ state: 'running', revision: 1 }), job({ state: 'running', revision: 2 })],
    ['an old snapshot', job({ state: 'running', revision: 3 }), job({ state: 'done', revision: 2 })],
  ])('is not %s', (_name, before, now) => {
    announce(before, now);
    expect(messages.announcement).toBe('');
  });
});

describe('toasts', () => {
  it('go by themselves, trouble later', () => {
    const it = new Messages();
    it.say('kept');
    it.say('broken', { tone: 'trouble' });
    vi.advanceTimersByTime(5_000);
    expect(it.toasts.map((toast) => toast.text)).toEqual(['broken']);
    vi.advanceTimersByTime(5_000);
    expect(it.toasts).toEqual([]);
  });

  it('say the same words once', () => {
    const it = new Messages();
    it.say('kept');
    it.say('kept');
    expect(it.toasts).toHaveLength(1);
  });
});
