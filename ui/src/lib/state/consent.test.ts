import { describe, expect, it, vi } from 'vitest';
import type { GuardBreach } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { Consent, type Spending } from './consent.svelte';

const breach: GuardBreach = { guard: 'job_ceiling', limit: '0.1', amount: '0.1853' };
const needsYes = new CommandError({
  code: 'needs_yes',
  message: 'm',
  field: null,
  hint: null,
  reason: { kind: 'guard', code: breach },
});
const spending: Spending = { act: 'generate', cost: '0.1853' };
const guarded = () => vi.fn(async (beyond: boolean) => (beyond ? Promise.resolve('sent') : Promise.reject(needsYes)));
const asked = (it: Consent) => vi.waitFor(() => expect(it.question).not.toBeNull());

describe('passing a guard', () => {
  it('is asked for only when the program asks', async () => {
    const it = new Consent();
    const spend = vi.fn(async () => 'sent');
    expect(await it.through(spending, spend)).toBe('sent');
    expect(spend.mock.calls).toEqual([[false]]);
  });

  it('takes a yes for each time: it is never remembered', async () => {
    const it = new Consent();
    for (const round of [1, 2]) {
      const spend = guarded();
      const sent = it.through(spending, spend);
      await asked(it);
      expect(it.question, `round ${round}`).toMatchObject({ breach, ...spending });
      expect(spend, 'nothing goes beyond before the answer').toHaveBeenCalledTimes(1);
      it.question?.answer(true);
      expect(await sent).toBe('sent');
      expect(spend.mock.calls).toEqual([[false], [true]]);
    }
  });

  it('is not done on a no', async () => {
    const it = new Consent();
    const spend = guarded();
    const sent = it.through(spending, spend);
    await asked(it);
    it.question?.answer(false);
    expect(await sent).toBeNull();
    expect(spend.mock.calls).toEqual([[false]]);
    expect(it.question).toBeNull();
  });

  it('a question that another one takes the place of was answered with no', async () => {
    const it = new Consent();
    const [first, second] = [guarded(), guarded()];
    const one = it.through(spending, first);
    await asked(it);
    const two = it.through(spending, second);
    expect(await one).toBeNull();
    await asked(it);
    it.question?.answer(true);
    expect(await two).toBe('sent');
    expect(first.mock.calls).toEqual([[false]]);
  });

  it('does not take any other refusal for a question', async () => {
    const it = new Consent();
    const offline = new CommandError({ code: 'offline', message: 'm', field: null, hint: null, reason: null });
    await expect(it.through(spending, () => Promise.reject(offline))).rejects.toBe(offline);
    expect(it.question).toBeNull();
  });
});
