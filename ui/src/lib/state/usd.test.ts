import { describe, expect, it } from 'vitest';
import { addUsd, subtractUsd } from './usd';

describe('addUsd', () => {
  it('adds cents exactly', () => {
    expect(addUsd(['0.1', '0.2'])).toBe('0.3');
    expect(addUsd(['0.1853', '0.1853', '0.1134'])).toBe('0.484');
    expect(addUsd(['10', '90'])).toBe('100');
    expect(addUsd(['-0.5', '0.25'])).toBe('-0.25');
    expect(addUsd([])).toBe('0');
    expect(subtractUsd('0.1134', '0.108')).toBe('0.0054');
  });
});
