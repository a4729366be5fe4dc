// Changing one setting: what the program refuses is said where the setting stands.

import type { Settings } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';
import { app, type App } from '$lib/state/app.svelte';

export class Change {
  error = $state.raw<CommandError | null>(null);
  #app: Pick<App, 'change'>;

  constructor(session: Pick<App, 'change'> = app) {
    this.#app = session;
  }

  /** Whether it was taken. */
  async set(changes: Partial<Settings>): Promise<boolean> {
    this.error = null;
    try {
      await this.#app.change(changes);
      return true;
    } catch (thrown) {
      this.error = CommandError.from(thrown);
      return false;
    }
  }
}
