import { describe, expect, it } from 'vitest';
import type { Job } from '$lib/ipc/bindings';
import { placeBeside, placeFor, type Move } from './queue';

const queue = ['a', 'b', 'c', 'd'].map((id) => ({ id }) as Job);

/** The order after putting a job before another, as the program does it. */
function after(id: string, before: string | null | undefined): string {
  if (before === undefined) return 'as it was';
  const others = queue.map((job) => job.id).filter((other) => other !== id);
  others.splice(before === null ? others.length : others.indexOf(before), 0, id);
  return others.join('');
}

describe('a move by name', () => {
  it.each<[string, Move, string]>([
    ['c', 'first', 'cabd'],
    ['c', 'sooner', 'acbd'],
    ['b', 'later', 'acbd'],
    ['c', 'later', 'abdc'],
    ['b', 'last', 'acdb'],
    ['a', 'sooner', 'as it was'],
    ['a', 'first', 'as it was'],
    ['d', 'later', 'as it was'],
    ['d', 'last', 'as it was'],
    ['z', 'first', 'as it was'],
  ])('%s %s: %s', (id, move, order) => {
    expect(after(id, placeFor(queue, id, move))).toBe(order);
  });
});

describe('a card let go beside another', () => {
  it.each<[string, string, 'before' | 'after', string]>([
    ['d', 'a', 'before', 'dabc'],
    ['a', 'c', 'after', 'bcad'],
    ['a', 'd', 'after', 'bcda'],
    ['a', 'b', 'before', 'as it was'],
    ['b', 'a', 'after', 'as it was'],
    ['b', 'b', 'after', 'as it was'],
    ['z', 'b', 'after', 'as it was'],
  ])('%s beside %s, %s: %s', (id, target, side, order) => {
    expect(after(id, placeBeside(queue, id, target, side))).toBe(order);
  });
});
