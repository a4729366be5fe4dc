import { IntlMessageFormat } from 'intl-messageformat';
import { afterEach, describe, expect, it } from 'vitest';
import type { KeychainProblem } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { emptyRequest } from '$lib/state/request';
import { en, type MessageKey } from './en';
import { clock, day, dayKey, elapsed, exactMoney, fileSize, money, seed, seconds } from './format';
import { locale } from './locale.svelte';
import { t, translate } from './translate';
import { adjustmentWords, errorLine, errorWords, failureWords, keyProblemLine, problemWords } from './words';
import { zh } from './zh';

afterEach(() => locale.choose('en'));

const keys = Object.keys(en) as MessageKey[];
/** Names of the values that a message takes. */
const slots = (text: string, language: string): string[] => {
  const found = new Set<string>();
  const walk = (parts: unknown[]): void => {
    for (const part of parts as { type: number; value: string; options?: Record<string, { value: unknown[] }> }[]) {
      if (part.type !== 0 && part.type !== 7) found.add(part.value);
      for (const option of Object.values(part.options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
};

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('%s takes the same values in both languages', (key) => {
    expect(slots(zh[key], 'zh-CN'), zh[key]).toEqual(slots(en[key], 'en'));
  });

  it('are translated: Chinese has Chinese in it, but for names and marks', () => {
    const untranslated = keys.filter(
      (key) => !/[\u4e00-\u9fff]/.test(zh[key]) && /[A-Za-z]{3,}/.test(zh[key].replace(/\{[^}]*\}/g, '')),
    );
    expect(untranslated).toEqual(
      ['app.name', 'composer.callback-hint', 'settings.version'].filter((key) =>
        untranslated.includes(key as MessageKey),
      ),
    );
  });
});

describe('a message', () => {
  it('follows the language and counts as it does', () => {
    expect(t('app.clips', { count: 1 })).toBe('1 clip');
    expect(t('app.clips', { count: 1204 })).toBe('1,204 clips');
    locale.choose('zh-CN');
    expect(t('app.clips', { count: 1 })).toBe('1 个片段');
    expect(translate('en', 'app.settings')).toBe('Settings');
  });
});

describe('money', () => {
  it.each([
    ['0.1853', '$0.19'],
    ['0.0061', '$0.0061'],
    ['0', '$0.00'],
    ['12.5', '$12.50'],
  ])('%s reads %s', (amount, words) => {
    expect(money(amount), 'nothing paid reads as nothing').toBe(words);
    locale.choose('zh-CN');
    expect(money(amount), 'US$ would be another sign than the button’s').toBe(words);
  });

  it('as billed has four places', () => {
    expect(exactMoney('0.1853')).toBe('$0.1853');
  });
});

describe('time', () => {
  it.each([
    [7_400, '0:07'],
    [72_000, '1:12'],
    [3_729_000, '1:02:09'],
    [-5, '0:00'],
  ])('%s ms passed read %s', (milliseconds, words) => {
    expect(elapsed(milliseconds)).toBe(words);
  });

  it('days are the person’s own', () => {
    const now = new Date(2026, 10, 22, 0, 30);
    expect(day(new Date(2026, 10, 22, 0, 10).toISOString(), now)).toBe('Today');
    expect(day(new Date(2026, 10, 21, 23, 50).toISOString(), now), 'forty minutes ago, but yesterday').toBe(
      'Yesterday',
    );
    expect(day(new Date(2026, 10, 19).toISOString(), now)).toBe('Thursday, November 19');
    expect(day(new Date(2025, 10, 19).toISOString(), now)).toContain('2025');
    expect(dayKey(new Date(2026, 0, 2))).toBe('2026-01-02');
    expect(clock(new Date(2026, 0, 2, 14, 8).toISOString())).toBe('14:08');
  });

  it('a length keeps its thousandths', () => {
    expect([seconds(5), seconds(2.375)]).toEqual(['5 s', '2.375 s']);
  });
});

it('numbers are grouped for reading', () => {
  expect(seed(2_871_449_036)).toBe('2\u2009871\u2009449\u2009036');
  expect(fileSize(1_834_221)).toBe('1.8 MB');
});

describe('the words of a code', () => {
  const name = () => 'Lite t2v';
  const request = {
    ...emptyRequest(),
    first_frame: { id: 'a', format: 'png' as const, width: 200, height: 900, bytes: 1 },
  };

  it('give the numbers of the thing refused', () => {
    const problem = { field: 'first_frame', code: 'image_side', message: '', warning: false, parameter: null } as const;
    expect(problemWords(problem, request, name)).toContain('200 × 900 px; each side must be between 300 and 6000 px');
    locale.choose('zh-CN');
    expect(problemWords(problem, request, name)).toContain('200 × 900');
  });

  it('say which way a picture does not fit', () => {
    const problem = {
      field: 'first_frame',
      code: 'mode_not_taken',
      message: '',
      warning: false,
      parameter: null,
    } as const;
    expect(problemWords(problem, request, name)).toBe('Lite t2v takes no first frame.');
    expect(problemWords(problem, emptyRequest(), name)).toBe('Lite t2v needs a picture.');
  });

  it('say what was adjusted', () => {
    const words = adjustmentWords(
      { kind: 'length', from: { unit: 'frames', value: 57 }, to: { unit: 'seconds', value: 4 } },
      request,
      name,
    );
    expect(words).toBe('The length moved from 57 frames to 4 s.');
  });

  it('keep the program’s own words beside the Chinese ones', () => {
    const error = new CommandError({ code: 'offline', message: 'dns error', field: null, hint: 'h', reason: null });
    expect(errorWords(error)).toEqual({ title: 'dns error', detail: null, hint: 'h' });
    locale.choose('zh-CN');
    expect(errorLine(error)).toBe('无法连接服务。没有产生费用。（dns error）');
  });

  it('name the guard and what it would come to, never two amounts that read the same', () => {
    const words = (guard: 'monthly_budget' | 'job_ceiling', limit: string, amount: string | null) =>
      errorLine(
        new CommandError({
          code: 'needs_yes',
          message: 'raw',
          field: null,
          hint: null,
          reason: { kind: 'guard', code: { guard, limit, amount } },
        }),
      );
    expect(words('monthly_budget', '5', '5.1853')).toBe(
      'This would pass the budget of $5.00 for this month. The month would come to $5.19.',
    );
    expect(words('job_ceiling', '0.185', '0.1853')).toContain('$0.1850');
    expect(words('job_ceiling', '0.185', '0.1853')).toContain('$0.1853');
    expect(words('job_ceiling', '1', null)).toContain('no price');
    locale.choose('zh-CN');
    expect(words('monthly_budget', '5', null)).toBe('这将超出本月 $5.00 的预算。无法得知费用：此模型没有价格。');
  });

  it('give the way on in Chinese where the program’s hint is English', () => {
    const error = (code: 'storage' | 'busy' | 'internal') =>
      new CommandError({ code, message: 'raw words', field: null, hint: 'raw hint', reason: null });
    locale.choose('zh-CN');
    for (const code of ['storage', 'busy'] as const) {
      expect(errorWords(error(code)).hint, code).toMatch(/[\u4e00-\u9fff]/);
      expect(errorWords(error(code)).hint).not.toContain('raw');
    }
    expect(errorWords(error('internal')), 'a hint without words of our own is not lost').toMatchObject({
      detail: 'raw words raw hint',
      hint: null,
    });
  });

  it('say why a picture was refused, with the range, in either language', () => {
    const error = (code: 'image_side' | 'image_aspect' | 'image_bytes') =>
      new CommandError({
        code: 'invalid',
        message: 'as told',
        field: null,
        hint: null,
        reason: { kind: 'request', code },
      });
    expect(errorLine(error('image_side')), 'the program’s own English has the numbers of this picture').toBe('as told');
    locale.choose('zh-CN');
    expect(errorLine(error('image_side'))).toBe('图片每边须在 300 到 6000 像素之间。');
    expect(errorLine(error('image_aspect'))).toBe('图片宽高比须在 0.4 到 2.5 之间。');
    expect(errorLine(error('image_bytes'))).toBe('图片须小于 30 MB。');
  });

  it('say what is the matter with the keychain, and the way on without it', () => {
    const error = (code: KeychainProblem) =>
      new CommandError({
        code: 'keychain_unavailable',
        message: 'raw words',
        field: null,
        hint: 'raw hint',
        reason: { kind: 'keychain', code },
      });
    for (const language of ['en', 'zh-CN'] as const) {
      locale.choose(language);
      for (const code of ['no_store', 'locked', 'no_collection', 'timed_out', 'other'] as const) {
        const { title, detail, hint } = errorWords(error(code));
        expect(title).not.toContain('raw');
        expect(hint).toMatch(/for this session only|仅在本次会话中使用密钥/);
        expect(detail, 'only what we have no words for is quoted').toBe(code === 'other' ? 'raw words' : null);
      }
    }
    const status = { state: 'unavailable', last_four: null, problem: 'raw words', refused: false } as const;
    expect(keyProblemLine({ ...status, keychain: 'locked' })).toBe(
      '钥匙串已锁定。请解锁后重试，或仅在本次会话中使用密钥。',
    );
    expect(keyProblemLine({ ...status, keychain: 'other' })).toContain('raw words');
    expect(keyProblemLine({ ...status, keychain: null, problem: null })).toBeNull();
  });

  it('of a failed rehearsal never speak of a bill', () => {
    const failure = { code: 'task_gone', message: '', service_code: null, field: null, reply: null } as const;
    expect(failureWords(failure, false)).toBe('The service no longer knows this task. It may have been billed.');
    expect(failureWords(failure, true)).toBe('The service no longer knows this task. A rehearsal: nothing was spent.');
    locale.choose('zh-CN');
    expect(failureWords(failure, true)).toBe('服务端已找不到此任务。这是排练：没有花钱。');
  });
});
