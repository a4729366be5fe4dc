// A job outlives the app: closed or killed in the middle of it, the next start carries it to its end, and pays once.
import assert from 'node:assert/strict';
import { clipFile } from './harness/files.mjs';
import { submits } from './harness/ledger.mjs';
import { windowTest } from './harness/world.mjs';

/** Slow enough that the app is surely stopped in the middle. */
const slowly = { LASTFRAME_REHEARSAL_SPEED: '0.5' };

for (const [how, stop] of [
  ['closed', (app) => app.close()],
  ['killed', (app) => app.kill()],
]) {
  windowTest(`a job goes on after the app was ${how}`, async (world) => {
    let person = await world.open(slowly);
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    await person.waitFor('job-card');
    const [id] = await person.ids('job-card');
    const taken = async () => (await person.state(id)) === 'running';
    await person.waitUntil(taken, 'the service should have taken the job');
    await stop(person.app);

    person = await world.open();
    await person.waitFor('place-gallery');
    const [clip] = await person.waitForClips(1);
    clipFile(world.home, clip);
    assert.equal(submits(world.home), 1, 'the service was asked once, not again after the restart');
    await person.noJobsLeft();
  });
}

windowTest(
  'three jobs one after another, killed in the third, come to three clips',
  async (world) => {
    world.writeSettings({ parallel_jobs: 1 });
    let person = await world.open({ LASTFRAME_REHEARSAL_SPEED: '1' });
    await person.rehearse();
    const prompts = ['A paper boat drifts', 'A night ferry leaves the harbour', 'Rain begins on a paper lantern'];
    for (const prompt of prompts) await person.generate(prompt);
    const before = await person.waitForClips(2, 120_000);
    let third = [];
    const inThird = async () => {
      third = await person.ids('job-card');
      return third.length === 1 && (await person.state(third[0])) === 'running';
    };
    await person.waitUntil(inThird, 'the service should have taken the third job');
    await person.app.kill();
    assert.equal(submits(world.home), 3);

    person = await world.open();
    await person.waitFor('place-gallery');
    const clips = await person.waitForClips(3);
    assert.deepEqual(clips.slice(1), before, 'the first two are as they were');
    for (const clip of clips) clipFile(world.home, clip);
    assert.equal(submits(world.home), 3, 'none was asked for again');
    await person.noJobsLeft();
  },
  { minutes: 6 },
);
