// `npm test`: every check there is. `npm test -- rust window` runs some of them. All stages run, even after one failed;
// the last line says how many checks passed and failed.
import { script } from './lib/run.mjs';
import { stages } from './lib/stages.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages } from './lib/tools.mjs';

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** The stages that were asked for by name, and what they need; all of them when none was. */
function chosen(names) {
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no stage “${unknown.join('”, “')}”. The stages are: ${stages.map(({ name }) => name).join(' ')}`,
    );
  }
  if (names.length === 0) return stages;
  const needsPage = stages.some((stage) => names.includes(stage.name) && stage.needsPage);
  return stages.filter((stage) => names.includes(stage.name) || (needsPage && stage.name === 'bundle'));
}

async function timed(name, run) {
  console.log(`\n━━ ${name}`);
  const start = Date.now();
  const result = await run().catch((error) => ({ passed: 0, failed: 1, why: error.message }));
  const line = `${name.padEnd(14)} ${String(result.passed).padStart(5)} passed ${String(result.failed).padStart(4)} failed  ${seconds(start)}`;
  console.log(`━━ ${line}${result.why ? `  (${result.why})` : ''}`);
  return { ...result, line };
}

/** Tools and packages. Nothing can be checked without them, and having them proves nothing, so it counts only when it fails. */
async function prepare() {
  await nodeAndRust();
  await systemPackages(['build', 'run', 'test']);
  await npmPackages();
  return { passed: 0, failed: 0 };
}

/** The figures of every stage, and the one line that counts. Returns the exit code. */
function summary(results, start) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n━━ in ${seconds(start)}`);
  for (const { line, why } of results) console.log(`   ${line}${why ? `  (${why})` : ''}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 ? 1 : 0;
}

await script(async () => {
  const start = Date.now();
  const wanted = chosen(process.argv.slice(2));
  const prepared = await timed('prepare', prepare);
  if (prepared.failed > 0) return summary([prepared], start);
  // A test run is built once: what incremental compilation keeps for a next time would cost time and gigabytes now.
  process.env.CARGO_INCREMENTAL ??= '0';

  const results = [];
  for (const stage of wanted) results.push(await timed(stage.name, stage.run));
  return summary(results, start);
});
