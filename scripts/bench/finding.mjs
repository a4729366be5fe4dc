// How soon a library of 100,000 clips answers: searches, filters, orders, pages, marks. The library is made anew each time,
// without media files; the peer is a scan with LIKE over the same rows, timed in the same run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../lib/repository.mjs';
import { must } from '../lib/run.mjs';

const clips = 100_000;

export const buildFinding = () =>
  must('cargo', ['build', '--release', '-p', 'lastframe-library', '--example', 'many_clips']);

export function benchFinding() {
  const home = mkdtempSync(join(tmpdir(), 'lastframe-clips-'));
  try {
    const program = built('examples/many_clips', 'release');
    const told = execFileSync(program, [home, String(clips), '--measure'], { stdio: ['ignore', 'pipe', 'inherit'] });
    console.table(
      JSON.parse(told).map((row) => ({
        [`${clips.toLocaleString('en')} clips`]: row.what,
        'p50 ms': row.p50_ms,
        'p95 ms': row.p95_ms,
        'LIKE scan': row.peer_times === null ? '' : `${row.peer_times}×`,
      })),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
