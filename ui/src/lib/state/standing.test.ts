import { afterEach, describe, expect, it } from 'vitest';
import { locale } from '$lib/i18n/locale.svelte';
import type { Hindrance, Job, JobState, Standing, WaitReason } from '$lib/ipc/bindings';
import { sample } from '$lib/ipc/fake/samples';
import { hinderings, hinderingWords, holdOf, newsOf, pauseWords } from './standing';

const job = sample(Date.now()).jobs[0] as Job;
const away = (reason: WaitReason): Hindrance => ({ provider: job.provider, wait: { reason, message: 'os error 101' } });
const stand = (changes: Partial<Standing> = {}): Standing => ({
  paused: false,
  services: [],
  downloads: null,
  spent_this_month: '0',
  ...changes,
});
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

describe('what holds things up', () => {
  it('is told once for each service and for the downloads, in words of the window', () => {
    const lines = hinderings(
      stand({ services: [away('offline')], downloads: { reason: 'disk_full', message: 'no space left on device' } }),
    );
    expect(lines.map((line) => hinderingWords(line).what)).toEqual([
      'cloud.vtrix.ai cannot be reached.',
      'The disk is full.',
    ]);
  });

  it.each(REASONS)('%s has words in Chinese without the program’s English', (reason) => {
    locale.choose('zh-CN');
    const [line] = hinderings(stand({ services: [away(reason)] }));
    const { what, means } = hinderingWords(line as NonNullable<typeof line>);
    expect(what + means).toMatch(/[\u4e00-\u9fff]/);
    expect(what + means).not.toContain('os error');
  });

  it('leads to Settings only where Settings can end it', () => {
    const inSettings = (reason: WaitReason) => hinderings(stand({ services: [away(reason)] }))[0]?.inSettings;
    expect([inSettings('key_refused'), inSettings('offline'), inSettings('rate_limited')]).toEqual([
      true,
      false,
      false,
    ]);
    const [gone] = hinderings(stand({ downloads: { reason: 'folder_gone', message: '' } }));
    expect(gone?.inSettings).toBe(true);
  });
});

describe('the news', () => {
  it('tells a trouble when it comes and when all are gone, once each', () => {
    const offline = stand({ services: [away('offline')] });
    expect(newsOf(stand(), offline, 0)).toContain('cannot be reached');
    expect(newsOf(offline, { ...offline, spent_this_month: '1' }, 0), 'money spent is no news').toBe('');
    expect(newsOf(offline, stand(), 0)).toBe('All is well again.');
  });

  it('tells a pause that the program made itself with its reason', () => {
    const because = { kind: 'unknown_outcomes' as const, provider: job.provider, count: 2 };
    const paused = stand({ paused: true, paused_because: because });
    expect(newsOf(stand(), paused, 4)).toContain('the last 2 jobs sent to cloud.vtrix.ai may have been accepted');
    locale.choose('zh-CN');
    expect(pauseWords(paused, 4)).toContain('最近发送给 cloud.vtrix.ai 的 2 个任务可能已被接受并计费');
  });

  it('tells a pause with how many wait', () => {
    expect(newsOf(stand(), stand({ paused: true }), 4)).toBe('Paused: nothing new is sent. 4 wait.');
    expect(newsOf(stand({ paused: true }), stand(), 4)).toBe('The queue goes on.');
  });
});

describe('a job', () => {
  const at = (state: JobState, standing: Standing) => holdOf({ ...job, state }, standing);

  it('is held by its own service only', () => {
    expect(at('queued', stand({ services: [away('offline')] }))).toBe('service');
    expect(at('running', stand({ services: [away('offline')] }))).toBe('service');
    const rehearsal: Hindrance = { provider: { kind: 'rehearsal' }, wait: { reason: 'no_rehearsal', message: '' } };
    expect(at('running', stand({ services: [rehearsal] }))).toBeNull();
    const other: Hindrance = { ...away('offline'), provider: { kind: 'service', address: 'https://example.com' } };
    expect(at('running', stand({ services: [other] }))).toBeNull();
  });

  it('is held by the disk only while it is being fetched', () => {
    const full = stand({ downloads: { reason: 'disk_full', message: '' } });
    expect([at('downloading', full), at('running', full)]).toEqual(['disk', null]);
  });

  it('waits for the network while its file cannot be reached', () => {
    const away = stand({ downloads: { reason: 'offline', message: 'os error 101' } });
    expect([at('downloading', away), at('running', away)]).toEqual(['service', null]);
    const [line] = hinderings(away);
    expect(hinderingWords(line as NonNullable<typeof line>).what).toBe(
      'Finished clips cannot be fetched: their host cannot be reached.',
    );
  });

  it('that has ended is held by nothing', () => {
    for (const state of ['unknown', 'failed', 'done', 'canceled'] as const)
      expect(at(state, stand({ services: [away('offline')] }))).toBeNull();
  });
});
