import { describe, expect, it, vi } from 'vitest';
import type { FilmCard, FilmsPage } from '$lib/ipc/bindings';
import { FilmList, PAGE } from './film-list.svelte';

const MANY = 10 * PAGE + 5;

/** A library of many films whose titles are their places, `names` in front of them. */
function library() {
  const held = { names: 'film' };
  const films = vi.fn(async (search: string, from: number, count: number): Promise<FilmsPage> => {
    const all = Array.from({ length: MANY }, (_, at) => `${held.names} ${at}`);
    const found = all
      .filter((title) => title.includes(search))
      .map((title) => ({ id: title.split(' ')[1], title }) as FilmCard);
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

  it('keeps the first films, and the page that has the focus, when it asks again far down', async () => {
    const { held, films, list } = library();
    await list.load();
    list.see(5 * PAGE, 5 * PAGE + 9, 8 * PAGE);
    list.see(8 * PAGE, 8 * PAGE + 9, 8 * PAGE);
    list.see(5 * PAGE, 5 * PAGE + 9, 8 * PAGE);
    await answered();
    held.names = 'other';
    films.mockClear();
    await list.load();
    expect(films.mock.calls.map(([, from]) => from)).toEqual([0, 5 * PAGE, 8 * PAGE]);
    expect([list.card(0)?.title, list.card(8 * PAGE)?.title]).toEqual(['other 0', `other ${8 * PAGE}`]);
    list.rest();
    films.mockClear();
    await list.load();
    expect(
      films.mock.calls.map(([, from]) => from),
      'and nothing else once nobody looks',
    ).toEqual([0]);
  });

  it('does not blank a page whose answer is still to come when the list has been read again', async () => {
    const { films, list } = library();
    await list.load();
    list.see(4 * PAGE, 4 * PAGE + 9);
    await answered();
    list.see(0, 9);
    const loading = list.load();
    films.mockImplementationOnce(() => new Promise(() => undefined));
    list.see(4 * PAGE, 4 * PAGE + 9);
    await loading;
    expect(list.card(4 * PAGE)?.title).toBe(`film ${4 * PAGE}`);
  });

  it('knows for which search it was counted, and finds a film among those that are here', async () => {
    const { list } = library();
    await list.load();
    const finding = list.find('nothing of it');
    expect([list.search, list.counted, list.total]).toEqual(['nothing of it', '', MANY]);
    await finding;
    expect([list.counted, list.total, list.card(0)]).toEqual(['nothing of it', 0, undefined]);
    const back = list.find('');
    expect(list.counted, 'not yet').toBe('nothing of it');
    await back;
    expect(list.placeOf('7')).toBe(7);
    expect(list.placeOf(String(3 * PAGE))).toBeUndefined();
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
    expect([list.card(PAGE), list.failed]).toEqual([undefined, true]);
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
