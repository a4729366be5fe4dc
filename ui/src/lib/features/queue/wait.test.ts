import { afterEach, describe, expect, it } from 'vitest';
import type { Job, JobState, Provider, WaitReason } from '$lib/ipc/bindings';
import { sample } from '$lib/ipc/fake/samples';
import { locale } from '$lib/i18n/locale.svelte';
import { waitLine } from './wait';

const base = sample(Date.now()).jobs[0] as Job;
const line = (state: JobState, reason: WaitReason, provider: Provider = base.provider): string =>
  waitLine({ ...base, state, provider }, { reason, message: '', reply: null });

const REASONS: WaitReason[] = [
  'no_key',
  'no_rehearsal',
  'key_refused',
  'offline',
  'rate_limited',
  'service_trouble',
  'disk_full',
  'folder_gone',
  'bad_download',
];

afterEach(() => locale.choose('en'));

describe('the words of a wait', () => {
  it('without a key say whether it was sent', () => {
    expect(line('queued', 'no_key')).toBe('Nothing was sent yet. Add a key, and it goes on.');
    expect(line('running', 'no_key')).toBe('It was sent and goes on at the service. Add a key to fetch it.');
    expect(line('downloading', 'no_key')).toBe(
      'It is already made; you will not be billed again. Add a key to fetch it.',
    );
    locale.choose('zh-CN');
    expect(line('queued', 'no_key')).toBe('尚未发送任何内容。添加密钥后会继续。');
    expect(line('running', 'no_key')).toBe('任务已发送，会在服务端继续。添加密钥后即可取回。');
  });

  it.each(REASONS)('%s never deny what was sent, nor promise what was not made', (reason) => {
    expect(line('queued', reason)).toMatch(/^Nothing was sent yet\./);
    expect(line('queued', reason)).not.toMatch(/fetch it\.|already made|keeps asking/);
    for (const state of ['submitting', 'running', 'downloading'] as const)
      expect(line(state, reason), state).not.toContain('Nothing was sent');
    expect(line('submitting', reason), 'nobody knows yet').toMatch(/^It may have reached the service\./);
    expect(line('running', reason)).toMatch(/^It was sent/);
    expect(line('downloading', reason)).toMatch(/^It is already made; you will not be billed again\./);
  });

  it.each(REASONS)('%s of a rehearsal say that it costs nothing, and never speak of a bill', (reason) => {
    for (const state of ['queued', 'running', 'downloading'] as const) {
      const words = line(state, reason, { kind: 'rehearsal' });
      expect(words, state).toMatch(/^A rehearsal: it costs nothing\./);
      expect(words, state).not.toContain('bill');
    }
  });

  it('without the practice service ask for another start, not for a key', () => {
    expect(line('running', 'no_rehearsal', { kind: 'rehearsal' })).toBe(
      'A rehearsal: it costs nothing. Start Lastframe again.',
    );
  });
});
