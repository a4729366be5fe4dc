// How much memory a program takes, with everything that it started.
import { readFileSync } from 'node:fs';
import { childrenOf } from '../../e2e/app/harness/processes.mjs';

/** Milliseconds after which a window is called idle. */
export const settle = 6000;

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

/** MiB of a process and everything under it. */
export const treeMemory = (pid) => tree(pid).reduce((sum, each) => sum + pss(each), 0);
