// Jobs that advance by timers, as the engine would move them: a queue with an order, a pause and a limit, and services
// that can be away. Words in a prompt make trouble on purpose: `[fail]`, `[gone]`, `[expired]`, `[unknown]`,
// `[unreadable]`, `[no key]`, `[refused 003004005]` with a documented code of a field, and `[offline]`, after which the service is away until the page's test says otherwise.

import type {
  Clip,
  Event,
  Field,
  Hindrance,
  Job,
  JobState,
  PauseCause,
  Provider,
  Request,
  Standing,
  Wait,
} from '../bindings';
import { CommandError } from '../host';
import { fullRequest, isRehearsal } from '$lib/state/request';
import { addUsd } from '$lib/state/usd';
import { estimate } from './check';
import { clipOf, idAt } from './samples';
import type { Scenario } from './scenario';

/** Milliseconds from the button to the clip at speed 1. */
const WHOLE = 6_000;

const ENDED: readonly JobState[] = ['done', 'failed', 'unknown', 'canceled'];
/** States in which a job takes one of the places side by side. */
const SENT: readonly JobState[] = ['submitting', 'running', 'downloading'];

const same = (a: Provider, b: Provider): boolean => JSON.stringify(a) === JSON.stringify(b);

const refusal = (code: CommandError['code'], message: string): CommandError =>
  new CommandError({ code, message, field: null, hint: null, reason: null });

/** The fields of the documented codes that name one; see `ServiceCode::field` in crates/model. */
const FIELDS: Record<string, Field> = {
  '003004002': 'prompt',
  '003004003': 'resolution',
  '003004004': 'ratio',
  '003004005': 'length',
  '003004006': 'length',
  '003004007': 'seed',
  '003004008': 'camera_fixed',
};

/** How a job ends whose request the service refuses by the code in its prompt. */
function refusedBy(prompt: string): Partial<Job> {
  const service_code = /\[refused (\d+)\]/.exec(prompt)?.[1] ?? '';
  const message = `The service refused the request (422): no ${service_code}`;
  const reply = JSON.stringify({ error: { code: service_code } });
  const field = FIELDS[service_code] ?? null;
  return {
    state: 'failed',
    finished_at: new Date().toISOString(),
    failure: { code: field ? 'invalid_request' : 'refused', message, service_code, field, reply },
  };
}

export class FakeJobs {
  readonly jobs = new Map<string, Job>();
  readonly clips = new Map<string, Clip>();
  #tell: (event: Event) => void;
  #scenario: Scenario;
  #made: (clip: Clip) => void;
  #salt = 1;
  /** Jobs whose task the service has denied once. */
  #denied = new Set<string>();
  #paused = false;
  /** Submits with unknown outcomes since one was accepted; two of them pause the queue. */
  #unknown = 0;
  #services: Hindrance[] = [];
  #downloads: Wait | null = null;
  /** Jobs under way that wait until their service is back. */
  #held = new Set<() => void>();
  #toldStanding = '';
  /** How many jobs may be under way at once. */
  parallel = 3;

  constructor(scenario: Scenario, tell: (event: Event) => void, made: (clip: Clip) => void) {
    this.#scenario = scenario;
    this.#tell = tell;
    this.#made = made;
  }

  job(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw refusal('not_found', 'No such job.');
    return job;
  }

  /** Changes a job and tells it. */
  move(id: string, changes: Partial<Job>): Job {
    const job = { ...this.job(id), ...changes };
    job.revision += 1;
    this.jobs.set(id, job);
    this.#tell({ kind: 'job', value: job });
    this.tellStanding();
    if (changes.state && !SENT.includes(changes.state)) this.#pumpSoon();
    return job;
  }

  /** Changes a job that must be in one of these states. */
  moveFrom(id: string, from: readonly JobState[], changes: Partial<Job>): Job {
    if (!from.includes(this.job(id).state)) throw refusal('wrong_state', 'The job has moved on.');
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
      position: Math.max(0, ...[...this.jobs.values()].map((other) => other.position ?? 0)) + 1,
      revision: 1,
    };
    this.jobs.set(job.id, job);
    this.#tell({ kind: 'job', value: job });
    this.tellStanding();
    this.#pumpSoon();
    return job;
  }

  /** How the engine stands as a whole. */
  standing(): Standing {
    return {
      paused: this.#paused,
      paused_because: this.#because(),
      services: this.#services,
      downloads: this.#downloads,
      spent_this_month: this.spentThisMonth(),
    };
  }

  #because(): PauseCause | null {
    const last = [...this.jobs.values()].findLast((job) => job.state === 'unknown');
    if (!this.#paused || this.#unknown < 2 || !last) return null;
    return { kind: 'unknown_outcomes', provider: last.provider, count: this.#unknown };
  }

  /** A submit brought no reply that says what became of it. */
  #lose(id: string, wait: Wait | null): void {
    this.#unknown += 1;
    if (this.#unknown >= 2) this.#paused = true;
    this.move(id, { state: 'unknown', wait });
  }

  /** USD: billed this month, and what open or unknown jobs may cost. */
  spentThisMonth(): string {
    const month = new Date();
    const since = new Date(month.getFullYear(), month.getMonth(), 1).toISOString();
    const clips = [...this.clips.values()].filter((clip) => !isRehearsal(clip) && clip.created_at >= since);
    const jobs = [...this.jobs.values()].filter(
      (job) => !isRehearsal(job) && (job.state === 'unknown' || job.state === 'queued' || SENT.includes(job.state)),
    );
    return addUsd([
      ...clips.flatMap((clip) => clip.billed.cost ?? clip.estimate.cost ?? []),
      ...jobs.flatMap((job) => job.estimate.cost ?? []),
    ]);
  }

  /** Tells how the engine stands, if that is news. */
  tellStanding(): void {
    const standing = this.standing();
    const told = JSON.stringify(standing);
    if (told === this.#toldStanding) return;
    this.#toldStanding = told;
    this.#tell({ kind: 'standing', value: standing });
  }

  pause(paused: boolean): Standing {
    this.#paused = paused;
    if (!paused) this.#unknown = Math.min(this.#unknown, 1);
    this.tellStanding();
    this.#pumpSoon();
    return this.standing();
  }

  /** What hinders services and downloads from now on. Jobs go on when it is gone. */
  hinder(services: Hindrance[], downloads: Wait | null): void {
    this.#services = services;
    this.#downloads = downloads;
    this.tellStanding();
    for (const go of [...this.#held]) {
      this.#held.delete(go);
      go();
    }
    this.#pumpSoon();
  }

  #hindered(job: Job): boolean {
    const away = this.#services.some(({ provider }) => same(provider, job.provider));
    return away || (job.state === 'downloading' && this.#downloads !== null);
  }

  /** Jobs not sent yet, in the order in which they will be. */
  #queued(): Job[] {
    const queued = [...this.jobs.values()].filter((job) => job.state === 'queued');
    return queued.sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || a.id.localeCompare(b.id));
  }

  /** Puts a queued job right before another queued one, or last: between its new neighbours. */
  moveInQueue(id: string, before: string | null): Job {
    if (this.job(id).state !== 'queued') throw refusal('wrong_state', 'The job is no longer in the queue.');
    const others = this.#queued().filter((job) => job.id !== id);
    const place = before === null ? others.length : others.findIndex((job) => job.id === before);
    if (place < 0) throw refusal('wrong_state', 'The job before which it should stand is no longer in the queue.');
    const after = others[place - 1]?.position ?? null;
    const next = others[place]?.position ?? null;
    const between = after === null ? (next ?? 1) - 1 : after + 1;
    return this.move(id, { position: after !== null && next !== null ? (after + next) / 2 : between });
  }

  /** The first of the queue is sent, and nobody is told yet. */
  sendUnheard(): void {
    const [first] = this.#queued();
    if (!first) return;
    this.jobs.set(first.id, { ...first, state: 'running', revision: first.revision + 1 });
    this.#after(0.5, () => this.follow(first.id, 0));
  }

  #pumpSoon(): void {
    this.#after(0.05, () => this.#pump());
  }

  /** Sends the first of the queue while there is room for it. */
  #pump(): void {
    const free = (): boolean =>
      [...this.jobs.values()].filter((job) => SENT.includes(job.state)).length < this.parallel;
    for (const job of this.#queued()) {
      if (this.#paused || !free()) return;
      if (!this.#hindered(job)) this.#submit(job.id);
    }
  }

  #after(share: number, act: () => void): void {
    setTimeout(act, (WHOLE * share) / this.#scenario.speed);
  }

  #submit(id: string): void {
    const job = this.job(id);
    if (ENDED.includes(job.state)) return;
    const prompt = job.request.prompt ?? '';
    if (prompt.includes('[offline]')) {
      const wait: Wait = { reason: 'offline', message: 'connection refused' };
      this.hinder([...this.#services, { provider: job.provider, wait }], this.#downloads);
      return;
    }
    this.move(id, { state: 'submitting', submitted_at: new Date().toISOString() });
    this.#after(0.05, () => {
      if (prompt.includes('[unknown]')) this.#lose(id, null);
      else if (prompt.includes('[unreadable]')) {
        const reply = '<html>502 Bad Gateway</html>';
        this.#lose(id, { reason: 'service_trouble', message: 'not JSON', reply });
      } else if (/\[refused \d+\]/.test(prompt)) {
        this.#unknown = 0;
        this.move(id, refusedBy(prompt));
      } else {
        this.#unknown = 0;
        this.follow(id, 0);
      }
    });
  }

  /** Carries a job that the service has on to its end. */
  follow(id: string, progress: number): void {
    const job = this.job(id);
    if (job.state === 'canceled' || job.state === 'done') return;
    if (this.#hindered(job)) {
      this.#held.add(() => this.follow(id, progress));
      return;
    }
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
    if ((job.request.prompt ?? '').includes('[expired]') && progress > 0.5 && !this.#denied.has(id)) {
      this.#denied.add(id);
      this.move(id, {
        state: 'failed',
        finished_at: new Date().toISOString(),
        failure: { code: 'expired', message: 'no word in time', service_code: null, field: null, reply: null },
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
    if (this.#hindered(job)) {
      this.#held.add(() => this.#finish(id));
      return;
    }
    const clip = clipOf(
      job.request,
      idAt(Date.now(), 4_000 + this.#salt++),
      id,
      Date.parse(job.created_at),
      job.provider.kind === 'rehearsal',
    );
    const { cost } = clip.billed;
    if (cost !== null) clip.billed.cost = (Number(cost) * (1 + this.#scenario.dearer / 100)).toFixed(4);
    this.clips.set(clip.id, clip);
    this.#made(clip);
    this.move(id, { state: 'done', progress: 1, clip: clip.id, finished_at: new Date().toISOString() });
    this.#tell({ kind: 'clip', value: clip });
  }
}
