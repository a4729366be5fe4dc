// Start-up time and idle memory of the release build, beside an empty Tauri window measured in the same run: what the app
// costs over the floor that it cannot get under. Then what finding and films cost. Linux only (it reads /proc). `npm run bench -- 9` measures 9 times each.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../e2e/app/harness/processes.mjs';
import { startDisplay } from '../e2e/app/harness/display.mjs';
import { windowsOf } from '../e2e/app/harness/x11.mjs';
import { benchFilms, buildFilms } from './bench/films.mjs';
import { benchFinding, buildFinding } from './bench/finding.mjs';
import { built, embeddedPage, inside } from './lib/repository.mjs';
import { must, script } from './lib/run.mjs';
import { againInOwnSession, inOwnSession } from './lib/session.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages, page } from './lib/tools.mjs';

const settle = 6000; // ms after which a window is called idle

const emptyWindow = inside('bench', 'empty-window');
const emptyTarget = inside('target', 'empty-window');

async function build() {
  await nodeAndRust();
  await systemPackages(['build', 'run', 'test']);
  await npmPackages();
  await page();
  await must('cargo', ['build', '--release', '-p', 'lastframe-desktop', ...embeddedPage]);
  await buildFinding();
  await buildFilms();
  // The same versions of Tauri and what is under it, or the comparison would be of something else.
  copyFileSync(inside('Cargo.lock'), join(emptyWindow, 'Cargo.lock'));
  await must('cargo', ['build', '--release', '--target-dir', emptyTarget], { cwd: emptyWindow });
}

/** A process and everything under it. */
const tree = (pid) => [pid, ...childrenOf(pid).flatMap(tree)];

/** Proportional set size of a process in MiB: shared pages are divided among those who share them. */
function pss(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
  } catch {
    return 0; // it ended meanwhile
  }
}

/** One start: milliseconds until its window is on the screen, and MiB of the whole tree once it is idle. */
async function measure(program, display) {
  const home = mkdtempSync(join(tmpdir(), 'lastframe-bench-'));
  const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LASTFRAME_HOME: home, XDG_DATA_HOME: home };
  const start = performance.now();
  const app = spawn(program, { env, stdio: 'ignore' });
  const gone = once(app, 'exit');
  try {
    while ((await windowsOf(app.pid, display)).length === 0) {
      if (app.exitCode !== null) throw new Error(`${program} ended with ${app.exitCode} before it showed a window`);
      await sleep(5);
    }
    const visible = performance.now() - start;
    await sleep(settle);
    const memory = tree(app.pid).reduce((sum, pid) => sum + pss(pid), 0);
    return { visible, memory };
  } finally {
    app.kill();
    await gone;
    rmSync(home, { recursive: true, force: true });
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const row = (name, runs, program) => ({
  name,
  'visible ms': Math.round(median(runs.map((each) => each.visible))),
  'slowest ms': Math.round(Math.max(...runs.map((each) => each.visible))),
  'idle PSS MiB': Math.round(median(runs.map((each) => each.memory))),
  'binary MiB': Number((statSync(program).size / 2 ** 20).toFixed(1)),
});

async function bench() {
  const rounds = Number(process.argv[2] ?? 5);
  const programs = {
    'empty window': join(emptyTarget, 'release', 'empty-window'),
    Lastframe: built('lastframe-desktop', 'release'),
  };
  const display = await startDisplay();
  const runs = { 'empty window': [], Lastframe: [] };
  try {
    // The first start of each fills the disk cache and is not counted. Taken in turns, both see the same computer.
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, program] of Object.entries(programs)) {
        const figures = await measure(program, display.name);
        if (round >= 0) runs[name].push(figures);
      }
    }
  } finally {
    await display.stop();
  }
  benchFinding();
  benchFilms();
  console.table(Object.entries(programs).map(([name, program]) => row(name, runs[name], program)));
}

await script(async () => {
  if (inOwnSession()) return bench();
  await build();
  return againInOwnSession();
});
