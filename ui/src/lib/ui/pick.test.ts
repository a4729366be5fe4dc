import { describe, expect, it } from 'vitest';
import { found, type PickGroup } from './pick';

const line = (title: string, words = '') => ({ id: title, title, words, run: () => undefined });
const groups: PickGroup[] = [
  { title: 'Camera', items: [line('Pull out'), line('Push in', 'dolly forward'), line('Whip pan')] },
  { title: '风格', items: [line('黄金时刻', 'golden hour'), line('黑色电影')] },
];
const titles = (search: string): string[] =>
  found(groups, search).flatMap(({ title, items }) => [`${title}:`, ...items.map((item) => item.title)]);

describe('a search', () => {
  it('without words finds all, in their order', () => {
    expect(titles('  ')).toEqual(['Camera:', 'Pull out', 'Push in', 'Whip pan', '风格:', '黄金时刻', '黑色电影']);
  });

  it.each([
    ['pu', ['Camera:', 'Pull out', 'Push in']],
    ['PAN', ['Camera:', 'Whip pan']],
    ['in push', ['Camera:', 'Push in']],
    ['dolly', ['Camera:', 'Push in']],
    ['psn', ['Camera:', 'Push in']],
    ['时刻', ['风格:', '黄金时刻']],
    ['hour', ['风格:', '黄金时刻']],
    ['zzz', []],
    ['push zzz', []],
  ])('for “%s” finds %j', (search, expected) => {
    expect(titles(search)).toEqual(expected);
  });

  it('puts what begins with it before what only has it inside', () => {
    const items = [line('Company'), line('Wide pan'), line('Pan left')];
    expect(found([{ title: '', items }], 'pan')[0]?.items.map((item) => item.title)).toEqual([
      'Pan left',
      'Wide pan',
      'Company',
    ]);
  });
});
