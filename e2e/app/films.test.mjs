// A film in the real window: two takes at a seam, played through, one file of it, and the film again out of that file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nameFile, pickFile } from './harness/desk.mjs';
import { clipFile, facts, likestFrame, seam } from './harness/files.mjs';
import { makeClips, told } from './harness/made.mjs';
import { allowReading, metadata, shown } from './harness/video.mjs';
import { windowTest } from './harness/world.mjs';

const call = promisify(execFile);

/** Frames of a rehearsed clip of two seconds. */
const FRAMES = 49;
const small = ['--resolution', '480p', '--duration', '2'];

/** Makes the clip that goes on from another one, and returns its id. */
async function continued(world, clip, prompt) {
  const quick = ['--rehearsal', '--rehearsal-speed', '50'];
  const before = (await told(world.home, 'clips')).clips.map(({ id }) => id);
  await told(world.home, ...quick, 'generate', '--from', clip, '--prompt', prompt, ...small);
  return (await told(world.home, 'clips')).clips.map(({ id }) => id).find((id) => !before.includes(id));
}

const sum = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A frame of a file as PNG, base64. */
async function frameOf(file, number) {
  const args = ['-v', 'error', '-i', file, '-vf', `select=eq(n\\,${number})`, '-frames:v', '1', '-f', 'image2pipe'];
  const { stdout } = await call('ffmpeg', [...args, '-c:v', 'png', '-'], { encoding: 'buffer', maxBuffer: 1 << 26 });
  return stdout.toString('base64');
}

/** From now on videos are asked for so that their pixels may be read; see `allowReading`. */
const letPixelsBeRead = ({ browser }) =>
  browser.execute(() => {
    const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'src');
    Object.defineProperty(HTMLMediaElement.prototype, 'src', {
      configurable: true,
      get,
      set(address) {
        this.crossOrigin = 'anonymous';
        set.call(this, address);
      },
    });
  });

/** The picture of the player that is seen, once it stands; PNG, base64. */
const picture = ({ browser }) =>
  browser.executeAsync((done) => {
    const settle = () => requestAnimationFrame(() => requestAnimationFrame(read));
    const read = () => {
      // Which of the two is seen is known only once the frame is painted.
      const video = document.querySelector('[data-testid="path-video"][data-shown]');
      if (video.seeking) return settle();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      canvas.getContext('2d').drawImage(video, 0, 0);
      done(canvas.toDataURL('image/png').split(',')[1]);
    };
    settle();
  });

/** The film stands on a frame, counted over all of it: what is seen is that frame of that file. */
async function frameIs(person, { shot, frame, file, inFile }) {
  const where = async () => [await person.read('path-view', 'data-shot'), await person.read('path-view', 'data-frame')];
  const there = async () => (await where()).join() === `${shot},${frame}`;
  await person.waitUntil(there, `the film should stand on frame ${frame}, in shot ${shot}`).catch(async (error) => {
    throw new Error(`${error.message}; it stands at ${await where()}`);
  });
  const seen = await likestFrame(file, await picture(person), inFile, { size: '864:480' });
  assert.equal(seen, inFile, `frame ${frame} of the film is frame ${inFile} of its clip`);
}

/** Chooses from the menu of exports of the film that is open. */
async function chooseExport(person, words) {
  await person.click('film-export');
  const choose = (pattern) => {
    const items = [...document.querySelectorAll('[role="menuitem"]')];
    const item = items.find((each) => new RegExp(pattern, 'i').test(each.innerText));
    item?.click();
    return item !== undefined;
  };
  await person.waitUntil(() => person.browser.execute(choose, words), `the menu of exports should offer “${words}”`);
}

/** Exports the film that is open into one file. */
async function exportTo(person, target) {
  await chooseExport(person, 'one video file');
  await person.waitFor('export-dialog');
  const joined = async () => (await person.read('export-plan', 'data-route')) === 'join';
  await person.waitUntil(joined, 'clips that agree should be joined as they are');
  await nameFile(person.app, () => person.click('export-start'), target);
  await person.waitFor('export-reveal');
}

/** Opens the film that is the library's only clip, and goes backwards over both of its seams: pixels of the window tell. */
async function backOverSeams(person, film, [first, second, third]) {
  const { browser } = person;
  const [id] = await person.waitForClips(1);
  await person.openClip(id);
  assert.equal((await metadata(browser)).error, undefined, 'the joined film plays');
  await browser.keys(['k']);
  assert.equal((await allowReading(browser)).error, undefined, 'the film can be read from the page');
  const slider = await browser.$('[data-testid="place-viewer"] [role="slider"]').getElement();
  const { width } = await slider.getSize();
  const whole = FRAMES * 3 - 3;
  for (const [seamAt, before, after] of [
    [FRAMES * 2 - 1, second, third],
    [FRAMES, first, second],
  ]) {
    // Some frames behind the seam, then back over it one by one.
    await browser.keys(['End']);
    await slider.click({ x: Math.round(width * ((seamAt + 2) / whole - 0.5)) });
    let there = await shown(browser);
    assert.ok(Math.abs(there.frame - seamAt - 2) <= 2, `the click leads near the seam, not to ${there.frame}`);
    while (there.frame > seamAt - 3) {
      const [file, number] =
        there.frame >= seamAt
          ? [after, there.frame - seamAt + 1]
          : [before, there.frame - (before === first ? 0 : FRAMES - 1)];
      const like = await likestFrame(file, there.picture, number, { size: '864:480' });
      assert.equal(like, number, `frame ${there.frame} of ${film} is frame ${number} of its clip`);
      await browser.keys(['ArrowLeft']);
      const next = await shown(browser);
      assert.equal(next.frame, there.frame - 1, 'one frame back');
      there = next;
    }
  }
}

/** The clips on the path that the window shows, in playing order. */
const path = ({ browser }) =>
  browser.execute(() => [...document.querySelectorAll('[data-testid="film-shot"]')].map((shot) => shot.dataset.id));

const pathIs = (person, wanted, what) =>
  person
    .waitUntil(async () => (await path(person)).join() === wanted.join(), what)
    .catch(async (error) => {
      throw new Error(`${error.message}; it is ${await path(person)}`);
    });

windowTest(
  'a film of three with two takes is played through, exported, and restored from its file',
  async (world) => {
    const [first] = await makeClips(world, ['A paper boat drifts down a rainy street']);
    const second = await continued(world, first, 'It reaches a drain');
    const older = await continued(world, second, 'It sinks');
    const newer = await continued(world, second, 'It turns back');
    const files = [first, second, older].map((id) => clipFile(world.home, id));
    assert.ok((await seam(files[0], files[1], FRAMES)) >= 35, 'the second begins with the frame the first ended on');
    assert.ok((await seam(files[1], files[2], FRAMES)) >= 35, 'and so does the third');

    const person = await world.open();
    const { browser } = person;
    await person.go('place-films', 'F');
    await pathIs(person, [first, second, newer], 'nobody chose yet: the newest take is on the path');

    // Two takes leave from the second clip: the other one is taken.
    await browser.$(`[data-testid="film-take"][data-id="${older}"]`).click();
    await pathIs(person, [first, second, older], 'the take that was clicked is on the path');
    assert.equal(await person.isShown('film-take'), true, 'the other take stays under its seam');

    // Played through, across both seams, to the end; a frame that stands twice at a seam is shown once.
    await letPixelsBeRead(person);
    await person.click('film-play');
    await person.waitFor('path-view');
    const seen = new Set();
    const last = FRAMES * 3 - 2 - 1;
    const through = async () => {
      seen.add(await person.read('path-view', 'data-shot'));
      return Number(await person.read('path-view', 'data-frame')) === last;
    };
    await browser.waitUntil(through, { timeout: 60_000, interval: 100, timeoutMsg: 'it should be played to its end' });
    assert.deepEqual([...seen].toSorted(), ['0', '1', '2'], 'each shot was seen');
    // Backwards across the seam, frame by frame: what is seen is that frame of that file.
    await browser.keys(['k']);
    await frameIs(person, { shot: 2, frame: last, file: files[2], inFile: FRAMES - 1 });
    await browser.keys(['ArrowUp']);
    await frameIs(person, { shot: 2, frame: FRAMES * 2 - 1, file: files[2], inFile: 1 });
    await browser.keys(['ArrowLeft']);
    await frameIs(person, { shot: 1, frame: FRAMES * 2 - 2, file: files[1], inFile: FRAMES - 1 });
    await browser.keys(['Escape']);
    await person.waitUntilGone('path-view');

    // One file, joined: every frame once, chapters at the seams.
    await person.click('film-title');
    await person.waitFor('film-name');
    // Not WebDriver's way to fill a field, which lets go of it in between: the name would be kept as it was.
    await browser.keys(['Control', 'a']);
    await browser.keys([...'The drain', 'Enter']);
    await person.waitForText('film-title', /The drain/);
    const target = join(world.folder, 'drain.mp4');
    await exportTo(person, target);
    assert.deepEqual(
      await facts(target),
      { codec: 'h264', width: 864, height: 480, frames: FRAMES * 3 - 2 },
      'as long as the path, counted by ffprobe',
    );
    for (const [number, file, inFile] of [
      [FRAMES - 2, files[0], FRAMES - 2],
      [FRAMES + 3, files[1], 4],
      [FRAMES * 3 - 3, files[2], FRAMES - 1],
    ]) {
      const there = await likestFrame(file, await frameOf(target, number), inFile, { size: '864:480' });
      assert.equal(there, inFile, `frame ${number} of the film is frame ${inFile} of its clip`);
    }

    // For an editor: the clips as they are in a folder of their own, with lists of them; and the seams on one picture.
    await pickFile(person.app, () => chooseExport(person, 'in a folder'), world.folder);
    await person.waitForText('toast', /Clips and lists are in/);
    const shots = join(world.folder, 'The drain');
    const given = readdirSync(shots).toSorted();
    assert.equal(given.length, 5, String(given));
    assert.deepEqual(given.slice(3), ['film.edl', 'film.fcpxml']);
    for (const [place, file] of files.entries()) {
      assert.deepEqual(await facts(join(shots, given[place])), await facts(file), 'the clips in playing order');
    }
    assert.match(readFileSync(join(shots, 'film.edl'), 'utf8'), /TITLE: The drain/);
    const sheet = join(world.folder, 'seams.png');
    await nameFile(person.app, () => chooseExport(person, 'contact sheet'), sheet);
    await person.waitForText('toast', /Contact sheet saved/);
    assert.equal((await facts(sheet)).codec, 'png');
    await person.app.close();

    // Another library has the four clips by their files alone; with the film's own file it has the film.
    const other = join(world.folder, 'other');
    const all = [first, second, older, newer].map((id) => clipFile(world.home, id));
    await told(other, 'import', ...all, target);
    world.home = other;
    const { clips } = await told(other, 'clips');
    assert.equal(clips.length, 4, 'the film itself is no clip: all of it is here');
    const idOf = (file) => clips.find(({ sha256 }) => sha256 === sum(file)).id;
    world.writeSettings({ door: 'rehearse' });
    const again = await world.open();
    await again.go('place-films', 'F');
    const chosen = () =>
      again.browser.execute(() => {
        const cards = [...document.querySelectorAll('[data-testid="film-card"]')];
        const card = cards.find(({ textContent }) => textContent.includes('The drain'));
        card?.click();
        return card !== undefined;
      });
    await again.waitUntil(chosen, 'the film should be in the list');
    await again.waitForText('film-title', /The drain/);
    await pathIs(again, files.map(idOf), 'the path is the one that was exported');
    await again.app.close();

    // Where nothing of it is known the film is one clip, which is stepped back through over every seam.
    world.home = join(world.folder, 'third');
    await told(world.home, 'import', target);
    world.writeSettings({ door: 'rehearse' });
    await backOverSeams(await world.open(), target, files);
  },
  { minutes: 6 },
);

windowTest('a film one of whose clips was cut short plays on behind it, and names it', async (world) => {
  const [first] = await makeClips(world, ['A paper boat drifts down a rainy street'], small);
  const second = await continued(world, first, 'It reaches a drain');
  const third = await continued(world, second, 'It sinks');
  const file = clipFile(world.home, second);
  truncateSync(file, Math.round(statSync(file).size / 2));

  const person = await world.open();
  await person.go('place-films', 'F');
  await pathIs(person, [first, second, third], 'all of them are on the path');
  await person.click('film-play');
  await person.waitForText('path-skipped', /It reaches a drain/);
  const over = async () =>
    (await person.read('path-view', 'data-shot')) === '2' &&
    (await person.read('path-view', 'data-motion')) === 'still';
  await person.waitUntil(over, 'it should be played to the end of the third', 60_000);
});
