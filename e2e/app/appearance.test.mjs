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
const spoken = (browser) => browser.execute(() => document.documentElement.lang);

/** Whether a computed colour is a light one: its first number is lightness in oklch (0 – 1), red in rgb (0 – 255). */
function light(colour) {
  const first = Number(/[\d.]+/.exec(colour)[0]);
  return first > (colour.startsWith('oklch') ? 0.5 : 128);
}

windowTest('theme and language follow the choice and survive a restart', async (world) => {
  let person = await world.open();
  await person.rehearse();
  await person.openSettings();

  await person.choose('theme', 'darkroom');
  const dark = await background(person.browser);
  await person.choose('theme', 'lightbox');
  const bright = await background(person.browser);
  assert.notEqual(bright, dark, 'the room changes colour at once');
  assert.ok(light(bright) && !light(dark), `Lightbox is light and Darkroom dark: ${bright}, ${dark}`);

  await person.choose('language', 'zh-CN');
  await person.waitForText('place-settings', /设置/);
  assert.equal(await spoken(person.browser), 'zh-CN', 'screen readers are told the language');

  await person.app.close();
  person = await world.open();
  await person.waitFor('place-gallery');
  assert.equal(await background(person.browser), bright, 'the theme is remembered');
  assert.equal(await spoken(person.browser), 'zh-CN', 'the language is remembered');
  await person.waitForText('generate', /生成/);
});
