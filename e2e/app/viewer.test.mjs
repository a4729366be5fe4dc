// Looking closely, in the real window: frames in the middle of a clip, small frames over the line of time, two clips in sync.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { patience } from './harness/app.mjs';
import { clipFile, cutOut, facts, likestFrame } from './harness/files.mjs';
import { allowReading, metadata, shown } from './harness/video.mjs';
import { windowTest } from './harness/world.mjs';

/** The picture of a video element must be that frame of the file, and the viewer must call it so. */
async function expectFrame(browser, name, file, frame, why) {
  const { width, height } = await facts(file);
  const there = await shown(browser, { name });
  assert.equal(there.error, undefined, `${why}: the picture can be read`);
  assert.equal(there.frame, frame, `${why}: its number`);
  assert.equal(Math.floor(there.time * 24), frame, `${why}: the video stands inside that frame, at ${there.time} s`);
  const size = `${width}:${height}`;
  assert.equal(await likestFrame(file, there.picture, frame, { size }), frame, `${why}: what is seen is that frame`);
}

/** Milliseconds from opening a clip to its first frame on the screen, as the page measured them, oldest first. */
const firstFrames = (browser) =>
  browser.execute(() => performance.getEntriesByName('viewer: first frame').map((entry) => Math.round(entry.duration)));

windowTest(
  'a clip is stepped through in its middle, looked ahead in, and compared with another in sync',
  async (world) => {
    const person = await world.open();
    const { browser } = person;
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    const [first] = await person.waitForClips(1);
    await person.click('resolution');
    await browser.$('#tray-resolution [role="radio"][data-value="480p"]').click();
    await person.click('resolution');
    await person.generate('A paper boat drifts down a rainy street');
    const [second] = (await person.waitForClips(2)).filter((id) => id !== first);
    const [large, small] = [first, second].map((id) => clipFile(world.home, id));

    // Opened, it plays: the first frame is on the screen soon after the poster.
    await person.openClip(first);
    assert.equal((await metadata(browser)).error, undefined);
    await person.waitUntil(async () => (await firstFrames(browser)).length === 1, 'the first frame should be shown');
    console.log(`first frame of a clip: ${await firstFrames(browser)} ms after it was opened`);

    // In the middle of the film, frame by frame.
    await browser.keys(['k']);
    assert.equal((await allowReading(browser)).error, undefined, 'the clip can be read from the page');
    await browser.$('[data-testid="place-viewer"] [role="slider"]').click();
    await expectFrame(browser, 'viewer-video', large, 60, 'the middle');
    for (const [key, frame] of [
      ['ArrowRight', 61],
      ['ArrowRight', 62],
      ['ArrowRight', 63],
      ['ArrowLeft', 62],
    ]) {
      await browser.keys([key]);
      await expectFrame(browser, 'viewer-video', large, frame, `${key} in the middle`);
    }

    await lookAhead(person, first, large);

    // The other resolution beside it: found as another take, both on one frame however they got there.
    await browser.keys(['y']);
    await person.waitFor('compare-pick');
    const offered = () =>
      browser.execute(() => document.querySelector('[data-testid="compare-pick"] [role="option"]') !== null);
    await person.waitUntil(offered, 'a clip should be offered');
    await browser.keys(['Enter']);
    await person.waitFor('compare');
    for (const name of ['compare-left', 'compare-right']) {
      const ready = async () => (await person.read(name, 'readyState')) >= 2;
      await person.waitUntil(ready, `${name} should have a picture`);
    }
    const moving = async () => (await person.read('compare-left', 'data-motion')) === 'forward';
    await person.waitUntil(moving, 'both should begin to play');
    await browser.pause(1500);
    // A busy machine holds one of them up now and then, and they come together again: what they mostly are is judged.
    const gaps = [];
    while (gaps.length < 7) {
      const gap = await browser.execute(() => {
        const at = (name) => document.querySelector(`[data-testid="${name}"]`).currentTime;
        return Math.abs(at('compare-left') - at('compare-right')) * 24;
      });
      gaps.push(gap);
      await browser.pause(200);
    }
    const apart = gaps.toSorted((a, b) => a - b)[3];
    console.log(`two clips that play are ${apart.toFixed(2)} frames apart`);
    // The one that follows is moved only where it is more than 0.3 s, 7.2 frames, away; until then it is hurried.
    assert.ok(apart < 9, `while they play they stay together, not ${gaps.map((gap) => gap.toFixed(1))} frames apart`);
    await browser.keys(['k']);
    const stopped = Number(await person.read('compare-left', 'data-frame'));
    assert.equal(Number(await person.read('compare-right', 'data-frame')), stopped, 'stopped on one frame');

    for (const name of ['compare-left', 'compare-right']) {
      assert.equal((await allowReading(browser, name)).error, undefined, `${name} can be read from the page`);
    }
    const slider = browser.$('[data-testid="compare"] [role="slider"]');
    await slider.click();
    for (const [key, frame] of [
      [undefined, 60],
      ['ArrowRight', 61],
      ['ArrowRight', 62],
      ['ArrowLeft', 61],
      ['End', 120],
      ['Home', 0],
    ]) {
      if (key) await browser.keys([key]);
      await expectFrame(browser, 'compare-left', large, frame, `left, ${key ?? 'the middle'}`);
      await expectFrame(browser, 'compare-right', small, frame, `right, ${key ?? 'the middle'}`);
    }
    await person.waitForText('compare-facts', /480p/);
    await browser.keys(['Escape']);
    await person.waitUntilGone('compare');
    await person.waitFor('viewer-video');
  },
  { minutes: 6 },
);

windowTest(
  'painted with OpenGL, as on a computer with a GPU, a clip is stepped through just as exactly',
  async (world) => {
    const painting = ({ app }) => {
      const told = readFileSync(`/proc/${app.pid}/environ`, 'utf8').split('\0');
      return told.includes('WEBKIT_SKIA_ENABLE_CPU_RENDERING=1') ? 'processor' : 'OpenGL';
    };
    const without = await world.open({ LASTFRAME_GPU: '0' });
    assert.equal(painting(without), 'processor', 'it begins anew where there is no GPU');
    await without.rehearse();
    await without.app.close();
    const person = await world.open({ LASTFRAME_GPU: '1' });
    assert.equal(painting(person), 'OpenGL');
    const { browser } = person;
    await person.generate('A paper boat drifts down a rainy street');
    const [id] = await person.waitForClips(1);
    await person.openClip(id);
    await person.waitUntil(async () => (await firstFrames(browser)).length === 1, 'the first frame should be shown');
    await browser.keys(['k']);
    assert.equal((await allowReading(browser)).error, undefined, 'the clip can be read from the page');
    await browser.$('[data-testid="place-viewer"] [role="slider"]').click();
    for (const [key, frame] of [
      [undefined, 60],
      ['ArrowRight', 61],
      ['End', 120],
      ['Home', 0],
    ]) {
      if (key) await browser.keys([key]);
      await expectFrame(browser, 'viewer-video', clipFile(world.home, id), frame, key ?? 'the middle');
    }
  },
);

/** Over the line of time the frame is shown that a press would lead to: made once, kept beside the clip. */
async function lookAhead(person, id, file) {
  const { browser } = person;
  const sheet = file.replace(/\.mp4$/, '.strip.webp');
  await person.waitUntil(() => existsSync(sheet), 'the small frames should be kept beside the clip', patience * 2);
  assert.ok(statSync(sheet).size < 512 * 1024, `${statSync(sheet).size} bytes`);
  const slider = () => browser.$('[data-testid="place-viewer"] [role="slider"]').getElement();
  const { width } = await (await slider()).getSize();
  const look = () =>
    browser.execute(() => {
      const small = document.querySelector('[data-testid="scrub-preview"] .small');
      return small && { frame: Number(small.dataset.frame), position: getComputedStyle(small).backgroundPosition };
    });
  const seen = async () => (await look()) !== null;
  await person.hoverUntil(slider, seen, 'the small frame should be shown', Math.round(width / 4));
  const { frame, position } = await look();
  const [x, y] = position.split(' ').map(Number.parseFloat);
  const [column, row] = [Math.round((x / 100) * 7), Math.round((y / 100) * 5)];
  assert.equal(row * 8 + column, Math.round((frame * 47) / 120), 'the place on the sheet is that of the frame');
  // What is on the sheet there is the frame of the file that the place stands for.
  const tile = { width: 192, height: 108, column, row };
  const stands = Math.round(((row * 8 + column) * 120) / 47);
  const picture = await cutOut(sheet, tile);
  const size = `${tile.width}:${tile.height}`;
  assert.equal(await likestFrame(file, picture, stands, { size }), stands, 'the small frame is that frame of the file');
  assert.equal((await shown(browser, { pixels: false })).frame, 62, 'looking ahead moved nothing');

  // Another look at the clip takes the kept one.
  const made = statSync(sheet).mtimeMs;
  await person.openGallery();
  await person.openClip(id);
  await browser.keys(['k']);
  await person.hoverUntil(slider, seen, 'the small frame should be shown again');
  assert.equal(statSync(sheet).mtimeMs, made, 'they are made once');
}

windowTest('a clip whose file is gone or cut short is said, and the next one plays', async (world) => {
  const { truncateSync, renameSync } = await import('node:fs');
  const person = await world.open();
  const { browser } = person;
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  const [older] = await person.waitForClips(1);
  await person.generate('A night ferry leaves the harbour');
  const [newer] = (await person.waitForClips(2)).filter((id) => id !== older);
  const file = clipFile(world.home, newer);
  renameSync(file, `${file}.away`);
  await browser.$(`[data-testid="clip-card"][data-id="${newer}"]`).click();
  await person.waitForText('video-trouble', /missing/);
  await browser.keys(['ArrowDown']);
  await person.waitUntilGone('video-trouble');
  assert.equal((await metadata(browser)).error, undefined, 'the next clip plays');
  // Back, but cut short: its end is missing, and with it what it takes to play it to the end. A part of it is no better than
  // nothing.
  renameSync(`${file}.away`, file);
  truncateSync(file, Math.round(statSync(file).size / 2));
  await browser.keys(['ArrowUp']);
  await person.waitForText('video-trouble', /damaged/);
  await browser.keys(['ArrowDown']);
  await person.waitUntilGone('video-trouble');
  truncateSync(file, 2000);
  await browser.keys(['ArrowUp']);
  await person.waitForText('video-trouble', /damaged/);
  assert.ok(!existsSync(file.replace(/\.mp4$/, '.strip.webp')), 'it has no small frames, and nobody is told');
  await person.openGallery();
  await person.waitForClips(2);
});
