// How fast files are brought in: so many short 720p videos, made by ffmpeg, through `lastframe import` of the release build.
// The peer of the same run does the least that anybody would have to do by hand with them: copy each file and let ffprobe
// read it, one after the other. (It makes no poster, no last frame and no checksum, and brings nothing to the disk for sure.)
// `node scripts/bench-import.mjs 500`
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { built } from './lib/repository.mjs';

const call = promisify(execFile);
const count = Number(process.argv[2] ?? 500);
/** Seconds of each. */
const length = 1;

/** Files that differ in every byte that matters: each begins at another place of one moving picture. */
async function make(folder) {
  const files = [];
  for (let number = 0; number < count; number += 1) {
    const file = join(folder, `${String(number).padStart(4, '0')}.mp4`);
    const picture = `testsrc2=size=1280x720:rate=24:duration=${length},hue=h=${(number * 7) % 360}`;
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-metadata', `comment=${number}`];
    await call('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...coding, file]);
    files.push(file);
  }
  return files;
}

async function timed(act) {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), 'lastframe-import-'));
try {
  const [given, copied, home] = ['given', 'copied', 'home'].map((name) => join(folder, name));
  for (const each of [given, copied]) mkdirSync(each);
  const files = await make(given);
  let summary;
  const lastframe = await timed(async () => {
    const { stdout } = await call(built('lastframe', 'release'), ['--home', home, '--json', 'import', ...files], {
      maxBuffer: 1 << 26,
    });
    summary = JSON.parse(stdout);
  });
  if (summary.clips.length !== count) throw new Error(`only ${summary.clips.length} of ${count} came in`);
  const peer = await timed(async () => {
    for (const [number, file] of files.entries()) {
      const copy = join(copied, `${number}.mp4`);
      copyFileSync(file, copy);
      await call('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', copy]);
    }
  });
  const row = (name, seconds) => ({
    name,
    files: count,
    seconds: seconds.toFixed(1),
    'files/s': (count / seconds).toFixed(1),
  });
  console.log(`${cpus().length} cores, ${length} s of 720p each`);
  console.table([row('lastframe import', lastframe), row('cp + ffprobe', peer)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
