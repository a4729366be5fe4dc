import { describe, expect, it } from 'vitest';
import { Recall } from './recall';

const prompts = ['third', 'second', 'first'];

describe('recall', () => {
  it('goes back through the prompts and stops at the oldest', () => {
    const recall = new Recall();
    expect(recall.older(prompts, 'mine')).toBe('third');
    expect(recall.older(prompts, 'third')).toBe('second');
    expect(recall.older(prompts, 'second')).toBe('first');
    expect(recall.older(prompts, 'first'), 'there is none before the first').toBeNull();
  });

  it('comes back to what was being written', () => {
    const recall = new Recall();
    recall.older(prompts, 'mine');
    recall.older(prompts, 'third');
    expect(recall.newer(prompts)).toBe('third');
    expect(recall.newer(prompts)).toBe('mine');
    expect(recall.active).toBe(false);
    expect(recall.newer(prompts), 'nothing is newer than the present').toBeNull();
  });

  it('does not offer what already stands there', () => {
    expect(new Recall().older(prompts, 'third'), 'the form keeps its prompt after Generate').toBe('second');
  });

  it('begins anew once the person writes on', () => {
    const recall = new Recall();
    recall.older(prompts, '');
    recall.older(prompts, 'third');
    recall.stop();
    expect(recall.older(prompts, 'edited')).toBe('third');
  });
});
