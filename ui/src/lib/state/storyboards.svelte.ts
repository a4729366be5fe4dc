// Storyboards that the window knows, kept true by events, and which of them lies over the window.

import { SvelteMap } from 'svelte/reactivity';
import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Event, Storyboard, StoryboardId } from '$lib/ipc/bindings';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { messages } from './messages.svelte';
import type { FullRequest } from './request';

/** What lies over the window: shots being written on the settings of a request, or a storyboard that was started. */
export type Shown = { what: 'writing'; base: FullRequest } | { what: 'board'; id: StoryboardId };

/** Milliseconds within which two clicks are one double click. */
const DOUBLE_CLICK = 400;

export class Storyboards {
  readonly known = new SvelteMap<StoryboardId, Storyboard>();
  shown = $state.raw<Shown | null>(null);
  #commands: Pick<Commands, 'storyboards'>;
  /** Until then nothing closes what is shown (`performance.now`). */
  #settled = 0;

  constructor(commands: Pick<Commands, 'storyboards'>) {
    this.#commands = commands;
  }

  /** Newest first. */
  readonly all = $derived([...this.known.values()].sort((a, b) => b.id.localeCompare(a.id)));

  /** Those that are not done, newest first. */
  readonly open = $derived(this.all.filter((board) => board.state !== 'done'));

  async load(): Promise<void> {
    try {
      const boards = await this.#commands.storyboards();
      for (const board of boards) this.take(board);
    } catch (thrown) {
      messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    }
  }

  /** Begins a storyboard on the settings of a request. */
  write(base: FullRequest): void {
    this.shown = { what: 'writing', base };
  }

  show(id: StoryboardId): void {
    this.shown = { what: 'board', id };
  }

  /** A click has just changed what lies there: the second click of a double click is not meant for it. */
  settle(): void {
    this.#settled = performance.now() + DOUBLE_CLICK;
  }

  close(): void {
    this.shown = null;
  }

  /** Closes it for a key or a click beside it, unless that may be the rest of a double click. */
  leave(): void {
    if (performance.now() >= this.#settled) this.close();
  }

  take(board: Storyboard): void {
    const before = this.known.get(board.id);
    if (before && before.revision > board.revision) return;
    this.known.set(board.id, board);
  }

  forget(id: StoryboardId): void {
    this.known.delete(id);
    if (this.shown?.what === 'board' && this.shown.id === id) this.close();
  }

  heard(event: Event): void {
    if (event.kind !== 'storyboard') return;
    const before = this.known.get(event.value.id);
    this.take(event.value);
    if (before && before.state !== event.value.state) this.#say(event.value);
  }

  /** What needs the person, or is over, is said where its storyboard is not being looked at. */
  #say(board: Storyboard): void {
    const words = newsOf(board);
    if (words === null) return;
    messages.announce(words);
    if (this.shown?.what === 'board' && this.shown.id === board.id) return;
    const tone = board.state === 'stopped' ? 'trouble' : 'plain';
    messages.say(words, { tone, action: { label: t('board.look'), run: () => this.show(board.id) } });
  }
}

function newsOf(board: Storyboard): string | null {
  const number = (board.turn ?? 0) + 1;
  switch (board.state) {
    case 'waiting':
    case 'stopped':
      return t(`board.news.${board.state}`, { number });
    case 'done':
      return t('board.news.done', { total: board.shots.length });
    default:
      return null;
  }
}

export const storyboards = new Storyboards(ipc);
