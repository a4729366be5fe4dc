// Giving a key: it is checked by the service, then kept in the keychain, or for this session only when there is none.

import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { app, type App } from '$lib/state/app.svelte';

export class KeyForm {
  value = $state('');
  busy = $state(false);
  /** Nothing was pasted. */
  empty = $state(false);
  error = $state.raw<CommandError | null>(null);
  #commands: Pick<Commands, 'saveKey'>;
  #app: Pick<App, 'keyIs'>;

  constructor(commands: Pick<Commands, 'saveKey'> = ipc, session: Pick<App, 'keyIs'> = app) {
    this.#commands = commands;
    this.#app = session;
  }

  /** The keychain cannot be used: the way on is a key for this session. */
  get noKeychain(): boolean {
    return this.error?.code === 'keychain_unavailable';
  }

  /** Whether the key was taken. The text is forgotten as soon as it was. */
  async save(sessionOnly = false): Promise<boolean> {
    if (this.busy) return false;
    this.error = null;
    this.empty = this.value.trim() === '';
    if (this.empty) return false;
    this.busy = true;
    try {
      this.#app.keyIs(await this.#commands.saveKey(this.value.trim(), sessionOnly));
      this.value = '';
      return true;
    } catch (thrown) {
      this.error = CommandError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
