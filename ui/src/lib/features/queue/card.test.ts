import { describe, expect, it } from 'vitest';
import type { Failure, Job } from '$lib/ipc/bindings';
import { endsInSettings, formOf, mayBeThere, owedWhenFailed, owedWhenStopped, percentOf, roomOf } from './card';

const failure = (code: Failure['code']): Failure => ({
  code,
  message: '',
  service_code: null,
  field: null,
  reply: null,
});

const job = (changes: Partial<Job>): Job => ({
  id: '0192f000-0000-7000-8000-000000000001',
  request: {},
  provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
  state: 'running',
  task_id: null,
  progress: null,
  estimate: { size: { width: 1248, height: 704 }, frames: 121, seconds: 5, tokens: 102_960, cost: '0.1853' },
  failure: null,
  wait: null,
  clip: null,
  created_at: '2026-11-22T14:08:00Z',
  submitted_at: null,
  finished_at: null,
  dismissed: false,
  position: null,
  revision: 1,
  ...changes,
});

describe('form', () => {
  it('is a wait only while the job is open', () => {
    const wait = { reason: 'offline' as const, message: '' };
    expect(formOf(job({ wait }))).toBe('waiting');
    expect(formOf(job({}))).toBe('progress');
    expect(formOf(job({ state: 'failed', wait }))).toBe('failed');
    expect(formOf(job({ state: 'unknown' }))).toBe('unknown');
  });
});

describe('what is told once for the window', () => {
  it('is not told again on the card', () => {
    const wait = { reason: 'offline' as const, message: '' };
    expect(formOf(job({ wait }), 'service')).toBe('progress');
    expect(formOf(job({ wait: { reason: 'bad_download', message: '' } }), 'disk'), 'its own trouble is').toBe(
      'waiting',
    );
    expect(formOf(job({ state: 'unknown' }), 'service')).toBe('unknown');
  });
});

describe('asking once more', () => {
  it('is offered for a task that has an id, unless the service itself called it failed', () => {
    const failed = (code: Failure['code'], task_id: string | null = 't') =>
      job({ state: 'failed', task_id, failure: failure(code) });
    for (const code of ['expired', 'task_gone', 'no_video'] as const) expect(mayBeThere(failed(code)), code).toBe(true);
    expect(mayBeThere(failed('task_failed'))).toBe(false);
    expect(mayBeThere(failed('expired', null)), 'nobody knows what to ask about').toBe(false);
  });
});

describe('a wait', () => {
  it('ends in Settings only where Settings can end it', () => {
    expect(endsInSettings('no_key')).toBe(true);
    expect(endsInSettings('no_rehearsal'), 'no key helps the practice service').toBe(false);
  });
});

describe('money', () => {
  it('says that a failed task was not billed, except where the service may have finished it', () => {
    expect(owedWhenFailed(job({ state: 'failed', failure: failure('task_failed') }))).toBe('nothing');
    expect(owedWhenFailed(job({ state: 'failed', failure: failure('no_video') }))).toBe('perhaps');
    expect(owedWhenFailed(job({ state: 'failed', failure: failure('task_gone') }))).toBe('perhaps');
  });

  it('never promises that stopping saves money once something was sent', () => {
    expect(owedWhenStopped(job({ state: 'queued' }))).toBe('nothing');
    expect(owedWhenStopped(job({ state: 'submitting' }))).toBe('perhaps');
    expect(owedWhenStopped(job({ state: 'running' }))).toBe('perhaps');
    expect(owedWhenStopped(job({ state: 'downloading' }))).toBe('perhaps');
  });

  it('is pretend in a rehearsal', () => {
    const rehearsal = { provider: { kind: 'rehearsal' as const } };
    expect(owedWhenStopped(job({ ...rehearsal, state: 'running' }))).toBe('pretend');
    expect(owedWhenFailed(job({ ...rehearsal, state: 'failed', failure: failure('no_video') }))).toBe('pretend');
  });
});

describe('progress', () => {
  it('shows no percent when the service tells none, and never one that is not reached', () => {
    expect(percentOf(job({ progress: null }))).toBeNull();
    expect(percentOf(job({ progress: 0.999 }))).toBe(99);
    expect(percentOf(job({ progress: 1.2 }))).toBe(100);
  });
});

describe('room', () => {
  it('has three sizes', () => {
    expect([100, 250, 320].map(roomOf)).toEqual(['narrow', 'compact', 'wide']);
  });
});
