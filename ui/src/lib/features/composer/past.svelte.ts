// Prompts used before, as the library has them: looked for while a search is typed.

import type { PastPrompt } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';

/** How many a search shows, and how many ↑ goes back through. */
const SHOWN = 60;
const REACH = 300;

export class Past {
  found = $state.raw<PastPrompt[]>([]);
  search = $state('');
  /** Whether an answer has come since it was opened: before that, nothing is "none". */
  ready = $state(false);
  #commands: Pick<Commands, 'prompts'>;
  #trouble: (error: CommandError) => void;
  #turn = 0;

  constructor(commands: Pick<Commands, 'prompts'>, trouble: (error: CommandError) => void) {
    this.#commands = commands;
    this.#trouble = trouble;
  }

  /** Looks for prompts with these words; an answer that was overtaken is dropped. */
  async look(search: string): Promise<void> {
    this.search = search;
    const turn = ++this.#turn;
    const found = await this.#ask(search, SHOWN);
    if (turn !== this.#turn || found === null) return;
    this.found = found;
    this.ready = true;
  }

  /** The newest prompts, for ↑; none when they cannot be read, which is said. */
  async newest(): Promise<string[]> {
    return ((await this.#ask('', REACH)) ?? []).map(({ prompt }) => prompt);
  }

  async #ask(search: string, limit: number): Promise<PastPrompt[] | null> {
    try {
      return await this.#commands.prompts(search, limit);
    } catch (thrown) {
      this.#trouble(CommandError.from(thrown));
      return null;
    }
  }
}
