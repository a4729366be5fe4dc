// The stages of `npm test`, in order. Each returns `{passed, failed, why?}`; a check without figures of its own counts as one.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as counts from './counts.mjs';
import { embeddedPage, inside } from './repository.mjs';
import { run } from './run.mjs';
import { firstChromium } from './system.mjs';
import { cargoDeny, page } from './tools.mjs';

const workspace = ['--workspace', ...embeddedPage];
/** What prettier keeps: everything but Rust and prose. */
const prettied = ['ui', 'e2e', 'scripts', 'bench', 'src-tauri', '.github', '*.json'];
const inSession = inside('scripts', 'with-session.sh');

/** Commands that only say yes or no: each counts as one check. */
async function checks(...commands) {
  let failed = 0;
  for (const [program, ...args] of commands) if ((await run(program, args)).code !== 0) failed += 1;
  return { passed: commands.length - failed, failed };
}

/** A command that writes its figures to `report`; an old report is removed first, so that it cannot speak for this run. */
async function reported(report, read, [program, ...args], options) {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const { code } = await run(program, args, options);
  let figures;
  try {
    figures = read(JSON.parse(readFileSync(report, 'utf8')));
  } catch (error) {
    return { passed: 0, failed: 1, why: `it left no report: ${error.message}` };
  }
  return counts.verdict(figures, code);
}

/** Tests of node:test, whose figures our reporter writes down. */
const nodeTests = (report, files, before = []) => {
  const reporter = (name, to) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`];
  const figures = inside('e2e', 'app', 'harness', 'results.mjs');
  const args = [
    '--test',
    '--test-concurrency=1',
    ...reporter('spec', 'stdout'),
    ...reporter(figures, report),
    ...files,
  ];
  return reported(report, counts.nodeTest, [...before, process.execPath, ...args]);
};

const testsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => join(folder, name));

/** Every test of the workspace, and after them those that want a keychain, which are ignored elsewhere. */
async function rust() {
  const env = { LASTFRAME_TEST_KEYCHAIN: '1' };
  const all = ['cargo', 'test', ...workspace, '--no-fail-fast'];
  let total = { passed: 0, failed: 0 };
  let worst = 0;
  for (const args of [all, [...all, '--lib', '--bins', '--tests', '--', '--ignored']]) {
    const { code, output } = await run(inSession, args, { env, keep: true });
    const { passed, failed } = counts.cargo(output);
    total = { passed: total.passed + passed, failed: total.failed + failed };
    worst = Math.max(worst, code);
  }
  return counts.verdict(total, worst);
}

async function deny() {
  const program = await cargoDeny();
  // The sources of every dependency, for every system, must be here before the check, which runs without the network.
  const fetched = await run('cargo', ['fetch', '--locked']);
  if (fetched.code !== 0) return { passed: 0, failed: 1, why: 'the dependencies could not be fetched' };
  return checks([program, '--offline', '--locked', '--log-level', 'error', 'check', 'bans', 'licenses', 'sources']);
}

async function window() {
  // Both programs at once, with the features of the tests, so that nothing is compiled a second time.
  const { code } = await run('cargo', ['build', ...workspace, '--bins']);
  if (code !== 0) return { passed: 0, failed: 1, why: 'the app could not be built' };
  const folder = inside('e2e', 'app');
  return nodeTests(join(folder, 'out', 'results.json'), testsIn(folder), [inSession]);
}

/** `needsPage`: the desktop crate takes ui/dist into itself, so the page is built before anything compiles that crate. */
export const stages = [
  {
    name: 'format',
    run: () => checks(['cargo', 'fmt', '--all', '--check'], ['npx', 'prettier', '--check', ...prettied]),
  },
  { name: 'scripts', run: () => nodeTests(inside('.cache', 'scripts.json'), testsIn(inside('scripts', 'lib'))) },
  { name: 'bundle', run: async () => (await page(), { passed: 1, failed: 0 }) },
  {
    name: 'clippy',
    needsPage: true,
    run: () => checks(['cargo', 'clippy', ...workspace, '--all-targets', '--', '-D', 'warnings']),
  },
  { name: 'deny', run: deny },
  { name: 'rust', needsPage: true, run: rust },
  { name: 'svelte-check', run: () => checks(['npm', 'run', '--silent', 'check', '--workspace', 'ui']) },
  { name: 'eslint', run: () => checks(['npm', 'run', '--silent', 'lint', '--workspace', 'ui']) },
  {
    name: 'vitest',
    run: () => {
      const report = inside('.cache', 'vitest.json');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      return reported(report, counts.vitest, [
        'npm',
        'run',
        '--silent',
        'test',
        '--workspace',
        'ui',
        '--',
        ...reporters,
      ]);
    },
  },
  {
    name: 'page',
    run: () => {
      const report = inside('e2e', 'page', 'out', 'results.json');
      const env = { CHROMIUM: process.env.CHROMIUM ?? firstChromium() ?? '' };
      return reported(report, counts.playwright, ['npm', 'run', '--silent', 'page', '--workspace', 'e2e'], { env });
    },
  },
  { name: 'window', needsPage: true, run: window },
];
