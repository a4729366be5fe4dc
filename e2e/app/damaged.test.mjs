// A library whose database is damaged, in the real window: it is said, nothing is touched, and the library is made again
// from the clips when the person says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../scripts/lib/repository.mjs';
import { clipFile } from './harness/files.mjs';
import { submits } from './harness/ledger.mjs';
import { windowTest } from './harness/world.mjs';

/** Overwrites the database from its second page on, as a failing disk may. */
function damage(home) {
  // Ending, the app leaves the newest pages in SQLite's log; the command line, closing after it, puts them into the file.
  execFileSync(built('lastframe'), ['--home', home, 'library', 'verify'], { stdio: 'ignore' });
  const file = join(home, 'library.db');
  assert.ok(!existsSync(`${file}-wal`), 'there is one file to damage');
  const { size } = statSync(file);
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
  closeSync(open);
}

windowTest('a damaged library is made again from its clips when the person says so', async (world) => {
  let person = await world.open();
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  await person.waitForClips(1);
  await person.generate('A night ferry leaves the harbour');
  const clips = await person.waitForClips(2);
  await person.app.close();

  const database = join(world.home, 'library.db');
  damage(world.home);
  const damaged = readFileSync(database);
  const videos = clips.map((id) => readFileSync(clipFile(world.home, id)));

  person = await world.open();
  await person.waitFor('startup-failure');
  await person.waitForText('startup-failure', /database is damaged/);
  assert.ok(readFileSync(database).equals(damaged), 'nothing was changed yet');
  await person.click('repair');
  await person.waitFor('repair-confirm');
  assert.ok(readFileSync(database).equals(damaged), 'nor by the question');
  await person.click('repair-confirm');
  await person.waitForText('repair-done', /2 clips are in it/);
  await person.waitForText('repair-done', /library\.damaged-\d{8}T\d{6}Z\.db/);
  const [kept] = readdirSync(world.home).filter((name) => /^library\.damaged-.*\.db$/.test(name));
  assert.ok(readFileSync(join(world.home, kept)).equals(damaged), 'the damaged one is kept as it was');
  await person.click('repair-open');
  await person.waitFor('place-gallery');
  assert.deepEqual(await person.waitForClips(2), clips, 'every clip is there again, in the same order');
  for (const [index, id] of clips.entries())
    assert.ok(readFileSync(clipFile(world.home, id)).equals(videos[index]), 'no clip was touched');
  await person.openClip(clips[0]);
  await person.waitForText('place-viewer', /night ferry/i);

  // The library works on, without a restart and after one.
  await person.openGallery();
  await person.generate('Rain begins on a paper lantern');
  await person.waitForClips(3);
  await person.app.close();
  person = await world.open();
  await person.waitFor('place-gallery');
  await person.waitForClips(3);
  assert.equal(submits(world.home), 3, 'each clip was paid for once');
});
