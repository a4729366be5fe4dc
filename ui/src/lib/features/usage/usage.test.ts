import { afterEach, describe, expect, it } from 'vitest';
import type { Days, Usage, UsagePage, UsageQuery, UsageRow } from '$lib/ipc/bindings';
import type { Commands } from '$lib/ipc/client';
import { CommandError } from '$lib/ipc/client';
import { locale } from '$lib/i18n/locale.svelte';
import { markOf } from '$lib/state/budget.svelte';
import { Ledger, PAGE } from './ledger.svelte';
import { daysOf, weekBegins } from './period';
import { barName, monthName, signed, tickName, unbilled } from './words';

const row = (job: string, more: Partial<UsageRow> = {}): UsageRow => ({
  job,
  clip: job,
  made_at: '2026-11-22T10:00:00Z',
  day: '2026-11-22',
  prompt: job,
  model: 'm',
  tier: 'default',
  resolution: '720p',
  ratio: '16:9',
  seconds: 5,
  film: null,
  state: 'done',
  failure: null,
  owed: 'billed',
  tokens: null,
  discount: null,
  estimate: '0.1853',
  billed: '0.1853',
  counted: '0.1853',
  difference: '0',
  ...more,
});

afterEach(() => locale.choose('en'));

describe('periods', () => {
  it('begin where the person’s locale has the week begin, in the language of the window', () => {
    expect(weekBegins('en', 'en-US')).toBe(7);
    expect(weekBegins('en', 'en-GB')).toBe(1);
    expect(weekBegins('zh-CN', 'zh-CN')).toBe(weekBegins('zh-CN', 'en-US'));
  });

  it('are days, and what the program calls today wins over this page’s clock', () => {
    const now = new Date(2026, 10, 22, 10);
    const none: Days = { from: null, to: null };
    expect(daysOf('month', none, null, 1, now)).toEqual({ from: '2026-11-01', to: null });
    expect(daysOf('week', none, null, 1, now), 'a Sunday').toEqual({ from: '2026-11-16', to: null });
    expect(daysOf('week', none, null, 7, now)).toEqual({ from: '2026-11-22', to: null });
    const known = { day: '2026-12-01', week_from: '2026-11-30' } as Usage;
    expect(daysOf('month', none, known, 1, now)).toEqual({ from: '2026-12-01', to: null });
    expect(daysOf('week', none, known, 1, now)).toEqual({ from: '2026-11-30', to: null });
    expect(daysOf('all', none, known, 1, now)).toEqual(none);
  });
});

describe('words', () => {
  it('write a difference with its sign', () => {
    expect(signed('0.0054')).toBe('+$0.0054');
    expect(signed('-0.0125')).toBe('−$0.0125');
    expect(signed('0')).toBe('0');
    expect(signed('0.000')).toBe('0');
  });

  it('name days and months in both languages', () => {
    expect([barName('2026-11-16', false), tickName('2026-11-16', false), monthName('2026-11-16')]).toEqual([
      'Mon, November 16',
      '16',
      'November',
    ]);
    locale.choose('zh-CN');
    expect([barName('2026-11', true), tickName('2026-11', true)]).toEqual(['2026年11月', '11月']);
  });

  it('say of every job without a bill what is owed', () => {
    const of = (more: Partial<UsageRow>): [string, string] => {
      const { word, means } = unbilled(row('x', { billed: null, ...more }));
      return [word, means];
    };
    expect(of({ owed: 'expected', state: 'running' })).toEqual(['in progress', '']);
    expect(of({ owed: 'expected', state: 'done' })[0]).toBe('not told');
    expect(of({ owed: 'nothing', state: 'failed' })).toEqual(['failed, not billed', '']);
    expect(of({ owed: 'nothing', state: 'canceled' })[0]).toBe('canceled, not sent');
    expect(of({ owed: 'perhaps', state: 'unknown' })).toEqual(['unknown', 'It may have been billed: perhaps $0.19.']);
    expect(of({ owed: 'perhaps', state: 'failed', counted: null })[1]).toContain('nobody can say');
  });
});

describe('the marks of a budget', () => {
  it('stand where the program has them', () => {
    for (const [spent, budget, mark] of [
      ['0', '40', null],
      ['31.99999999', '40', null],
      ['32', '40', 'near'],
      ['40', '40', 'reached'],
      ['0', '0', null],
      ['0.01', '0', 'reached'],
      ['5', null, null],
    ] as const)
      expect(markOf(spent, budget), `${spent} of ${budget}`).toBe(mark);
  });
});

describe('the ledger', () => {
  const usage = (day = '2026-11-22'): Usage => ({ day, week_from: day }) as Usage;
  const page = (query: UsageQuery, from: number, count: number, total = 200): UsagePage => ({
    total,
    rows: Array.from({ length: Math.min(count, total - from) }, (_, index) =>
      row(`${query.sort} ${query.descending} ${from + index}`),
    ),
  });

  it('loads only the rows in sight, each page once', async () => {
    const asked: number[] = [];
    const it = new Ledger(
      {
        usage: async () => usage(),
        usagePage: async (query: UsageQuery, from: number, count: number) => {
          asked.push(from);
          return page(query, from, count);
        },
      } as unknown as Commands,
      () => 1,
    );
    await it.load();
    expect([asked, it.total, it.rows[0]?.job]).toEqual([[0], 200, 'time true 0']);
    await it.show(50, 70);
    await it.show(55, 75);
    expect(asked).toEqual([0, PAGE]);
    expect(it.rows[70]?.job).toBe('time true 70');
    await it.show(190, 230);
    expect(asked.at(-1), 'not beyond the end').toBe(3 * PAGE);
  });

  it('drops an answer to an older question', async () => {
    const late: (() => void)[] = [];
    const it = new Ledger(
      {
        usage: async () => usage(),
        usagePage: (query: UsageQuery, from: number, count: number) =>
          new Promise<UsagePage>((done) => {
            if (query.sort === 'time') late.push(() => done(page(query, from, count)));
            else done(page(query, from, count));
          }),
      } as unknown as Commands,
      () => 1,
    );
    const first = it.load();
    it.sortBy('billed');
    await new Promise((done) => setTimeout(done));
    late.forEach((answer) => answer());
    await first;
    expect(it.rows[0]?.job).toBe('billed true 0');
  });

  it('says why it cannot be read, and works again afterwards', async () => {
    let broken = true;
    const it = new Ledger(
      {
        usage: async () => {
          if (broken) throw new CommandError({ code: 'storage', message: 'no', field: null, hint: null, reason: null });
          return usage();
        },
        usagePage: async (query: UsageQuery, from: number, count: number) => page(query, from, count),
      } as unknown as Commands,
      () => 1,
    );
    await it.load();
    expect(it.problem?.code).toBe('storage');
    broken = false;
    await it.load();
    expect([it.problem, it.total]).toEqual([null, 200]);
  });
});
