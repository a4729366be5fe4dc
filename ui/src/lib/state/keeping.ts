// Keeps what is being written for the next start: once it has been quiet for a while, and at once when the window may be
// about to close.

import { CommandError } from '$lib/ipc/client';

/** Milliseconds of quiet before a change is kept. */
const QUIET = 500;
/** Milliseconds after which it is kept without: who types on and on loses no more than that. */
const LONGEST = 2000;

export class Keeping {
  readonly #save: () => Promise<unknown>;
  readonly #trouble: (error: CommandError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first change that is not kept yet came, as `Date.now` tells it. */
  #since = 0;

  /** `save` keeps what is written as it is then; `trouble` says that it could not be kept. */
  constructor(save: () => Promise<unknown>, trouble: (error: CommandError) => void) {
    this.#save = save;
    this.#trouble = trouble;
  }

  /** Something has changed. */
  soon(): void {
    const now = Date.now();
    if (this.#timer === undefined) this.#since = now;
    clearTimeout(this.#timer);
    // A clock that was set back must not put it off.
    const left = this.#since + LONGEST - now;
    this.#timer = setTimeout(() => void this.now(), Math.min(QUIET, Math.max(0, left)));
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
