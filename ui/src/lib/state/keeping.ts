// Keeps what is being written for the next start: once it has been quiet for a while, and at once when the window may be
// about to close.

import { CommandError } from '$lib/ipc/client';

/** Milliseconds of quiet before a change is kept. */
const QUIET = 500;

export class Keeping {
  readonly #save: () => Promise<unknown>;
  readonly #trouble: (error: CommandError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `save` keeps what is written as it is then; `trouble` says that it could not be kept. */
  constructor(save: () => Promise<unknown>, trouble: (error: CommandError) => void) {
    this.#save = save;
    this.#trouble = trouble;
  }

  /** Something has changed. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), QUIET);
  }

  /** Keeps what has changed, if anything has. Resolves once it is kept; does not throw. */
  async now(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      await this.#save();
    } catch (thrown) {
      this.#trouble(CommandError.from(thrown));
    }
  }
}
