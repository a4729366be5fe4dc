// What a checkout needs before anything can be built: Node, Rust, the npm packages, cargo-deny.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inside } from './repository.mjs';
import { must, run } from './run.mjs';

/** As package.json and Cargo.toml say them; told apart here so that an old tool is refused in words. */
const oldestNode = [20, 19];
const oldestRust = [1, 95];

/** Pinned: a new version may know new rules, and a check must not change by itself. */
const denyVersion = '0.20.2';

const below = (version, oldest) => version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1]);
const numbers = (text) =>
  text
    .match(/(\d+)\.(\d+)/)
    ?.slice(1)
    .map(Number) ?? [0, 0];

/** Throws, with what to do, unless Node and Rust are there and new enough. */
export async function nodeAndRust() {
  if (below(numbers(process.versions.node), oldestNode)) {
    throw new Error(
      `Lastframe needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}. See https://nodejs.org.`,
    );
  }
  const { code, output } = await run('cargo', ['--version'], { show: false });
  if (code === 127)
    throw new Error('Rust is missing. Install it from https://rustup.rs, open a new terminal, and run this again.');
  if (code !== 0) throw new Error(`Rust does not start:\n${output}`);
  if (below(numbers(output), oldestRust)) {
    throw new Error(
      `Lastframe needs Rust ${oldestRust.join('.')} or newer; this is ${output.trim()}. With rustup: rustup update.`,
    );
  }
}

/**
 * `npm ci`, but only when there is something to do: node_modules is missing, or package-lock.json is not the one it was
 * made from. A stamp inside node_modules remembers that.
 */
export async function npmPackages() {
  const stamp = inside('node_modules', '.lastframe-lock-sha256');
  const lock = createHash('sha256')
    .update(readFileSync(inside('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the npm packages (npm ci)');
  await must('npm', ['ci', '--no-audit', '--no-fund'], { show: false });
  writeFileSync(stamp, lock);
}

/** The page, built into ui/dist, where the desktop crate takes it from. */
export async function page() {
  await must('npm', ['run', '--silent', 'build', '--workspace', 'ui'], { show: false });
}

let deny;

/**
 * A cargo-deny of the pinned version: on the PATH, or built once into .cache/tools. Called again while it is being built,
 * it waits for that.
 *
 * @param {{jobs?: number}} options `jobs`: how many cores building it may take, if not all
 * @returns {Promise<string>} the program
 */
export function cargoDeny(options = {}) {
  deny ??= findOrBuild(options);
  return deny;
}

async function findOrBuild({ jobs }) {
  const root = inside('.cache', 'tools');
  const own = join(root, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny');
  for (const program of [own, 'cargo-deny']) {
    const { code, output } = await run(program, ['--version'], { show: false });
    if (code === 0 && output.includes(denyVersion)) return program;
  }
  console.log(`Building cargo-deny ${denyVersion} into .cache/tools (once)`);
  // It runs for a second per check: what counts is how quickly it is built.
  const quick = {
    CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_TARGET_DIR: inside('.cache', 'cargo-deny'),
    ...(jobs ? { CARGO_BUILD_JOBS: String(jobs) } : {}),
  };
  const args = ['install', '--locked', '--quiet', '--root', root, '--version', denyVersion, 'cargo-deny'];
  await must('cargo', args, { env: quick, show: false });
  return own;
}
