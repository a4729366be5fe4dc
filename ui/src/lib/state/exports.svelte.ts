// Films that leave the program: how far each is, and how it ended.

import type { Event, ExportOptions, ExportProgress, FilmId } from '$lib/ipc/bindings';
import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { attempt } from './attempt';
import { messages } from './messages.svelte';

/** An export as the window shows it. */
export interface Exporting {
  film: FilmId;
  title: string;
  progress: ExportProgress;
  /** Whether the person has stopped it. */
  stopping: boolean;
}

type Calls = Pick<Commands, 'exportFilm' | 'cancelExport' | 'revealExport'>;

export class Exports {
  /** Those under way, and those that ended and were not put away. */
  all = $state.raw<readonly Exporting[]>([]);
  readonly #commands: Calls;
  /** Titles of films whose export was asked for: the program tells only ids. */
  readonly #titles: Record<FilmId, string> = {};

  constructor(commands: Calls) {
    this.#commands = commands;
  }

  /** Whether one of the film is under way. */
  running(film: FilmId): boolean {
    return this.all.some((one) => one.film === film && one.progress.ended === null);
  }

  /** Lets the person choose a file and begins. Whether it began; throws a `CommandError` where it could not. */
  async start(film: FilmId, title: string, options: ExportOptions): Promise<boolean> {
    this.#titles[film] = title;
    return (await this.#commands.exportFilm(film, options)) !== null;
  }

  async stop(film: FilmId): Promise<void> {
    this.all = this.all.map((one) => (one.film === film ? { ...one, stopping: true } : one));
    await attempt(() => this.#commands.cancelExport(film));
  }

  reveal = (film: FilmId): Promise<boolean> => attempt(() => this.#commands.revealExport(film));

  putAway(film: FilmId): void {
    this.all = this.all.filter((one) => one.film !== film);
  }

  heard(event: Event): void {
    if (event.kind !== 'export') return;
    const progress = event.value;
    const { film, ended } = progress;
    const known = this.all.find((one) => one.film === film);
    const title = known?.title ?? this.#titles[film] ?? '';
    const others = this.all.filter((one) => one.film !== film);
    if (ended?.kind === 'canceled') {
      this.all = others;
      messages.say(t('export.canceled', { title }));
      return;
    }
    this.all = [...others, { film, title, progress, stopping: ended === null && (known?.stopping ?? false) }];
    if (ended?.kind === 'done') messages.announce(t('export.done', { title, path: ended.path }));
    else if (ended?.kind === 'failed')
      messages.announce(t('export.failed', { title, reason: errorLine(new CommandError(ended.error)) }));
  }
}

export const exports = new Exports(ipc);
