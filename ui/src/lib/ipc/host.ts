// The gate between the window and what runs it: the real program in Tauri, or a fake one in a plain
// browser for tests and design. Everything outside this folder sees only `Commands` and `Event`.

import { commands, events, type Event, type IpcError } from './bindings';

type Outcome<T> = { status: 'ok'; data: T } | { status: 'error'; error: IpcError };
type Plain<F> = F extends (...args: infer A) => Promise<Outcome<infer T>> ? (...args: A) => Promise<T> : never;

/** Every command of the program; a refused one throws a {@link CommandError}. */
export type Commands = { [Name in keyof typeof commands]: Plain<(typeof commands)[Name]> };

/** What runs the window. */
export interface Host {
  commands: Commands;
  /** Calls back for each thing that happened, until the returned function is called. */
  listen(heard: (event: Event) => void): Promise<() => void>;
  /** The URL of a file of the media server, `path` as `clips/ID.mp4`. */
  mediaUrl(base: string, path: string): string;
}

/** A command that was refused, with everything the program said about it. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: IpcError['code'];
  readonly field: IpcError['field'];
  readonly hint: IpcError['hint'];
  readonly reason: IpcError['reason'];

  constructor(error: IpcError) {
    super(error.message);
    this.code = error.code;
    this.field = error.field;
    this.hint = error.hint;
    this.reason = error.reason;
  }

  /** Any thrown value as a command error; a foreign one is a fault of ours. */
  static from(thrown: unknown): CommandError {
    if (thrown instanceof CommandError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CommandError({ code: 'internal', message, field: null, hint: null, reason: null });
  }
}

type Raw = (...args: unknown[]) => Promise<Outcome<unknown>>;

function unwrapped(): Commands {
  const plain: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
  for (const [name, command] of Object.entries(commands)) {
    const raw = command as Raw;
    plain[name] = async (...args) => {
      const outcome = await raw(...args);
      if (outcome.status === 'error') throw new CommandError(outcome.error);
      return outcome.data;
    };
  }
  return plain as unknown as Commands;
}

const tauriHost = (): Host => ({
  commands: unwrapped(),
  listen: (heard) => events.happened.listen((event) => heard(event.payload)),
  mediaUrl: (base, path) => `${base}/${path}`,
});

/** Finds what runs this window. */
export async function findHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return tauriHost();
  if (__FAKE_HOST__) {
    const { fakeHost } = await import('./fake/host');
    return fakeHost(new URLSearchParams(location.search));
  }
  throw new Error('This page belongs to the Lastframe app and cannot run outside it.');
}
