// The ledger of the fake program; the real rules are in crates/model/src/usage.

import type {
  Bar,
  BudgetWarning,
  Clip,
  Days,
  Guards,
  Job,
  JobState,
  Owed,
  Sum,
  Usage,
  UsagePage,
  UsageQuery,
  UsageRow,
  UsageSort,
  Usd,
} from '../bindings';
import { dayKey } from '$lib/i18n/format';
import { markOf } from '$lib/state/budget.svelte';
import { owedAfter } from '$lib/state/owed';
import { fullRequest, isRehearsal } from '$lib/state/request';
import { addUsd, exceedsUsd, subtractUsd } from '$lib/state/usd';

const none = (): Sum => ({
  jobs: 0,
  clips: 0,
  seconds: 0,
  billed: '0',
  expected: '0',
  perhaps: '0',
  counted: '0',
  unpriced: 0,
  estimated: '0',
  difference: '0',
  failed: 0,
  open_ended: 0,
  awaited: 0,
});

function owedBy(state: JobState, job: Job | null, rehearsal: boolean, billed: Usd | null): Owed {
  if (rehearsal) return 'pretend';
  if (billed !== null) return 'billed';
  if (state === 'failed') return owedAfter(job?.failure?.code, false) === 'perhaps' ? 'perhaps' : 'nothing';
  if (state === 'canceled') return job?.submitted_at ? 'perhaps' : 'nothing';
  return state === 'unknown' ? 'perhaps' : 'expected';
}

function rowOf(of: Job | Clip, clip: Clip | null, job: Job | null, film: string | null): UsageRow {
  const request = fullRequest(of.request);
  const state = clip ? 'done' : (job?.state ?? 'done');
  const billed = clip?.billed.cost ?? null;
  const estimate = of.estimate.cost;
  const owed = owedBy(state, job, isRehearsal(of), billed);
  const counted = owed === 'billed' ? billed : owed === 'expected' || owed === 'perhaps' ? estimate : '0';
  return {
    job: clip?.job ?? of.id,
    clip: clip?.id ?? null,
    made_at: of.created_at,
    day: dayKey(of.created_at),
    prompt: request.prompt,
    model: request.model,
    tier: request.service_tier,
    resolution: request.resolution,
    ratio: request.ratio,
    seconds: of.estimate.seconds,
    film,
    state,
    failure: job?.failure?.code ?? null,
    owed,
    tokens: clip?.billed.tokens ?? null,
    discount: clip?.billed.discount ?? null,
    estimate,
    billed,
    counted,
    difference: owed === 'billed' && billed !== null && estimate !== null ? subtractUsd(billed, estimate) : null,
  };
}

function add(sum: Sum, row: UsageRow): void {
  if (row.owed === 'pretend') return;
  sum.jobs += 1;
  if (row.state === 'done') {
    sum.clips += 1;
    sum.seconds = (sum.seconds ?? 0) + (row.seconds ?? 0);
  }
  if (row.state === 'failed' && row.owed === 'nothing') sum.failed += 1;
  if (row.owed === 'expected') sum.awaited += 1;
  if (row.owed === 'perhaps') sum.open_ended += 1;
  if (row.counted === null) {
    sum.unpriced += 1;
    return;
  }
  if (row.owed !== 'nothing') sum[row.owed] = addUsd([sum[row.owed], row.counted]);
  sum.counted = addUsd([sum.counted, row.counted]);
  if (row.difference !== null && row.estimate !== null) {
    sum.estimated = addUsd([sum.estimated, row.estimate]);
    sum.difference = addUsd([sum.difference, row.difference]);
  }
}

const total = (rows: UsageRow[]): Sum => {
  const sum = none();
  for (const row of rows) add(sum, row);
  return sum;
};

const within =
  (days: Days) =>
  (row: UsageRow): boolean =>
    (!days.from || row.day >= days.from) && (!days.to || row.day <= days.to);

const dearest = (a: { sum: Sum }, b: { sum: Sum }): number => (exceedsUsd(a.sum.counted, b.sum.counted) ? -1 : 1);

function dayAfter(day: string): string {
  const date = new Date(`${day}T12:00:00`);
  date.setDate(date.getDate() + 1);
  return dayKey(date);
}

export class FakeLedger {
  #clips: () => Iterable<Clip>;
  #jobs: () => Iterable<Job>;
  #said = new Set<string>();

  constructor(clips: () => Iterable<Clip>, jobs: () => Iterable<Job>) {
    this.#clips = clips;
    this.#jobs = jobs;
  }

  /** Every job, oldest first. */
  #all(): UsageRow[] {
    const clips = [...this.#clips()];
    const byId = new Map(clips.map((clip) => [clip.id, clip]));
    const continued = new Set(clips.flatMap((clip) => clip.request.continues ?? []));
    const filmOf = (id: string | null, continues: string | null): string | null => {
      if (continues === null) return id !== null && continued.has(id) ? id : null;
      let root = continues;
      for (let at = byId.get(root); at?.request.continues; at = byId.get(root)) root = at.request.continues;
      return root;
    };
    const jobs = new Map([...this.#jobs()].map((job) => [job.id, job]));
    const rows = clips.map((clip) =>
      rowOf(clip, clip, jobs.get(clip.job) ?? null, filmOf(clip.id, clip.request.continues ?? null)),
    );
    const made = new Set(rows.map((row) => row.job));
    for (const job of jobs.values())
      if (!made.has(job.id)) rows.push(rowOf(job, null, job, filmOf(null, job.request.continues ?? null)));
    return rows.sort((a, b) => (a.made_at < b.made_at ? -1 : 1));
  }

  usage(days: Days, week: number): Usage {
    const all = this.#all();
    const real = all.filter((row) => row.owed !== 'pretend');
    const now = new Date();
    const today = dayKey(now);
    const began = new Date(now);
    began.setDate(now.getDate() - ((now.getDay() + 7 - (week % 7)) % 7));
    const period = real.filter(within(days));
    const group = (key: (row: UsageRow) => string | null): [string, UsageRow[]][] => {
      const groups = new Map<string, UsageRow[]>();
      for (const row of period) {
        const name = key(row);
        if (name !== null) groups.set(name, [...(groups.get(name) ?? []), row]);
      }
      return [...groups];
    };
    const models = group((row) => row.model)
      .map(([model, rows]) => ({ model, sum: total(rows) }))
      .sort(dearest);
    const films = group((row) => row.film)
      .map(([film, rows]) => ({
        film,
        prompt: all.find((row) => row.clip === film)?.prompt ?? '',
        sum: total(rows),
      }))
      .sort(dearest);
    const first = days.from ?? period[0]?.day ?? today;
    const last = days.to && days.to < today ? days.to : today;
    const byMonth = (Date.parse(last) - Date.parse(first)) / 86_400_000 > 62;
    const bars: Bar[] = [];
    for (let day = first; day <= last && bars.length < 4_000; day = dayAfter(day)) {
      const at = byMonth ? day.slice(0, 7) : day;
      if (bars.at(-1)?.at === at) continue;
      const rows = period.filter((row) => row.day.startsWith(at));
      const billed = models.map(({ model }) =>
        addUsd(rows.flatMap((row) => (row.model === model ? (row.billed ?? []) : []))),
      );
      bars.push({ at, sum: total(rows), billed });
    }
    return {
      day: today,
      week_from: dayKey(began),
      today: total(real.filter(within({ from: today, to: null }))),
      week: total(real.filter(within({ from: dayKey(began), to: null }))),
      month: total(real.filter(within({ from: `${today.slice(0, 7)}-01`, to: null }))),
      all: total(real),
      period: total(period),
      models,
      bars: period.length > 0 || days.from ? bars : [],
      by_month: byMonth,
      films: films.slice(0, 12),
      film_count: films.length,
      rehearsals: all.filter((row) => row.owed === 'pretend' && within(days)(row)).length,
    };
  }

  page(query: UsageQuery, from: number, count: number): UsagePage {
    const rows = this.#all()
      .filter(within(query.days ?? { from: null, to: null }))
      .filter((row) => (row.owed === 'pretend') === (query.rehearsals ?? false));
    const value: Record<UsageSort, (row: UsageRow) => string | number> = {
      time: (row) => row.made_at,
      model: (row) => row.model,
      length: (row) => row.seconds ?? 0,
      tokens: (row) => row.tokens ?? -1,
      // Only the order; what is shown is the text.
      estimate: (row) => Number(row.estimate ?? -1),
      billed: (row) => Number(row.billed ?? -1),
      difference: (row) => Number(row.difference ?? -1e9),
    };
    const of = value[query.sort ?? 'time'];
    rows.reverse().sort((a, b) => {
      const order = of(a) === of(b) ? 0 : of(a) < of(b) ? -1 : 1;
      return query.descending ? -order : order;
    });
    return { rows: rows.slice(from, from + count), total: rows.length };
  }

  /** A mark that was reached and not said before. */
  warning(guards: Guards, spent: Usd): BudgetWarning | null {
    const budget = guards.monthly_budget ?? null;
    const mark = markOf(spent, budget);
    if (mark === null || budget === null) return null;
    const said = [`${budget} reached`, `${budget} ${mark}`].some((id) => this.#said.has(id));
    this.#said.add(`${budget} ${mark}`);
    return said ? null : { mark, spent, budget };
  }
}
