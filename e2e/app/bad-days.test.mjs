// Days on which something is not as it should be, in the real window: each is said where it is seen, and nothing else is
// touched. (A damaged database has a file of its own, as have a full disk and a folder that is away.)
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clipFile } from './harness/files.mjs';
import { makeClips, told } from './harness/made.mjs';
import { windowTest } from './harness/world.mjs';

/** Writes the schema's version into a database that nobody has open: four bytes of its header. */
function schemaVersion(file, version) {
  assert.ok(!existsSync(`${file}-wal`), 'the whole database is in its file');
  const before = readFileSync(file).readUInt32BE(60);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(version);
  const open = openSync(file, 'r+');
  writeSync(open, bytes, 0, 4, 60);
  closeSync(open);
  return before;
}

windowTest('a library of a newer version is said and not touched, and opens once it can be read', async (world) => {
  await makeClips(world, ['A paper boat']);
  // Closing after whoever wrote last, the command line puts everything into the one file.
  await told(world.home, 'library', 'verify');
  const database = join(world.home, 'library.db');
  const own = schemaVersion(database, 99);
  const settings = readFileSync(join(world.home, 'settings.json'));
  const newer = readFileSync(database);
  const person = await world.open();
  await person.waitForText('startup-failure', /last used by a newer Lastframe/);
  await person.waitForText('startup-failure', /Nothing was sent, and nothing was changed/);
  assert.ok(!(await person.isShown('place-gallery')), 'nothing stands behind it');
  assert.ok(readFileSync(database).equals(newer), 'not a byte of the library was written');
  assert.ok(readFileSync(join(world.home, 'settings.json')).equals(settings), 'nor of the settings');

  // As if the right version had put it back: Try again is enough.
  schemaVersion(database, own);
  await person.browser.$('[data-testid="startup-failure"]').$('button=Try again').click();
  await person.waitForClips(1);
});

windowTest(
  'a second window of the program is told who has the library, and gets it when the first is closed',
  async (world) => {
    await makeClips(world, ['A paper boat']);
    const first = await world.open();
    await first.waitForClips(1);
    const second = await world.open();
    await second.waitForText('startup-failure', /Another program works on this library/);
    await second.waitForText('startup-failure', new RegExp(`Lastframe.*${first.app.pid}`, 's'));

    // The first one is not disturbed by it.
    await first.generate('A night ferry leaves the harbour');
    await first.waitForClips(2);
    await second.browser.$('[data-testid="startup-failure"]').$('button=Try again').click();
    await second.waitForText('startup-failure', /Another program works on this library/);

    await first.app.close();
    await second.browser.$('[data-testid="startup-failure"]').$('button=Try again').click();
    await second.waitForClips(2);
  },
);

windowTest(
  'a poster that cannot be decoded is made again, and one that cannot be made is a quiet place',
  async (world) => {
    const [whole, broken] = await makeClips(world, ['A paper boat', 'A night ferry leaves the harbour']);
    const poster = (id) => clipFile(world.home, id).replace(/\.mp4$/, '.poster.webp');
    const [good, video] = [readFileSync(poster(whole)), clipFile(world.home, broken)];
    for (const id of [whole, broken]) writeFileSync(poster(id), 'no picture');
    // The whole folder is there, so that only this file is missed; what lies in another place is not looked for.
    renameSync(video, join(world.folder, 'carried-away.mp4'));
    const person = await world.open();
    await person.waitForClips(2);
    const card = (id) => `[data-testid="clip-card"][data-id="${id}"]`;
    const picture = (selector) => {
      const image = document.querySelector(`${selector} img`);
      return image ? image.complete && image.naturalWidth : -1;
    };
    const mended = async () => (await person.browser.execute(picture, card(whole))) > 0;
    await person.waitUntil(mended, 'its card should have a picture again');
    assert.ok(readFileSync(poster(whole)).equals(good), 'the very same as before');
    const quiet = async () => /picture of this clip is missing/.test(await person.browser.$(card(broken)).getText());
    await person.waitUntil(quiet, 'the other card should say that there is none');
    await person.browser.$(`${card(broken)} [data-testid="missing"]`).waitForDisplayed();
    assert.equal((await person.ids('clip-card')).length, 2, 'both stay');

    // The file comes home: the card is right again by itself once the library is looked through.
    renameSync(join(world.folder, 'carried-away.mp4'), video);
    rmSync(poster(broken));
    await person.app.close();
    const again = await world.open();
    await again.waitForClips(2);
    const back = async () => (await again.browser.execute(picture, card(broken))) > 0;
    await again.waitUntil(back, 'the card whose file is back should have its picture');
    await again.waitUntilGone('missing');
  },
);
