// Other processes, as /proc tells of them.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** State letter and parent of a process; `undefined` when there is none. */
function stat(pid) {
  try {
    // The program's name stands in parentheses and may hold anything, so what follows the last one is read.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The processes that `pid` started. */
export function childrenOf(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => stat(each)?.parent === pid);
}

/** Whether a process runs. A zombie that nobody has waited for does not. */
export function alive(pid) {
  const state = stat(pid)?.state;
  return state !== undefined && !['Z', 'X'].includes(state);
}

/** Waits until `condition` holds; throws, saying what was waited for, after `timeout` milliseconds. */
export async function until(condition, what, timeout) {
  for (const end = Date.now() + timeout; Date.now() < end; await sleep(50)) if (await condition()) return;
  throw new Error(`waited ${timeout / 1000} s in vain: ${what}`);
}

/** How long a process has been there, in seconds. */
export function ageOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Field 22: its start in ticks (hundredths of a second) after the computer's.
  const started = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]) / 100;
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - started;
}
