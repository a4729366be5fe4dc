// Theme and language, chosen in the window and remembered.
import assert from 'node:assert/strict';
import { windowTest } from './harness/world.mjs';

/** The colour of the room at the left edge, where no picture is. */
const background = (browser) =>
  browser.execute(() => {
    for (let seen = document.elementFromPoint(2, innerHeight / 2); seen; seen = seen.parentElement) {
      const { backgroundColor } = getComputedStyle(seen);
      if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor;
    }
    return '';
  });
/** Whether a computed colour is a light one: its first number is lightness in oklch (0 – 1), red in rgb (0 – 255). */
function light(colour) {
  const first = Number(/[\d.]+/.exec(colour)[0]);
  return first > (colour.startsWith('oklch') ? 0.5 : 128);
}

/**
 * Waits until the room is painted in a light or dark colour, and returns it. The page takes the choice over after the
 * program has kept it, and a person sees it a moment after the click, not in it.
 */
async function roomIs(person, wanted) {
  let colour = '';
  const is = async () => {
    const before = colour;
    colour = await background(person.browser);
    // Twice the same: a colour on its way to another is not the room's.
    return colour === before && colour !== '' && light(colour) === (wanted === 'light');
  };
  await person.waitUntil(is, `the room should be ${wanted}`).catch((error) => {
    throw new Error(`${error.message}; it is ${colour}`);
  });
  return colour;
}

/** Waits until screen readers are told this language. */
const speaks = (person, language) =>
  person.waitUntil(
    async () => (await person.browser.execute(() => document.documentElement.lang)) === language,
    `screen readers should be told ${language}`,
  );

windowTest('theme and language follow the choice and survive a restart', async (world) => {
  let person = await world.open();
  await person.rehearse();
  await person.openSettings();

  await person.choose('theme', 'darkroom');
  await roomIs(person, 'dark');
  await person.choose('theme', 'lightbox');
  const bright = await roomIs(person, 'light');

  await person.choose('language', 'zh-CN');
  await person.waitForText('place-settings', /设置/);
  await speaks(person, 'zh-CN');

  await person.app.close();
  person = await world.open();
  await person.waitFor('place-gallery');
  assert.equal(await roomIs(person, 'light'), bright, 'the theme is remembered');
  await speaks(person, 'zh-CN'); // remembered too
  await person.waitForText('generate', /生成/);
});
