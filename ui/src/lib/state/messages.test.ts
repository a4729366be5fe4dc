import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Messages } from './messages.svelte';

const action = { label: 'Undo', run: () => undefined };

describe('toasts', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('are said once for the same words, and go by themselves', () => {
    const messages = new Messages();
    messages.say('Saved');
    messages.say('Saved');
    expect(messages.toasts.map(({ text }) => text)).toEqual(['Saved']);
    vi.advanceTimersByTime(5_000);
    expect(messages.toasts).toEqual([]);
  });

  it('make room for each other, those with an act last', () => {
    const messages = new Messages();
    messages.say('Moved to the trash', { action });
    for (const text of ['one', 'two', 'three', 'four']) messages.say(text);
    expect(messages.toasts.map(({ text }) => text)).toEqual(['Moved to the trash', 'three', 'four']);
  });

  it('with an act make room for newer ones with an act', () => {
    const messages = new Messages();
    for (const text of ['one', 'two', 'three', 'four']) messages.say(text, { action });
    expect(messages.toasts.map(({ text }) => text)).toEqual(['two', 'three', 'four']);
  });
});
