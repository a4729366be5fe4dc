// How soon a library of 100,000 clips answers: searches, filters, orders, pages, marks, the ledger. The library is made
// anew each time, without media files; each answer is written as JSON, as the window is given it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../lib/repository.mjs';
import { atMost, beside, plain } from './rows.mjs';

/** How many clips a large library has. */
export const many = 100_000;

/** The program that makes such libraries. It is always a release build: a debug one takes minutes. */
export const manyClips = built('examples/many_clips', 'release');

/** Milliseconds that were promised for any search or filter, 95 times of 100. */
const limit = 50;
/** What was promised about others: the first shelf is a part of the first screen. */
const others = {
  'first shelf after the start': 400,
  'tag on 2,000 clips': null,
  'a page of the ledger, by bill': null,
};

export async function measure() {
  const home = mkdtempSync(join(tmpdir(), 'lastframe-clips-'));
  try {
    const args = [home, String(many), '--measure'];
    const told = JSON.parse(execFileSync(manyClips, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    return told.flatMap(({ what, p50_ms: middle, p95_ms: slow, peer_times: times }) => {
      if (what === 'sums of the ledger') return [beside(what, middle, 'ms', 'every job read whole', middle * times)];
      const wanted = what in others ? others[what] : limit;
      const row = wanted === null ? plain(`${what}, p95`, slow, 'ms') : atMost(`${what}, p95`, slow, 'ms', wanted);
      return times === null ? [row] : [row, beside(`${what}, median`, middle, 'ms', 'a LIKE scan', middle * times)];
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
