import { describe, expect, it } from 'vitest';
import { buttonWidth, DOTS, fitting } from './fit';

describe('fitting', () => {
  const words = ['Edit', 'Dismiss', 'Details'];

  it('shows all when all have room', () => {
    expect(fitting(words, 400, false)).toBe(3);
  });

  it('leaves room for the dots as soon as one is hidden', () => {
    const exact = words.map(buttonWidth).reduce((sum, width) => sum + width, 12);
    expect(fitting(words, exact, false)).toBe(3);
    expect(fitting(words, exact - 1, false)).toBe(2);
    expect(fitting(words, exact, true), 'the dots take the room of one').toBe(2);
  });

  it('shows none in a narrow card', () => {
    expect(fitting(words, DOTS, false)).toBe(0);
  });

  it('knows that Chinese characters are wider', () => {
    expect(buttonWidth('重试')).toBeGreaterThan(buttonWidth('ab'));
  });
});
