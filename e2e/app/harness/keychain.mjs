// The session's keychain, asked by libsecret's own tool: what it finds, any other program would find.
import { execFileSync } from 'node:child_process';

/** The secret stored for a service address, or `undefined`. */
export function storedKey(address) {
  const account = new URL(address).host;
  try {
    return execFileSync('secret-tool', ['lookup', 'service', 'Lastframe', 'username', account], { encoding: 'utf8' });
  } catch {
    return undefined; // it says "none" by its exit code
  }
}
