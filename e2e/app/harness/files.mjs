// The files of a home, judged from outside by programs that are not ours.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** Every file under a folder. */
export const filesUnder = (folder) =>
  // What is made in a folder for the time being may be gone before it is looked into.
  (orGone(() => readdirSync(folder, { withFileTypes: true })) ?? []).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
  });

/** What a look at the disk finds; undefined where it has gone meanwhile. */
function orGone(look) {
  try {
    return look();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** The file of a clip. */
export const clipFile = (home, id) => {
  const file = filesUnder(join(home, 'clips')).find((each) => each.endsWith(`${id}.mp4`));
  if (!file) throw new Error(`the clips folder holds no ${id}.mp4`);
  return file;
};

/** The files under a folder that hold these bytes anywhere, as text or inside something else. */
export const holding = (folder, text) =>
  filesUnder(folder).filter((file) => orGone(() => readFileSync(file))?.includes(text));

/** Size, frames and codec of a video, as ffprobe sees them. */
export async function facts(file) {
  const entries = 'stream=codec_name,width,height,nb_read_frames';
  const args = ['-v', 'error', '-select_streams', 'v', '-count_frames', '-show_entries', entries, '-of', 'json', file];
  const { stdout } = await call('ffprobe', args);
  const [{ codec_name: codec, width, height, nb_read_frames: frames }] = JSON.parse(stdout).streams;
  return { codec, width, height, frames: Number(frames) };
}

/**
 * How alike the last frame of one video and the first of another are: PSNR in dB, `Infinity` when they are equal.
 * Two encodings of one picture are above 35 dB; two pictures of one scene are not.
 */
export async function seam(before, after, frames) {
  const picks = `[0:v]select=eq(n\\,${frames - 1}),setpts=0[a];[1:v]select=eq(n\\,0),setpts=0[b];[a][b]psnr`;
  const args = ['-hide_banner', '-i', before, '-i', after, '-lavfi', picks, '-frames:v', '1', '-f', 'null', '-'];
  const { stderr } = await call('ffmpeg', args);
  const [, value] = /PSNR.* average:(\S+)/.exec(stderr) ?? [];
  if (value === undefined) throw new Error(`ffmpeg gave no PSNR:\n${stderr}`);
  return value === 'inf' ? Infinity : Number(value);
}

/**
 * Which frame of a video a picture (PNG, base64) is, by likeness, among the frames within `range` of `expected`.
 * Exactly one of them can be the likest, however the colours were converted on the way. Both are compared at `size`, in
 * ffmpeg's `width:height`.
 */
export async function likestFrame(file, picture, expected, { range = 3, size = '1248:704' } = {}) {
  const from = Math.max(0, expected - range);
  const filter = [
    `[0:v]select=between(n\\,${from}\\,${expected + range}),setpts=N,scale=${size}[a]`,
    `[1:v]loop=loop=-1:size=1,setpts=N,scale=${size}[b]`,
    `[a][b]psnr=shortest=1:stats_file=-`,
  ].join(';');
  const args = ['-v', 'error', '-i', file, '-f', 'png_pipe', '-i', '-', '-lavfi', filter, '-f', 'null', '-'];
  const running = call('ffmpeg', args);
  running.child.stdin.end(Buffer.from(picture, 'base64'));
  const { stdout } = await running;
  const likeness = [...stdout.matchAll(/psnr_avg:(\S+)/g)].map(([, value]) =>
    value === 'inf' ? Infinity : Number(value),
  );
  if (likeness.length === 0) throw new Error(`ffmpeg compared nothing:\n${stdout}`);
  return from + likeness.indexOf(Math.max(...likeness));
}

/** One picture of a sheet of pictures of one size, cut out: PNG, base64. */
export async function cutOut(sheet, { width, height, column, row }) {
  // In whole pixels: at half the colours a crop would begin at even ones only.
  const crop = `format=rgb24,crop=${width}:${height}:${column * width}:${row * height}`;
  const args = ['-v', 'error', '-i', sheet, '-vf', crop, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'];
  const { stdout } = await call('ffmpeg', args, { encoding: 'buffer' });
  return stdout.toString('base64');
}
