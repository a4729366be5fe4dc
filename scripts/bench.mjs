// Every figure that was promised, measured and held against its limit, or against a peer of the same run. Linux only: it
// reads /proc and opens windows on a display of its own.
//
//   npm run bench                          all of it, in release builds
//   npm run bench -- finding scrolling     only these (see `parts`)
//   npm run bench -- --rounds 9            each window started so often (5)
//   npm run bench -- --profile debug       with debug builds: quicker to build, and slower than what people get
//
// Ends with 1 if a limit was not kept. Figures of a busy computer are those of a busy computer.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import * as browsing from './bench/browsing.mjs';
import * as films from './bench/films.mjs';
import * as finding from './bench/finding.mjs';
import * as importing from './bench/importing.mjs';
import { show } from './bench/rows.mjs';
import * as scrolling from './bench/scrolling.mjs';
import * as starting from './bench/starting.mjs';
import * as viewing from './bench/viewing.mjs';
import { startDisplay } from '../e2e/app/harness/display.mjs';
import { embeddedPage } from './lib/repository.mjs';
import { must, script } from './lib/run.mjs';
import { againInOwnSession, inOwnSession } from './lib/session.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages, page } from './lib/tools.mjs';

/** What can be measured, and the programs that each needs. */
const parts = {
  starting: { measure: starting.measure, needs: ['desktop', 'empty'] },
  browsing: { measure: browsing.measure, needs: ['desktop', 'cli', 'many'] },
  finding: { measure: finding.measure, needs: ['many'] },
  films: { measure: films.measure, needs: ['films'] },
  scrolling: { measure: scrolling.measure, needs: ['page'] },
  viewing: { measure: viewing.measure, needs: ['desktop'] },
  importing: { measure: importing.measure, needs: ['cli'] },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, profile: { type: 'string', default: 'release' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = names.filter((name) => !(name in parts));
const { profile } = options;

/** What cargo builds of each. Those that only make or measure something are always release builds: debug ones take minutes. */
const targets = { desktop: ['--bin', 'lastframe-desktop'], cli: ['--bin', 'lastframe'] };
const tools = { many: ['--example', 'many_clips'], films: ['--example', 'films'] };

async function build() {
  await nodeAndRust();
  await systemPackages(['build', 'run', 'test']);
  await npmPackages();
  const needed = new Set(names.flatMap((name) => parts[name].needs));
  if (needed.has('desktop')) await page();
  const wanted = (of) => Object.keys(of).flatMap((name) => (needed.has(name) ? of[name] : []));
  // With the features of all crates of the workspace, whatever is built, so that nothing is compiled a second time.
  const cargo = async (what, how = []) => {
    if (what.length > 0) await must('cargo', ['build', '--workspace', ...embeddedPage, ...how, ...what]);
  };
  await cargo(wanted(targets), profile === 'debug' ? [] : ['--release']);
  await cargo(wanted(tools), ['--release']);
  if (needed.has('empty')) await starting.build(profile);
  if (needed.has('page')) await scrolling.build();
}

async function bench() {
  const display = await startDisplay();
  const rows = [];
  try {
    for (const name of names) {
      console.log(`measuring: ${name}`);
      rows.push(...(await parts[name].measure({ display, profile, rounds: Number(options.rounds) })));
    }
  } finally {
    await display.stop();
  }
  show(rows);
  const load = loadavg()[1].toFixed(1);
  console.log(
    `${profile} builds, ${cpus().length} cores, load ${load} (mean of the last five minutes, this run included)`,
  );
  return rows.some(({ kept }) => kept === false) ? 1 : 0;
}

await script(async () => {
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
  if (inOwnSession()) return bench();
  await build();
  return againInOwnSession();
});
