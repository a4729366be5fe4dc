// How fast files are brought in: 500 short 720p videos, made by ffmpeg, through `lastframe import`. The peer of the same run
// does the least that anybody would have to do by hand with them: copy each file and let ffprobe read it, one after the
// other. (It makes no poster and no checksum, and brings nothing to the disk for sure. Neither makes
// last frames here: the app draws those of other people's videos afterwards.)
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { built } from '../lib/repository.mjs';
import { atLeast, beside } from './rows.mjs';

const call = promisify(execFile);
const count = 500;
/** Seconds of each. */
const length = 1;
/** Files a second that were promised. */
const promised = 20;

/** Moving pictures that are coded; each becomes many files, of which no two are the same. */
const pictures = 20;

/** Files of which no two have the same bytes: what they are told apart by is in each of them. */
async function make(folder) {
  const files = [];
  for (let picture = 0; picture < pictures; picture += 1) {
    const source = join(folder, `picture-${picture}.mp4`);
    const moving = `testsrc2=size=1280x720:rate=24:duration=${length},hue=h=${(picture * 17) % 360}`;
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
    await call('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', moving, ...coding, source]);
    for (let number = picture; number < count; number += pictures) {
      const file = join(folder, `${String(number).padStart(4, '0')}.mp4`);
      await call('ffmpeg', ['-v', 'error', '-i', source, '-c', 'copy', '-metadata', `comment=${number}`, file]);
      files.push(file);
    }
  }
  return files;
}

/** Files a second. */
async function pace(act) {
  const start = performance.now();
  await act();
  return (count * 1000) / (performance.now() - start);
}

export async function measure({ profile }) {
  const folder = mkdtempSync(join(tmpdir(), 'lastframe-import-'));
  try {
    const [given, copied, home] = ['given', 'copied', 'home'].map((name) => join(folder, name));
    for (const each of [given, copied]) mkdirSync(each);
    const files = await make(given);
    let summary;
    const ours = await pace(async () => {
      const args = ['--home', home, '--json', 'import', ...files];
      const { stdout } = await call(built('lastframe', profile), args, { maxBuffer: 1 << 26 });
      summary = JSON.parse(stdout);
    });
    if (summary.clips.length !== count) throw new Error(`only ${summary.clips.length} of ${count} came in`);
    const peer = await pace(async () => {
      for (const [number, file] of files.entries()) {
        const copy = join(copied, `${number}.mp4`);
        copyFileSync(file, copy);
        await call('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', copy]);
      }
    });
    return [
      atLeast(`import of ${count} videos, posters and facts`, ours, 'files/s', promised),
      beside('the same', ours, 'files/s', 'cp and ffprobe', peer),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
