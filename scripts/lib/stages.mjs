// The stages of `npm test`, in order. Each returns `{passed, failed, why?}`; a check without figures of its own counts as one.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as counts from './counts.mjs';
import { faults, names } from './faults.mjs';
import { embeddedPage, inside } from './repository.mjs';
import { run } from './run.mjs';
import { firstChromium } from './system.mjs';
import { cargoDeny, page } from './tools.mjs';

const workspace = ['--workspace', ...embeddedPage];
/** What prettier keeps: everything but Rust and prose. */
const prettied = ['ui', 'e2e', 'scripts', 'src-tauri', '.github', '*.json'];
const inSession = inside('scripts', 'with-session.sh');
/** The window tests of what must hold whatever is typed, said or pulled away: the key's, the walls', the keychain's. */
export const walls = ['hostile-texts', 'key', 'keychain', 'walls'];
/** Lines of their output that are figures. */
const figure = /^(?:# )?(?=(?:hostile|ipc|key|keychain): )/;

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
  const { code, output } = await run(program, args, options);
  let figures;
  try {
    figures = read(JSON.parse(readFileSync(report, 'utf8')));
  } catch (error) {
    return { passed: 0, failed: 1, why: `it left no report: ${error.message}` };
  }
  return { ...counts.verdict(figures, code), output };
}

/** Tests of node:test, whose figures our reporter writes down. */
const nodeTests = (report, files, before = [], options = {}) => {
  const reporter = (name, to) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`];
  const figures = inside('e2e', 'app', 'harness', 'results.mjs');
  const args = [
    '--test',
    '--test-concurrency=1',
    ...reporter('spec', 'stdout'),
    ...reporter(figures, report),
    ...files,
  ];
  return reported(report, counts.nodeTest, [...before, process.execPath, ...args], options);
};

const testsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => join(folder, name));

/**
 * Every test of the workspace but those of the stage `faults`, and after them those that want a keychain, which are
 * ignored elsewhere.
 */
async function rust() {
  const env = { LASTFRAME_TEST_KEYCHAIN: '1' };
  const all = ['cargo', 'test', ...workspace, '--no-fail-fast'];
  const { code } = await run('cargo', ['test', ...workspace, '--no-run']);
  if (code !== 0) return { passed: 0, failed: 1, why: 'the tests could not be built' };
  // The tests wait more than they compute: meanwhile the next stage's tool is built.
  cargoDeny({ jobs: 1 }).catch(() => {}); // it is waited for, and its failure said, where it is used
  let total = { passed: 0, failed: 0 };
  let worst = 0;
  const elsewhere = Object.values(names).flatMap((name) => ['--skip', name]);
  for (const args of [
    [...all, '--', ...elsewhere],
    // `the_program_that…` is what a test runs in a process of its own.
    [...all, '--lib', '--bins', '--tests', '--', '--ignored', '--skip', '::the_program_that'],
  ]) {
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

/**
 * Tests in the app's real window.
 *
 * @param {string} name of the stage, and of its report
 * @param {(file: string) => boolean} wanted which of the files in e2e/app
 */
async function inWindow(name, wanted) {
  // Both programs and the intruder of the walls' tests at once, with the features of the tests, so that nothing is compiled a second time.
  const { code } = await run('cargo', ['build', ...workspace, '--bins', '--examples']);
  if (code !== 0) return { passed: 0, failed: 1, why: 'the app could not be built' };
  const folder = inside('e2e', 'app');
  const files = testsIn(folder).filter(wanted);
  const result = await nodeTests(join(folder, 'out', `${name}.json`), files, [inSession], { keep: true });
  const figures = (result.output ?? '').split('\n').filter((line) => figure.test(line));
  if (figures.length > 0) console.log(`\n${figures.map((line) => `   ${line.replace(figure, '')}`).join('\n')}`);
  return result;
}

/** Whether a file is one of the walls' tests. */
const ofWalls = (file) => walls.includes(basename(file, '.test.mjs'));

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
  { name: 'rust', needsPage: true, run: rust },
  { name: 'deny', run: deny },
  { name: 'faults', run: () => faults(workspace) },
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
  { name: 'walls', needsPage: true, run: () => inWindow('walls', ofWalls) },
  { name: 'window', needsPage: true, run: () => inWindow('window', (file) => !ofWalls(file)) },
];
