import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from '$lib/ipc/client';
import { Keeping } from './keeping';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const kept = () => {
  const save = vi.fn(async () => null);
  return { save, keeping: new Keeping(save, () => undefined) };
};

describe('what is being written', () => {
  it('is kept once, when it has been quiet for half a second', async () => {
    const { save, keeping } = kept();
    keeping.soon();
    await vi.advanceTimersByTimeAsync(300);
    keeping.soon();
    await vi.advanceTimersByTimeAsync(499);
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(save).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(save).toHaveBeenCalledTimes(1);
  });

  it('is kept every two seconds while somebody writes without a pause', async () => {
    const { save, keeping } = kept();
    for (let letter = 0; letter < 50; letter += 1) {
      keeping.soon();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(save).toHaveBeenCalledTimes(2);
  });

  it('is kept at once when that is asked for, and not a second time', async () => {
    const { save, keeping } = kept();
    keeping.soon();
    await keeping.now();
    await keeping.now();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(save).toHaveBeenCalledTimes(1);
  });

  it('says when it could not be kept', async () => {
    const told = vi.fn();
    const keeping = new Keeping(() => Promise.reject(new Error('full')), told);
    keeping.soon();
    await keeping.now();
    expect(told.mock.calls[0]?.[0]).toBeInstanceOf(CommandError);
  });
});
