// What films cost: joining ten clips beside `cp`, coding them anew beside ffmpeg, and taking the last frame of a long clip.
// The clips are made by another encoder, Debian's ffmpeg with x264; without it these figures are left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../lib/repository.mjs';
import { beside, plain } from './rows.mjs';

const fractal = (size, scale) => ['-f', 'lavfi', '-i', `mandelbrot=size=${size}:rate=24:start_scale=${scale}`];
const tone = (hertz) => ['-f', 'lavfi', '-i', `sine=frequency=${hertz}`, '-shortest', '-c:a', 'aac'];
const coded = (frames, ...extra) =>
  ['-frames:v', frames, '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', ...extra].map(
    String,
  );

/** The clips that the figures are of. */
function make(folder) {
  const clip = (name, ...args) =>
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...args.flat(), join(folder, `${name}.mp4`)], { stdio: 'inherit' });
  for (let number = 0; number < 10; number += 1) {
    clip(`clip-${number}`, fractal('1248x704', 3 / (1 + number)), tone(300 + 50 * number), coded(121, '-bf', 2));
  }
  clip('other', fractal('864x480', 1), coded(121, '-bf', 0));
  // As a service's encoder might put its key frames: by x264's own custom, none but the first, one a second.
  for (const [name, group] of [
    ['250', 250],
    ['one', 1000],
    ['24', 24],
  ]) {
    clip(
      `last-${name}`,
      fractal('1920x1088', 3),
      coded(288, '-preset', 'medium', '-crf', 21, '-g', group, '-sc_threshold', 0),
    );
  }
}

export async function measure() {
  if (spawnSync('ffmpeg', ['-version']).status !== 0) {
    console.log('films: not measured, since ffmpeg is not installed');
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'lastframe-films-'));
  try {
    make(folder);
    const told = execFileSync(built('examples/films', 'release'), [folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(told).map(({ what, ms, peer, peer_ms: its }) =>
      its === null ? plain(what, ms, 'ms') : beside(what, ms, 'ms', peer, its),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
