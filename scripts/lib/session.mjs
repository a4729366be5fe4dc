// For scripts that open windows: they run a second time, inside with-session.sh, where nothing of the person's own
// session (keychain, bus, caches) is touched or waited for.
import { inside } from './repository.mjs';
import { run } from './run.mjs';

const mark = 'LASTFRAME_OWN_SESSION';

/** Whether this process already runs inside such a session. */
export const inOwnSession = () => process.env[mark] !== undefined;

/** Runs the calling script again, inside a session of its own; returns its exit code. */
export async function againInOwnSession() {
  const args = [process.execPath, ...process.argv.slice(1)];
  return (await run(inside('scripts', 'with-session.sh'), args, { env: { [mark]: '1' } })).code;
}
