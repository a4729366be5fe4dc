import { describe, expect, it, vi } from 'vitest';
import type { FilmCard, FilmsPage } from '$lib/ipc/bindings';
import { FilmList, PAGE } from './film-list.svelte';

const MANY = 10 * PAGE + 5;

/** A library of many films whose titles are their places, `names` in front of them. */
function library() {
  const held = { names: 'film' };
  const films = vi.fn(async (search: string, from: number, count: number): Promise<FilmsPage> => {
    const all = Array.from({ length: MANY }, (_, at) => `${held.names} ${at}`);
    const found = all.filter((title) => title.includes(search)).map((title) => ({ title }) as FilmCard);
    return { total: found.length, cards: found.slice(from, from + count) };
  });
  return { held, films, list: new FilmList({ films }) };
}

const answered = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('the list of films', () => {
  it('asks for what is in sight, once', async () => {
    const { films, list } = library();
    expect(list.total).toBeNull();
    await list.load();
    expect([list.total, list.card(0)?.title, list.card(PAGE)?.title]).toEqual([MANY, 'film 0', undefined]);
    list.see(3 * PAGE - 2, 3 * PAGE + 9);
    list.see(3 * PAGE - 1, 3 * PAGE + 10);
    await answered();
    expect(list.card(3 * PAGE)?.title).toBe(`film ${3 * PAGE}`);
    expect(list.card(2 * PAGE)?.title).toBe(`film ${2 * PAGE}`);
    expect(films.mock.calls.map(([, from]) => from)).toEqual([0, 2 * PAGE, 3 * PAGE]);
  });

  it('shows what it had until all that is in sight is here again', async () => {
    const { held, films, list } = library();
    await list.load();
    list.see(PAGE - 1, PAGE + 1);
    await answered();
    held.names = 'other';
    films.mockImplementationOnce(async () => {
      await answered();
      return { total: 2, cards: [{ title: 'late' } as FilmCard] };
    });
    const loading = list.load();
    await Promise.resolve();
    expect(list.card(PAGE)?.title).toBe(`film ${PAGE}`);
    await loading;
    expect([list.card(0)?.title, list.card(PAGE)?.title]).toEqual(['late', `other ${PAGE}`]);
    expect(films).toHaveBeenCalledTimes(4);
  });

  it('shows what was searched for last, whichever answer comes first', async () => {
    const { films, list } = library();
    await list.load();
    let late: (page: FilmsPage) => void = () => undefined;
    films.mockImplementationOnce(() => new Promise((answer) => (late = answer)));
    const slow = list.find('slow');
    await list.find('film 7');
    late({ total: 1, cards: [{ title: 'slow' } as FilmCard] });
    await slow;
    expect([list.search, list.card(0)?.title, list.total]).toEqual(['film 7', 'film 7', 11]);
  });

  it('asks once more for a page that could not be had', async () => {
    const { films, list } = library();
    await list.load();
    films.mockRejectedValueOnce(new Error('no'));
    list.see(PAGE, PAGE + 1);
    await answered();
    expect(list.card(PAGE)).toBeUndefined();
    list.see(PAGE, PAGE + 1);
    await answered();
    expect(list.card(PAGE)?.title).toBe(`film ${PAGE}`);
    films.mockRejectedValueOnce(new Error('no'));
    await expect(list.load(), 'the whole list says so').rejects.toThrow('no');
    expect(list.card(PAGE)?.title, 'and stays what it was').toBe(`film ${PAGE}`);
    list.see(2 * PAGE, 2 * PAGE + 1);
    await answered();
    expect(list.card(2 * PAGE)?.title).toBe(`film ${2 * PAGE}`);
  });
});
