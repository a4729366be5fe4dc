// The main job, in the real window with the real engine: describe a shot, watch the clip, continue from its last frame.
import assert from 'node:assert/strict';
import { patience } from './harness/app.mjs';
import { clipFile, facts, likestFrame, seam } from './harness/files.mjs';
import { allowReading, metadata, position, shown } from './harness/video.mjs';
import { windowTest } from './harness/world.mjs';

windowTest('rehearse a clip, watch it, continue it', async (world) => {
  const person = await world.open();
  await person.rehearse();

  // Described, it has a price before it has a button that can be pressed.
  await person.write('A paper boat drifts down a rainy street');
  await person.waitForText('generate', /^Generate\s*·\s*about \$0\.19/);

  // Pressed, it has a card at once.
  await person.pressGenerate();
  const pressed = Date.now();
  await person.waitFor('job-card', 2000);
  assert.ok(Date.now() - pressed < 2000, 'a card appears at once, not when the service has answered');
  assert.match(await person.read('job-card', 'data-state'), /^(queued|submitting|running|downloading)$/);
  assert.match(await person.read('job-card', 'innerText'), /\b0:0\d\b/, 'it says for how long it has been going on');

  const [first] = await person.waitForClips(1);
  assert.equal(await person.state(first), 'done');
  await person.noJobsLeft();
  await person.waitForText('clip-card', /5 s.*\$0\.19/s);
  const firstFile = clipFile(world.home, first);
  assert.deepEqual(
    await facts(firstFile),
    { codec: 'h264', width: 1248, height: 704, frames: 121 },
    'five seconds of 720p at 24 frames, counted by ffprobe',
  );

  await watch(person, first);

  // Continue: the frame is in the slot, the model takes one, the prompt has the focus.
  await person.click('continue');
  const filled = async () => (await person.read('first-frame', 'data-image')) !== undefined;
  await person.waitUntil(filled, 'the frame should be in its slot');
  const model = await person.read('model', 'data-value');
  assert.equal(model, 'spark_dance_v1_0_lite_i2v', 'the text-only model moved to one that takes a first frame');
  await person.waitFor('continues');
  await person.generate('It reaches a drain and stops, turning');
  await person.openGallery();
  const [second] = await person.waitForClips(2);
  const likeness = await seam(firstFile, clipFile(world.home, second), 121);
  assert.ok(likeness >= 35, `the second clip begins with the frame the first ended on: ${likeness} dB`);

  // The film so far, as a strip in the viewer.
  await person.openClip(second);
  await person.waitFor('film-strip');
  const whole = async () => (await person.idsIn('film-strip')).length === 2;
  await person.waitUntil(whole, 'the strip should show two clips');
  assert.deepEqual(await person.idsIn('film-strip'), [first, second], 'the strip shows them in playing order');
  await person.waitForText('from-clip', /paper boat/i);
});

/** Plays and seeks the clip in the viewer. Leaves the viewer open. */
async function watch(person, id) {
  const { browser } = person;
  await person.openClip(id);

  const { width, height, duration, error } = await metadata(browser);
  assert.equal(error, undefined, 'the video element reads the clip');
  assert.deepEqual({ width, height }, { width: 1248, height: 704 });
  assert.ok(Math.abs(duration - 121 / 24) < 0.05, `121 frames last 5.04 s, not ${duration}`);

  // It plays when it is opened; Space holds it and lets it go on.
  await advances(browser, 'opened, the clip plays');
  await browser.keys([' ']);
  const held = (await shown(browser, { pixels: false })).time;
  await browser.pause(500);
  assert.equal(await position(browser), held, 'Space holds it');
  await browser.keys([' ']);
  await advances(browser, 'Space again lets it go on');
  await browser.keys([' ']);

  // Every way of going to a frame shows exactly that frame: pixels of the window against frames of the file.
  assert.equal((await allowReading(browser)).error, undefined, 'the clip can be read from the page');
  const file = clipFile(person.home, id);
  for (const [way, go, frame] of [
    ['End', () => browser.keys(['End']), 120],
    ['one frame back', () => browser.keys(['ArrowLeft']), 119],
    ['Home', () => browser.keys(['Home']), 0],
    ['one frame on', () => browser.keys(['ArrowRight']), 1],
    [
      'a click in the middle of the scrubber',
      () => browser.$('[data-testid="place-viewer"] [role="slider"]').click(),
      60,
    ],
  ]) {
    await go();
    const there = await shown(browser);
    assert.equal(there.error, undefined, `${way}: the picture can be read`);
    assert.equal(there.frame, frame, `${way} leads to its frame`);
    assert.equal(Math.floor(there.time * 24), frame, `${way}: the video stands inside that frame, at ${there.time} s`);
    assert.equal(
      await likestFrame(file, there.picture, frame),
      frame,
      `${way}: what is seen is that frame of the file`,
    );
  }
}

/** Watches `currentTime`: it must go on, and never quicker than a clock, give or take a frame or two of a slow computer. */
async function advances(browser, what) {
  const began = Date.now(); // before the look: how long its answer takes counts for the clock, too
  const before = await position(browser);
  let moved = 0;
  const goesOn = async () => (moved = (await position(browser)) - before) > 0.6;
  await browser.waitUntil(goesOn, { timeout: patience, interval: 100, timeoutMsg: what });
  const elapsed = (Date.now() - began) / 1000;
  assert.ok(moved < elapsed + 0.3, `${what}: it moved by ${moved} s in ${elapsed} s`);
}
