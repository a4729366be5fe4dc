// The session's keychain, asked by libsecret's own tool: what it finds, any other program would find.
import { execFileSync } from 'node:child_process';

const attributes = (address) => ['service', 'Lastframe', 'username', new URL(address).host];

/** The secret stored for a service address, or `undefined`. `env` is that of another session than this one's. */
export function storedKey(address, env = process.env) {
  try {
    return execFileSync('secret-tool', ['lookup', ...attributes(address)], { encoding: 'utf8', env });
  } catch {
    return undefined; // it says "none" by its exit code
  }
}

/** Stores a secret for a service address, as a program that is not ours; what was there under this address goes. */
export function storeKey(address, key, env = process.env) {
  try {
    execFileSync('secret-tool', ['clear', ...attributes(address)], { env });
  } catch {
    // there was none
  }
  execFileSync('secret-tool', ['store', '--label=Lastframe', ...attributes(address)], { env, input: key });
}
