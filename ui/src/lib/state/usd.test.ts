import { describe, expect, it } from 'vitest';
import { addUsd, exceedsUsd, readUsd, shareOfUsd, subtractUsd } from './usd';

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

describe('a comparison', () => {
  it('is by value, not by text, and exact', () => {
    expect(exceedsUsd('10', '9')).toBe(true);
    expect(exceedsUsd('0.30', '0.3')).toBe(false);
    expect(exceedsUsd('9007199254740993.1', '9007199254740993')).toBe(true);
  });

  it('gives a share between nothing and all', () => {
    expect(shareOfUsd('5', '20')).toBe(0.25);
    expect(shareOfUsd('0', '20')).toBe(0);
    expect(shareOfUsd('30', '20')).toBe(1);
    expect(shareOfUsd('0', '0'), 'of a budget of nothing, nothing is left').toBe(1);
  });
});

describe('an amount as typed', () => {
  it.each([
    ['20', '20'],
    [' $0.50 ', '0.5'],
    ['007.10', '7.1'],
    ['.5', '0.5'],
    ['3.', '3'],
    ['0', '0'],
    ['', null],
    ['  ', null],
  ])('%s is %s', (text, amount) => {
    expect(readUsd(text)).toBe(amount);
  });

  it.each(['-1', '1,50', '1.000,00', '1e3', '5 USD', '.', '$', '0x10', '1.2.3', '１２'])('%s is none', (text) => {
    expect(readUsd(text)).toBeUndefined();
  });
});
