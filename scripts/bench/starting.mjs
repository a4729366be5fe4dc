// Start-up time and idle memory beside an empty Tauri window measured in the same run: what the app costs over the floor
// that it cannot get under. Linux only, since it reads /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { windowsOf } from '../../e2e/app/harness/x11.mjs';
import { built, inside } from '../lib/repository.mjs';
import { must } from '../lib/run.mjs';
import { settle, treeMemory } from './memory.mjs';
import { beside, median } from './rows.mjs';

const emptyWindow = inside('scripts', 'bench', 'empty-window');
const emptyTarget = inside('target', 'empty-window');

/** The same versions of Tauri and what is under it, or the comparison would be of something else. */
export async function build(profile) {
  copyFileSync(inside('Cargo.lock'), join(emptyWindow, 'Cargo.lock'));
  const args = ['build', '--target-dir', emptyTarget, ...(profile === 'release' ? ['--release'] : [])];
  await must('cargo', args, { cwd: emptyWindow });
}

/** One start: milliseconds until its window is on the screen, and MiB of the whole tree once it is idle. */
async function start(program, display) {
  const home = mkdtempSync(join(tmpdir(), 'lastframe-bench-'));
  const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LASTFRAME_HOME: home, XDG_DATA_HOME: home };
  const begun = performance.now();
  const app = spawn(program, { env, stdio: 'ignore' });
  const gone = once(app, 'exit');
  try {
    while ((await windowsOf(app.pid, display)).length === 0) {
      if (app.exitCode !== null) throw new Error(`${program} ended with ${app.exitCode} before it showed a window`);
      await sleep(5);
    }
    const visible = performance.now() - begun;
    await sleep(settle);
    return { visible, memory: treeMemory(app.pid) };
  } finally {
    app.kill();
    await gone;
    rmSync(home, { recursive: true, force: true });
  }
}

export async function measure({ display, profile, rounds }) {
  const programs = {
    empty: join(emptyTarget, profile, 'empty-window'),
    lastframe: built('lastframe-desktop', profile),
  };
  const runs = { empty: [], lastframe: [] };
  // The first start of each fills the disk cache and is not counted. Taken in turns, both see the same computer.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const figures = await start(program, display.name);
      if (round >= 0) runs[name].push(figures);
    }
  }
  const of = (name, figure) => median(runs[name].map((run) => run[figure]));
  const mebibytes = (name) => statSync(programs[name]).size / 2 ** 20;
  const peer = 'an empty Tauri window';
  return [
    beside('start to visible window', of('lastframe', 'visible'), 'ms', peer, of('empty', 'visible')),
    beside('memory when idle', of('lastframe', 'memory'), 'MiB', peer, of('empty', 'memory')),
    beside('size of the program', mebibytes('lastframe'), 'MiB', peer, mebibytes('empty')),
  ];
}
