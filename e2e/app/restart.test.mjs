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
    assert.deepEqual(await person.ids('job-card'), [], 'nothing is left over');
  });
}
