// The proofs from outside: what is killed, cut off and lied to, in the order in which `npm run test:faults` runs it. Each
// says its figures on lines of their own, which are repeated together at the end.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import * as counts from './counts.mjs';
import { inside } from './repository.mjs';
import { run } from './run.mjs';

/**
 * What the Rust tests of the stage `faults` are told by, in crates/<crate>/tests/it. The stage `rust` leaves them out, so
 * that each runs once.
 */
export const names = {
  'crash points': 'crashes::',
  'lost replies': 'lost::',
  'download matrix': 'matrix',
  'state machine': 'machine::',
};

/** Lines of a test's output that are figures: they begin with a name and a colon, or with a crash point's name. */
const figures = (output) =>
  output.split('\n').filter((line) => /^(kill test|crash point|lost|matrix|machine|state machine|fuzz)\b/.test(line));

async function kills() {
  const report = inside('.cache', 'kill.json');
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporter = (name, to) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`];
  const results = inside('e2e', 'app', 'harness', 'results.mjs');
  const args = ['--test', ...reporter('spec', 'stdout'), ...reporter(results, report)];
  const { code, output } = await run(process.execPath, [...args, inside('e2e', 'faults', 'kill.test.mjs')], {
    keep: true,
  });
  const figures = existsSync(report)
    ? counts.nodeTest(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0 };
  return { ...counts.verdict(figures, code), output };
}

const rust = (cargo, name) => async () => {
  const { code, output } = await run('cargo', [...cargo, '--', name, '--nocapture'], { keep: true });
  return { ...counts.verdict(counts.cargo(output), code), output };
};

/** What a part says of its failure, in a line for the very end of the output, which is all that some see of it. */
const reason = (name, output) =>
  `${name}: ${/^.*(?:Error \[|AssertionError|panicked at|^error|Error: ).*$/m.exec(output)?.[0].trim().slice(0, 300) ?? 'see above'}`;

/** A short run over random inputs; the long one is a command of its own. */
async function fuzz(script) {
  const { code, output } = await run(process.execPath, [script, '--seconds', '8'], { keep: true });
  return { ...counts.verdict({ passed: code === 0 ? 1 : 0, failed: 0 }, code), output };
}

/**
 * Runs all of them, after one another, since each measures itself.
 *
 * @param {string[]} workspace cargo's words for the packages and features that the other stages build too
 */
export async function faults(workspace) {
  const cargo = ['test', ...workspace, '--test', 'it'];
  // Builds the program that is killed as well.
  const { code } = await run('cargo', [...cargo, '--no-run']);
  if (code !== 0) return { passed: 0, failed: 1, why: 'the tests could not be built' };
  const script = inside('scripts', 'fuzz.mjs');
  const parts = [
    ['kill test', kills],
    ...Object.entries(names).map(([part, name]) => [part, rust(cargo, name)]),
    ...(existsSync(script) ? [['fuzz', () => fuzz(script)]] : []),
  ];
  const total = { passed: 0, failed: 0, why: undefined };
  const said = [];
  for (const [name, part] of parts) {
    const start = Date.now();
    const { passed, failed, why, output } = await part();
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) total.why = [total.why, reason(name, output)].filter(Boolean).join('; ');
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    said.push(`── ${name}: ${passed} passed, ${failed} failed, ${seconds} s${why ? ` (${why})` : ''}`);
    said.push(...figures(output).map((line) => `   ${line}`));
  }
  console.log(`\n${said.join('\n')}`);
  return total;
}
