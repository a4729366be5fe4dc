// A film in the real window: takes of a shot, a path picked among them, and all of it played over its seams.
import assert from 'node:assert/strict';
import { windowTest } from './harness/world.mjs';

/** Milliseconds for a clip to be made and to come to its place. */
const clipPatience = 60_000;

/** What was seen at every repaint while the path played: shot, frame of the path, whether there was a picture, when. */
const watch = (browser) =>
  browser.execute(() => {
    window.seen = [];
    const look = (now) => {
      const film = document.querySelector('[data-testid="path-view"]');
      const video = document.querySelector('[data-testid="path-video"][data-shown]');
      if (film?.dataset.motion === 'forward' && video)
        window.seen.push([Number(film.dataset.shot), Number(film.dataset.frame), video.readyState >= 2, now]);
      if (film) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

windowTest(
  'a film of three shots with two takes is picked, played over its seams, and opened again',
  async (world) => {
    const person = await world.open();
    const { browser } = person;
    const shots = () => person.ids('film-shot');
    const waitForPath = (count, why) =>
      person.waitUntil(async () => (await shots()).length === count, why, clipPatience);
    await person.rehearse();
    await person.generate('A paper boat drifts down a rainy street');
    const [first] = await person.waitForClips(1);
    await person.openClip(first);
    await person.click('continue');
    await person.generate('It reaches a drain and stops');
    const second = (await person.waitForClips(2)).find((id) => id !== first);

    // Another take of the second shot: the path takes the newest one.
    await person.go('place-films', 'F');
    await waitForPath(2, 'the film should have two shots');
    await browser.$('[data-shot="0"]').click();
    await browser.keys(['e']);
    await person.waitFor('continues');
    await person.generate('It reaches a bridge and goes under');
    const fresh = async () => (await shots())[1] !== second && (await shots()).length === 2;
    await person.waitUntil(fresh, 'the newest take should be on the path', clipPatience);
    const third = (await shots())[1];
    assert.deepEqual(await person.ids('film-take'), [second], 'the other take stands under its seam');

    // Picked, and continued: three shots.
    await person.click('film-take');
    await person.waitUntil(async () => (await shots())[1] === second, 'the take that was picked should be on the path');
    assert.deepEqual(await person.ids('film-take'), [third]);
    await person.click('film-continue');
    await person.generate('A child lifts it out of the water');
    await waitForPath(3, 'what continues the last shot should be the next one');

    // Played through.
    await person.waitUntil(
      async () => (await person.read('seam-verdict', 'data-verdict')) !== undefined,
      'the seam should be measured',
    );
    console.log(`seam: ${await person.read('seam-verdict', 'innerText')}`);
    await person.click('film-play');
    await person.waitFor('path-view');
    await watch(browser);
    const ended = async () =>
      (await person.read('path-view', 'data-shot')) === '2' &&
      (await person.read('path-view', 'data-motion')) === 'still';
    await person.waitUntil(ended, 'the path should play to its end', 40_000);
    const seen = await browser.execute(() => window.seen);
    assert.deepEqual([...new Set(seen.map(([shot]) => shot))], [0, 1, 2], 'over both seams, in order');
    assert.ok(
      seen.every(([, frame], index) => frame >= (seen[index - 1]?.[1] ?? 0)),
      'it never goes back',
    );
    const bare = seen.filter(([, , picture]) => !picture).length;
    assert.equal(bare, 0, `there was a picture at each of ${seen.length} repaints`);
    for (const seam of [1, 2]) {
      const at = seen.findIndex(([shot]) => shot === seam);
      const moved = seen.findIndex(([shot, frame]) => shot === seam && frame > seen[at][1]);
      console.log(
        `seam ${seam}: frame ${seen[at - 1][1]} to ${seen[at][1]}, the next frame ${Math.round(seen[moved][3] - seen[at][3])} ms after it`,
      );
    }
    await browser.keys(['Escape']);
    await person.waitUntilGone('path-view');

    // Opened again after a restart.
    await person.app.end();
    const again = await world.open();
    await again.waitFor('place-gallery');
    await again.go('place-films', 'F');
    await again.waitUntil(async () => (await again.ids('film-shot')).length === 3, 'the path should be what it was');
    assert.deepEqual((await again.ids('film-shot')).slice(0, 2), [first, second]);
  },
  { minutes: 6 },
);
