// `npm run fuzz`: feeds what reads other people's bytes with inputs that are bred by coverage (libFuzzer).
// `node scripts/fuzz.mjs [target…] [--seconds N]`: without names every target but `frame`, which takes minutes to build.
// Ends with 1 if an input made one fail; the input is kept under fuzz/artifacts, to be run again by its path.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inside } from './lib/repository.mjs';
import { must, run, script } from './lib/run.mjs';

const usual = ['wire', 'mp4', 'recipe', 'spec'];
const all = [...usual, 'frame'];

/** What `cargo fuzz -s none` passes to a stable compiler: counters and compared values, where libFuzzer looks for them. */
const coverage = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '--cfg=fuzzing',
].join(' ');

const folder = inside('fuzz');
const suffix = process.platform === 'win32' ? '.exe' : '';

function asked(words) {
  const at = words.indexOf('--seconds');
  const seconds = at < 0 ? 600 : Number(words[at + 1]);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error('--seconds takes a whole number, at least 1.');
  const names = at < 0 ? words : words.toSpliced(at, 2);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no target “${unknown.join('”, “')}”. The targets are: ${all.join(' ')}`);
  return { seconds, names: names.length > 0 ? names : usual };
}

/** Builds the targets; returns the folder that they are in. */
async function build(names) {
  const host = (await must('rustc', ['-vV'], { show: false })).match(/^host: (.+)$/m)[1];
  // Apart from the program's own: other flags, and so other files of every crate.
  const target = join(process.env.CARGO_TARGET_DIR ?? inside('target'), 'fuzz');
  // With a target named, the marks are not put into build scripts and macros, which run while building.
  const args = ['build', '--quiet', '--locked', '--target', host, ...names.flatMap((name) => ['--bin', name])];
  if (names.includes('frame')) args.push('--features', 'frames');
  const env = { RUSTFLAGS: coverage, CARGO_TARGET_DIR: target };
  await must('cargo', args, { cwd: folder, env });
  return join(target, host, 'debug');
}

/** Runs one target; whether it stood. */
async function fuzz(name, seconds, programs) {
  const corpus = join(folder, 'corpus', name);
  const artifacts = join(folder, 'artifacts', name);
  const seeds = join(folder, 'seeds', name);
  for (const path of [corpus, artifacts]) mkdirSync(path, { recursive: true });
  const words = join(folder, 'seeds', `${name}.dict`);
  const before = new Set(readdirSync(artifacts));
  const args = [
    corpus,
    ...(existsSync(seeds) ? [seeds] : []),
    `-artifact_prefix=${artifacts}/`,
    `-max_total_time=${seconds}`,
    '-timeout=10',
    '-rss_limit_mb=1024',
    '-max_len=16384',
    '-print_final_stats=1',
    ...(existsSync(words) ? [`-dict=${words}`] : []),
  ];
  const { code, output } = await run(join(programs, name + suffix), args, { show: false });
  const runs = output.match(/stat::number_of_executed_units: (\d+)/)?.[1] ?? '0';
  const edges = [...output.matchAll(/ cov: (\d+) /g)].at(-1)?.[1] ?? '0';
  const crashes = readdirSync(artifacts).filter((file) => !before.has(file));
  console.log(`fuzz ${name}: ${runs} runs, ${edges} edges, ${crashes.length} crashes`);
  for (const file of crashes) console.log(`  ${join(artifacts, file)}`);
  // A run that executed nothing, or saw no coverage, has shown nothing.
  const stood = code === 0 && crashes.length === 0 && Number(runs) > 0 && Number(edges) > 0;
  if (!stood) process.stderr.write(output.slice(-4000));
  return stood;
}

await script(async () => {
  const { seconds, names } = asked(process.argv.slice(2));
  const programs = await build(names);
  let stood = true;
  for (const name of names) stood = (await fuzz(name, seconds, programs)) && stood;
  return stood ? 0 : 1;
});
