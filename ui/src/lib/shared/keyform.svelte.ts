// Giving a key: it is checked by the service, then kept in the keychain, or for this session only when there is none.
//
// A key that is pasted never gets here: the program reads the clipboard itself, since what was once in the page stays in
// its memory for as long as the web view pleases. Typing one works too: once it is over with, the page is replaced.

import type { KeyStatus } from '$lib/ipc/bindings';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { app, type App } from '$lib/state/app.svelte';
import { renewPage } from '$lib/state/renewal';

export class KeyForm {
  #value = $state('');
  busy = $state(false);
  /** Nothing was pasted. */
  empty = $state(false);
  error = $state.raw<CommandError | null>(null);
  #commands: Pick<Commands, 'saveKey' | 'pasteKey'>;
  #app: Pick<App, 'keyIs'>;
  /** Whether the program can read the clipboard; if not, the field takes a paste as any field does. */
  #reads = true;
  /** Whether the last key came from the clipboard. */
  #pasted = false;
  /** Whether this page has seen anything that may be a key, or a part of one. */
  #seen = false;
  #renew: (say: string | null) => Promise<void>;

  constructor(
    commands: Pick<Commands, 'saveKey' | 'pasteKey'> = ipc,
    session: Pick<App, 'keyIs'> = app,
    renew: (say: string | null) => Promise<void> = renewPage,
  ) {
    this.#commands = commands;
    this.#app = session;
    this.#renew = renew;
  }

  get value(): string {
    return this.#value;
  }

  set value(text: string) {
    this.#value = text;
    if (text !== '') this.#seen = true;
  }

  /**
   * The form is over with: whatever was typed into it, taken or not, goes with this page. `say` is a toast for after that;
   * false when nothing was typed, and so nothing is replaced or said.
   */
  leave(say: string | null = null): boolean {
    if (!this.#seen) return false;
    this.#seen = false;
    this.#value = '';
    void this.#renew(say);
    return true;
  }

  /** The keychain cannot be used: the way on is a key for this session. */
  get noKeychain(): boolean {
    return this.error?.code === 'keychain_unavailable';
  }

  /** Whether the key was taken. The text is forgotten as soon as it was. */
  async save(sessionOnly = false): Promise<boolean> {
    const typed = this.value.trim();
    if (typed === '' && sessionOnly && this.#pasted) return this.#keep(() => this.#commands.pasteKey(true));
    if (this.busy) return false;
    this.error = null;
    this.empty = typed === '';
    if (this.empty) return false;
    this.#pasted = false;
    const taken = await this.#keep(() => this.#commands.saveKey(typed, sessionOnly));
    if (taken) this.value = '';
    return taken;
  }

  /** Takes the key on the clipboard, where the field would have taken its text. Whether the key was taken. */
  async paste(event: Event): Promise<boolean> {
    if (!this.#reads) return false;
    event.preventDefault();
    this.empty = false;
    this.value = '';
    this.#pasted = true;
    return this.#keep(() => this.#commands.pasteKey(false));
  }

  async #keep(command: () => Promise<KeyStatus>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      this.#app.keyIs(await command());
      return true;
    } catch (thrown) {
      this.error = CommandError.from(thrown);
      if (this.error.code === 'unreadable') this.#reads = false;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
