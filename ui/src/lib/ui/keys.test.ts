import { describe, expect, it } from 'vitest';
import { isKey, keyLabel } from './keys';

const event = (key: string, modifiers: Partial<KeyboardEvent> = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers }) as KeyboardEvent;

describe('a shortcut', () => {
  it('is its key with exactly its modifiers', () => {
    expect(isKey(event('g'), 'G')).toBe(true);
    expect(isKey(event('Enter', { ctrlKey: true }), 'Mod+Enter')).toBe(true);
    expect(isKey(event('?', { shiftKey: true }), '?'), 'most keyboards need Shift for it').toBe(true);
    expect(isKey(event('g', { ctrlKey: true }), 'G'), 'Ctrl+G is another one').toBe(false);
    expect(isKey(event('Enter'), 'Mod+Enter')).toBe(false);
    expect(isKey(event('[', { altKey: true }), '[')).toBe(false);
  });

  it('is shown as keys are labelled', () => {
    expect(keyLabel('Mod+Enter')).toBe('Ctrl ⏎');
    expect(keyLabel('ArrowLeft')).toBe('←');
  });
});
