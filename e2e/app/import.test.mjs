// Files that come into the real window and leave it, with the mouse and through another program: a copy brings its
// settings with it, whoever carries it.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { pickFile, putAway } from './harness/desk.mjs';
import { clipFile, facts } from './harness/files.mjs';
import { makeClips, told } from './harness/made.mjs';
import { Neighbour } from './harness/neighbour.mjs';
import { windowTest } from './harness/world.mjs';

const call = promisify(execFile);
/** With signs that mean something in addresses of files. */
const prompt = '黑色悬崖上的灯塔 #1, 50% fog';

/** The middle of something in the window, on the screen: the window stands in its corner, without a frame. */
async function middleOf(person, name) {
  const element = await person.waitFor(name);
  const [{ x, y }, { width, height }] = [await element.getLocation(), await element.getSize()];
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}

/** The file that the clipboard of the display holds, as a file manager would ask for it. */
async function copiedFile(world) {
  const args = ['-selection', 'clipboard', '-t', 'text/uri-list', '-o'];
  const { stdout } = await call('xclip', args, { env: { ...process.env, DISPLAY: world.display.name } });
  return fileURLToPath(stdout.trim());
}

windowTest(
  'a clip’s file is copied out of one library, dropped on another, and has its settings there',
  async (world) => {
    const [made] = await makeClips(
      world,
      [prompt],
      [...['--resolution', '480p', '--duration', '2', '--ratio', '1:1', '--seed', '77', '--camera-fixed']],
    );
    let person = await world.open();
    await person.waitForClips(1);
    await person.openClip(made);
    await person.browser.keys(['k']);
    await person.browser.$('button=Copy file').click();
    await person.waitForText('toast', /File copied/);
    const copied = await copiedFile(world);
    const holiday = join(world.folder, 'holiday.mp4');
    copyFileSync(copied, holiday);
    assert.deepEqual(await facts(holiday), await facts(clipFile(world.home, made)), 'the same video');

    // Out of the window with the mouse: the other program is given a file of its own, the same copy.
    const taker = await Neighbour.start(world, holiday);
    const dragged = fileURLToPath(await taker.takeFrom(await middleOf(person, 'drag-file')));
    assert.ok(existsSync(dragged));
    assert.notEqual(dragged, clipFile(world.home, made), 'the library’s own file never leaves its place');
    assert.deepEqual(readFileSync(dragged), readFileSync(holiday), 'what is dragged out is what is copied');
    await person.app.close();

    // Another library, that knows nothing of the first one.
    const first = world.home;
    world.home = join(world.folder, 'another');
    person = await world.open();
    await person.rehearse();
    await person.write('Something half-written');
    const place = { ...(await middleOf(person, 'place-gallery')) };
    const said = (words) => async () => words.test((await person.read('announcements', 'innerText')) ?? '');
    const shown = () => person.isShown('drop');
    const one = async () => (await person.ids('clip-card')).length === 1;
    await taker.giveTo(place, shown, one, 'the clip should be brought in');
    const [brought] = await person.waitForClips(1);
    assert.notEqual(brought, made, 'a clip of its own');
    assert.equal(
      await person.read('prompt', 'value'),
      'Something half-written',
      'the form is not touched by an import',
    );
    const clip = await told(world.home, 'show', brought);
    assert.equal(clip.provider.kind, 'imported');
    assert.equal(clip.request.prompt, prompt);
    assert.deepEqual(readFileSync(clipFile(world.home, brought)), readFileSync(holiday), 'the file as it was dropped');

    // Its settings, from the viewer.
    await person.openClip(brought);
    await person.browser.$('button=Use these settings').click();
    const taken = async () => (await person.read('prompt', 'value')) === prompt;
    await person.waitUntil(taken, 'the prompt should be that of the clip');
    assert.equal(await person.read('ratio', 'data-value'), '1:1');
    assert.equal(await person.read('resolution', 'data-value'), '480p');
    assert.match(await person.read('length', 'data-value'), /^2 /);

    // The same file again is the same clip.
    await person.openGallery();
    await taker.giveTo(place, shown, said(/1 was in the library already/), 'it should be known here');
    assert.equal((await told(world.home, 'clips')).total, 1);
    assert.equal((await told(first, 'clips')).total, 1, 'nothing was written into the first library');
  },
);

windowTest('videos are chosen in the system’s own dialog, and putting it away brings nothing in', async (world) => {
  const [made] = await makeClips(world, [prompt], ['--resolution', '480p', '--duration', '2']);
  const [one, two] = ['a first.mp4', 'a second.mp4'].map((name) => join(world.folder, name));
  copyFileSync(clipFile(world.home, made), one);
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=24', '-frames:v', '24', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', two],
  ]);
  const person = await world.open();
  await person.waitForClips(1);
  const ask = () => person.browser.$('nav [aria-keyshortcuts="Control+I"]').click();

  await putAway(person.app, ask);
  assert.equal((await told(world.home, 'clips')).total, 1);
  for (const [file, words] of [
    [one, /1 was in the library already/],
    [two, /1 clip imported/],
  ]) {
    await pickFile(person.app, ask, file);
    const said = async () => words.test((await person.read('announcements', 'innerText')) ?? '');
    await person.waitUntil(said, String(words));
  }
  assert.equal((await told(world.home, 'clips')).total, 2);
  await person.waitForClips(2);
});

windowTest('a copy that is dropped on the composer brings its settings and no clip', async (world) => {
  const [made] = await makeClips(world, [prompt], ['--resolution', '480p', '--duration', '2', '--ratio', '9:16']);
  const person = await world.open();
  await person.waitForClips(1);
  await person.openClip(made);
  await person.browser.keys(['k']);
  await person.browser.$('button=Copy file').click();
  await person.waitForText('toast', /File copied/);
  const taker = await Neighbour.start(world, await copiedFile(world));
  await person.openGallery();
  const settings = async () => /\.mp4/.test((await person.read('taken', 'innerText')) ?? '');
  const over = () => person.isShown('drop-settings');
  await taker.giveTo(await middleOf(person, 'prompt'), over, settings, 'the settings should be taken');
  assert.equal(await person.read('prompt', 'value'), prompt);
  assert.equal(await person.read('ratio', 'data-value'), '9:16');
  assert.equal((await told(world.home, 'clips')).total, 1, 'it was not brought in');
});
