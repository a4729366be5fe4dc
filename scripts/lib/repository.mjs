// Where things are in a checkout. Nothing here runs anything.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A path inside the checkout. */
export const inside = (...parts) => join(root, ...parts);

const suffix = process.platform === 'win32' ? '.exe' : '';
const target = process.env.CARGO_TARGET_DIR ?? inside('target');

/** The file of a program that cargo built: `profile` is `debug` or `release`. */
export const built = (program, profile = 'debug') => join(target, profile, program + suffix);

/** Cargo's words for "the page is inside the binary", needed wherever the desktop crate is built for real. */
export const embeddedPage = ['--features', 'lastframe-desktop/custom-protocol'];
