// What the rest of the window calls. The host is put in once at start-up (or by a test), so that no
// module has to know when it was found.

import type { Commands, Host } from './host';

export { CommandError } from './host';
export type { Commands, Host } from './host';

let current: Host | undefined;

/** Says what runs the window. Called once at start-up, and by tests. */
export function useHost(host: Host): void {
  current = host;
}

/** The host in use; throws before {@link useHost}. */
export function host(): Host {
  if (!current) throw new Error('The window was used before its host was found.');
  return current;
}

/** Every command of the program; a refused one throws a `CommandError`. */
export const ipc: Commands = new Proxy({} as Commands, {
  get: (_target, name) => host().commands[name as keyof Commands],
});
