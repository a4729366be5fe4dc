// A storyboard outlives the app: what is written is there again at the next start, and killed in the third of four shots,
// it is finished by the next one, each paid once.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { clipFile } from './harness/files.mjs';
import { submits } from './harness/ledger.mjs';
import { windowTest } from './harness/world.mjs';

const prompts = ['A paper boat drifts', 'It turns into the harbour', 'Rain begins', 'The boat comes to rest'];

/** Writes the shots into the column, adding those that it does not have yet. */
async function writeShots(person) {
  await person.click('storyboard-open');
  await person.waitFor('storyboard');
  for (const [place, prompt] of prompts.entries()) {
    const fields = () => person.browser.$$('[data-testid="shot"] textarea');
    if ((await fields().length) <= place) await person.click('shot-add');
    const there = async () => (await fields().length) > place;
    await person.waitUntil(there, `there should be a shot ${place + 1}`);
    await (await fields())[place].setValue(prompt);
  }
}

/** What is written in the shots, in their order. */
const written = (person) =>
  person.browser.execute(() =>
    [...document.querySelectorAll('[data-testid="shot"] textarea')].map((field) => field.value),
  );

/** The states of the shots, in their order. */
const states = (person) =>
  person.browser.execute(() =>
    [...document.querySelectorAll('[data-testid="board-shot"]')].map((shot) => shot.dataset.state),
  );

windowTest(
  'a storyboard of four shots, killed in the third, is finished by the next start with one submit each',
  async (world) => {
    let person = await world.open({ LASTFRAME_REHEARSAL_SPEED: '2' });
    await person.rehearse();
    await writeShots(person);
    const draft = join(world.home, 'draft.json');
    const kept = () => existsSync(draft) && readFileSync(draft, 'utf8').includes(prompts.at(-1));
    await person.waitUntil(kept, 'what is written should be kept after a moment');
    await person.app.close();

    person = await world.open({ LASTFRAME_REHEARSAL_SPEED: '2' });
    await person.waitFor('place-gallery');
    await person.click('storyboard-open');
    const there = async () => isDeepStrictEqual(await written(person), prompts);
    await person.waitUntil(there, 'the shots should stand there as they were written');
    await person.choose('approval', 'run_through');
    const ready = async () => (await person.read('storyboard-start', 'aria-disabled')) === 'false';
    await person.waitUntil(ready, 'the total should be known');
    assert.match(await person.read('storyboard-start', 'innerText'), /4.*\$0\.74/, 'the total stands on the button');
    await person.click('storyboard-start');
    await person.waitFor('board');
    const inThird = async () => submits(world.home) === 3 && (await states(person))[2] === 'going';
    await person.waitUntil(inThird, 'the third shot should be under way', 120_000);
    await person.app.kill();
    assert.equal(submits(world.home), 3);

    person = await world.open();
    await person.waitFor('place-gallery');
    const clips = await person.waitForClips(4, 120_000);
    for (const clip of clips) clipFile(world.home, clip);
    assert.equal(submits(world.home), 4, 'one submit a shot, none again after the restart');
    await person.waitUntilGone('board-bar');
    assert.deepEqual(await person.ids('job-card'), [], 'nothing is left over');
  },
  { minutes: 6 },
);
