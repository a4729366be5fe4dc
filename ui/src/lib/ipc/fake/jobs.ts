// Jobs that advance by timers, as the engine would move them. Words in a prompt make trouble on purpose:
// `[fail]`, `[gone]`, `[unknown]`, `[unreadable]`, `[offline]`, `[no key]`.

import type { Clip, Event, Job, JobState, Provider, Request } from '../bindings';
import { CommandError } from '../host';
import { fullRequest } from '$lib/state/request';
import { estimate } from './check';
import { clipOf, idAt } from './samples';
import type { Scenario } from './scenario';

/** Milliseconds from the button to the clip at speed 1. */
const WHOLE = 6_000;

const ENDED: readonly JobState[] = ['done', 'failed', 'unknown', 'canceled'];

export class FakeJobs {
  readonly jobs = new Map<string, Job>();
  readonly clips = new Map<string, Clip>();
  #tell: (event: Event) => void;
  #scenario: Scenario;
  #made: (clip: Clip) => void;
  #salt = 1;
  /** Jobs whose task the service has denied once. */
  #denied = new Set<string>();

  constructor(scenario: Scenario, tell: (event: Event) => void, made: (clip: Clip) => void) {
    this.#scenario = scenario;
    this.#tell = tell;
    this.#made = made;
  }

  job(id: string): Job {
    const job = this.jobs.get(id);
    if (!job)
      throw new CommandError({ code: 'not_found', message: 'No such job.', field: null, hint: null, reason: null });
    return job;
  }

  /** Changes a job and tells it. */
  move(id: string, changes: Partial<Job>): Job {
    const job = { ...this.job(id), ...changes };
    job.revision += 1;
    this.jobs.set(id, job);
    this.#tell({ kind: 'job', value: job });
    return job;
  }

  /** Changes a job that must be in one of these states. */
  moveFrom(id: string, from: readonly JobState[], changes: Partial<Job>): Job {
    if (!from.includes(this.job(id).state))
      throw new CommandError({
        code: 'wrong_state',
        message: 'The job has moved on.',
        field: null,
        hint: null,
        reason: null,
      });
    return this.move(id, changes);
  }

  start(request: Request, provider: Provider): Job {
    const now = Date.now();
    const salt = this.#salt++;
    const whole = fullRequest(request);
    const seed = whole.seed ?? Math.floor(Math.random() * 2 ** 32);
    const job: Job = {
      id: idAt(now, 2_000 + salt),
      request: { ...whole, seed },
      provider,
      state: 'queued',
      task_id: null,
      progress: null,
      estimate: estimate(whole),
      failure: null,
      wait: null,
      clip: null,
      created_at: new Date(now + salt).toISOString(),
      submitted_at: null,
      finished_at: null,
      dismissed: false,
      revision: 1,
    };
    this.jobs.set(job.id, job);
    this.#tell({ kind: 'job', value: job });
    this.#after(0.05, () => this.#submit(job.id));
    return job;
  }

  #after(share: number, act: () => void): void {
    setTimeout(act, (WHOLE * share) / this.#scenario.speed);
  }

  #submit(id: string): void {
    const job = this.job(id);
    if (ENDED.includes(job.state)) return;
    const prompt = job.request.prompt ?? '';
    if (prompt.includes('[offline]')) {
      this.move(id, { wait: { reason: 'offline', message: 'connection refused' } });
      return;
    }
    this.move(id, { state: 'submitting', submitted_at: new Date().toISOString() });
    this.#after(0.05, () => {
      if (prompt.includes('[unknown]')) this.move(id, { state: 'unknown' });
      else if (prompt.includes('[unreadable]')) {
        const reply = '<html>502 Bad Gateway</html>';
        this.move(id, { state: 'unknown', wait: { reason: 'service_trouble', message: 'not JSON', reply } });
      } else this.follow(id, 0);
    });
  }

  /** Carries a job that the service has on to its end. */
  follow(id: string, progress: number): void {
    const job = this.job(id);
    if (job.state === 'canceled' || job.state === 'done') return;
    if ((job.request.prompt ?? '').includes('[fail]') && progress > 0.5) {
      this.move(id, {
        state: 'failed',
        finished_at: new Date().toISOString(),
        failure: {
          code: 'task_failed',
          message: 'internal generation error',
          service_code: '003004095',
          field: null,
          reply: '{"status":"failed"}',
        },
      });
      return;
    }
    if ((job.request.prompt ?? '').includes('[gone]') && progress > 0.5 && !this.#denied.has(id)) {
      this.#denied.add(id);
      this.move(id, {
        state: 'failed',
        finished_at: new Date().toISOString(),
        failure: { code: 'task_gone', message: 'no such task', service_code: null, field: null, reply: null },
      });
      return;
    }
    if ((job.request.prompt ?? '').includes('[no key]') && progress > 0.5) {
      this.move(id, { wait: { reason: 'no_key', message: 'There is no key for the service.' } });
      return;
    }
    if (progress < 1) {
      const said = this.#scenario.progress ? progress : null;
      this.move(id, { state: 'running', task_id: `d758n65e878c73${id.slice(-6)}`, progress: said });
      this.#after(0.08, () => this.follow(id, progress + 0.1));
      return;
    }
    this.move(id, { state: 'downloading', progress: 0.5 });
    this.#after(0.05, () => this.#finish(id));
  }

  #finish(id: string): void {
    const job = this.job(id);
    if (job.state === 'canceled') return;
    const clip = clipOf(
      job.request,
      idAt(Date.now(), 4_000 + this.#salt++),
      id,
      Date.parse(job.created_at),
      job.provider.kind === 'rehearsal',
    );
    this.clips.set(clip.id, clip);
    this.#made(clip);
    this.move(id, { state: 'done', progress: 1, clip: clip.id, finished_at: new Date().toISOString() });
    this.#tell({ kind: 'clip', value: clip });
  }
}
