// What holds everything up, in the real window: it is said once, in one place and not on every card, and taken back when it
// is over; nothing is lost and nothing is sent twice meanwhile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { clipFile, filesUnder } from './harness/files.mjs';
import { storeKey } from './harness/keychain.mjs';
import { submits } from './harness/ledger.mjs';
import { startScripted } from './harness/scripted.mjs';
import { windowTest } from './harness/world.mjs';

/** Every line of the standing bar but the queue's. */
const said = ({ browser }) =>
  browser.execute(() =>
    [...document.querySelectorAll('[data-standing]')]
      .map((line) => line.dataset.standing)
      .filter((reason) => reason !== 'queue'),
  );

/** How long a hindrance may stand after it is over, or before it is noticed. Milliseconds. */
const noticed = 90_000;

const saidOnce = (person, reason) =>
  person.waitUntil(async () => (await said(person)).join() === reason, `“${reason}” should be said, once`, noticed);
const takenBack = (person) =>
  person.waitUntil(async () => (await said(person)).length === 0, 'what is over should no longer be said', noticed);

/** Whether no card and no toast makes a trouble of its own of it. */
async function nothingElse({ browser }) {
  const alerts = await browser.execute(() => document.querySelectorAll('[role="alert"]').length);
  assert.equal(alerts, 0, 'nothing else calls it an error');
}

windowTest(
  'a service that cannot be reached is said once for all jobs, and taken back',
  async (world) => {
    const key = 'sk-hindrances-0001';
    let finished = false;
    const answers = { key, poll: (id) => (finished ? undefined : service.json(200, { id, status: 'in_progress' })) };
    const service = await startScripted(world, answers);
    storeKey(service.address, key);
    world.writeSettings({ service_address: service.address, door: 'connect' });
    const person = await world.open();
    await person.waitFor('place-gallery');
    for (const [index, prompt] of ['A night ferry', 'A paper lantern', 'A paper boat'].entries()) {
      await person.generate(prompt);
      await person.waitUntil(() => service.seen.submits.length === index + 1, 'each should be sent');
    }

    await service.away();
    await saidOnce(person, 'offline');
    const cards = await person.ids('job-card');
    assert.equal(cards.length, 3);
    for (const id of cards) assert.equal(await person.state(id), 'running', 'no job ends by it');
    await nothingElse(person);

    await service.back();
    finished = true;
    await takenBack(person);
    await person.waitForClips(3, noticed);
    assert.equal(service.seen.submits.length, 3, 'nothing was sent twice');
    await nothingElse(person);
    console.log('hindrance: unreachable: said once for 3 jobs, taken back, 3 clips of 3 submits');
  },
  { minutes: 6 },
);

windowTest(
  'a clips folder that is away is said once, and what waits for it arrives when it is back',
  async (world) => {
    const person = await world.open();
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    const [first] = await person.waitForClips(1);
    const file = clipFile(world.home, first);

    // As a drive that is taken off, while two jobs are under way.
    const [clips, aside] = [join(world.home, 'clips'), join(world.folder, 'drive')];
    await person.generate('A night ferry leaves the harbour');
    await person.generate('Rain begins on a paper lantern');
    renameSync(clips, aside);
    await saidOnce(person, 'folder_gone');
    await nothingElse(person);
    assert.ok(!readdirSync(world.home).includes('clips'), 'no empty folder is put in its place');

    renameSync(aside, clips);
    await takenBack(person);
    const ids = await person.waitForClips(3, noticed);
    for (const id of ids) clipFile(world.home, id);
    assert.equal(clipFile(world.home, first), file, 'what was there stayed where it was');
    assert.equal(submits(world.home), 3, 'nothing was sent twice');
    console.log('hindrance: clips folder away: said once for 2 jobs, taken back, 3 clips of 3 submits');
  },
  { minutes: 6 },
);

/** A small file system of its own; undefined where none can be mounted. What `mount` takes changes it. */
function mounted(world, options) {
  const disk = join(world.folder, 'small');
  mkdirSync(disk);
  const mount = (...args) => execFileSync('mount', args, { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', options, 'tmpfs', disk);
  } catch {
    console.log('hindrance: skipped, no file system can be mounted here');
    return undefined;
  }
  const kept = join(world.folder, 'kept');
  const unmount = (folder) => execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  world.atEnd(() => void unmount(existsSync(kept) ? kept : disk));
  world.writeSettings({ clips_folder: disk });
  return {
    disk,
    remount: (changes) => mount('-o', `remount,${changes}`, disk),
    /** What is on it stays; the folder where it was is empty. */
    disconnect: () => {
      mkdirSync(kept);
      mount('--bind', disk, kept);
      unmount(disk);
    },
    connect: () => {
      mount('--bind', kept, disk);
      world.atEnd(() => void unmount(disk));
    },
  };
}

windowTest(
  'the empty folder of a drive that is not connected gets no clip, and what waits arrives when it is',
  async (world) => {
    const drive = mounted(world, 'size=64m');
    if (!drive) return;
    const person = await world.open();
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    const [first] = await person.waitForClips(1);

    drive.disconnect();
    await person.generate('A night ferry leaves the harbour');
    await saidOnce(person, 'folder_gone');
    await nothingElse(person);
    const why = () => document.querySelector('[data-standing="folder_gone"]').title;
    assert.match(await person.browser.execute(why), /is empty/, 'and why');
    assert.deepEqual(readdirSync(drive.disk), [], 'a clip there would be out of sight when the drive is back');

    drive.connect();
    await takenBack(person);
    const ids = await person.waitForClips(2, noticed);
    assert.ok(ids.includes(first));
    const names = filesUnder(drive.disk).filter((name) => name.endsWith('.mp4'));
    assert.equal(names.length, 2, 'both are on the drive');
    assert.ok(!(await person.isShown('missing')), 'nothing is taken for deleted');
    assert.equal(submits(world.home), 2, 'nothing was sent twice');
    console.log('hindrance: drive not connected: said once, nothing written in its place, 2 clips of 2 submits');
  },
  { minutes: 6 },
);

windowTest(
  'a clips folder that cannot be written to is said once, its clips play, and what waits arrives when it can be',
  async (world) => {
    const drive = mounted(world, 'size=64m');
    if (!drive) return;
    const person = await world.open();
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    const [first] = await person.waitForClips(1);

    drive.remount('ro');
    await person.generate('A night ferry leaves the harbour');
    await person.generate('Rain begins on a paper lantern');
    await saidOnce(person, 'folder_gone');
    await nothingElse(person);
    const why = () => document.querySelector('[data-standing="folder_gone"]').title;
    assert.match(await person.browser.execute(why), /Read-only/i, 'and why');
    await person.openClip(first);
    const plays = () => person.browser.execute(() => document.querySelector('video').currentTime > 0.2);
    await person.waitUntil(plays, 'what is there should play');
    await person.openGallery();

    drive.remount('rw');
    await takenBack(person);
    await person.waitForClips(3, noticed);
    assert.equal(submits(world.home), 3, 'nothing was sent twice');
    console.log('hindrance: folder read-only: said once for 2 jobs, taken back, 3 clips of 3 submits');
  },
  { minutes: 6 },
);

windowTest(
  'a full disk is said once, and the clips that wait for room arrive',
  async (world) => {
    const drive = mounted(world, 'size=256k');
    if (!drive) return;
    const person = await world.open();
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    await person.generate('A night ferry leaves the harbour');
    await saidOnce(person, 'disk_full');
    await nothingElse(person);
    assert.deepEqual(await person.ids('clip-card'), [], 'half a clip is none');

    drive.remount('size=64m');
    await takenBack(person);
    await person.waitForClips(2, noticed);
    const names = filesUnder(drive.disk);
    assert.equal(names.filter((name) => name.endsWith('.mp4')).length, 2);
    assert.deepEqual(
      names.filter((name) => name.endsWith('.part')),
      [],
      'nothing is left over',
    );
    assert.equal(submits(world.home), 2, 'nothing was sent twice');
    console.log('hindrance: disk full: said once for 2 jobs, taken back, 2 clips of 2 submits');
  },
  { minutes: 6 },
);
