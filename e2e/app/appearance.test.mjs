// Theme and language, chosen in the window and remembered.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { windowTest } from './harness/world.mjs';

/** The colour of the room at the left edge, where no picture is. */
const background = (browser) =>
  browser.execute(() => {
    for (let seen = document.elementFromPoint(2, innerHeight / 2); seen; seen = seen.parentElement) {
      const { backgroundColor } = getComputedStyle(seen);
      if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor;
    }
    return '';
  });
/** Whether a computed colour is a light one: its first number is lightness in oklch (0 – 1), red in rgb (0 – 255). */
function light(colour) {
  const first = Number(/[\d.]+/.exec(colour)[0]);
  return first > (colour.startsWith('oklch') ? 0.5 : 128);
}

/**
 * Waits until the room is painted in a light or dark colour, and returns it. The page takes the choice over after the
 * program has kept it, and a person sees it a moment after the click, not in it.
 */
async function roomIs(person, wanted) {
  let colour = '';
  const is = async () => {
    const before = colour;
    colour = await background(person.browser);
    // Twice the same: a colour on its way to another is not the room's.
    return colour === before && colour !== '' && light(colour) === (wanted === 'light');
  };
  await person.waitUntil(is, `the room should be ${wanted}`).catch((error) => {
    throw new Error(`${error.message}; it is ${colour}`);
  });
  return colour;
}

/** Waits until screen readers are told this language. */
const speaks = (person, language) =>
  person.waitUntil(
    async () => (await person.browser.execute(() => document.documentElement.lang)) === language,
    `screen readers should be told ${language}`,
  );

windowTest('theme and language follow the choice and survive a restart', async (world) => {
  let person = await world.open();
  await person.rehearse();
  await person.openSettings();

  await person.choose('theme', 'darkroom');
  await roomIs(person, 'dark');
  await person.choose('theme', 'lightbox');
  const bright = await roomIs(person, 'light');

  await person.choose('language', 'zh-CN');
  await person.waitForText('place-settings', /设置/);
  await speaks(person, 'zh-CN');

  await person.app.close();
  person = await world.open();
  await person.waitFor('place-gallery');
  assert.equal(await roomIs(person, 'light'), bright, 'the theme is remembered');
  await speaks(person, 'zh-CN'); // remembered too
  await person.waitForText('generate', /生成/);
});

/** Looks at one point of the display forty times a second until told to stop; the colours there were, in order, as hex. */
function watchPoint(world, x, y) {
  const where = ['-framerate', '40', '-video_size', '8x8', '-i', `${world.display.name}+${x},${y}`];
  const args = ['-v', 'error', '-f', 'x11grab', ...where, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const seen = [];
  const camera = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  camera.stdout.on('data', (bytes) => seen.push(bytes));
  const gone = once(camera, 'exit');
  const stop = async () => {
    camera.kill('SIGINT');
    await gone;
  };
  world.atEnd(stop);
  return async () => {
    await stop();
    const bytes = Buffer.concat(seen);
    const frames = Array.from({ length: Math.floor(bytes.length / 192) }, (_, frame) => frame * 192);
    const colours = frames.map((at) => bytes.subarray(at, at + 3).toString('hex'));
    return colours.filter((colour, index) => colour !== colours[index - 1]);
  };
}

windowTest('where the system is light, the window is light before its page is', async (world) => {
  world.writeSettings({ door: 'rehearse', theme: 'system' });
  // A point of the empty gallery, where nothing is written.
  const seen = watchPoint(world, 1200, 780);
  const person = await world.open();
  await person.waitFor('place-gallery');
  await person.settle();
  const colours = (await seen()).filter((colour) => colour !== '000000'); // the display’s own, where no window is
  assert.deepEqual(colours, ['e6e6e6'], 'nothing before the room’s own');
});
