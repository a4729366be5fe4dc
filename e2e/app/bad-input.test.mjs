// What cannot be sent is refused where it is entered, with the documented range, before anything is sent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { windowTest } from './harness/world.mjs';

/** A PNG of one colour, as base64. */
const picture = (width, height) =>
  execFileSync('convert', ['-size', `${width}x${height}`, 'xc:teal', 'png:-']).toString('base64');

/** Drops a picture onto a frame slot, as from a file browser. */
const drop = (browser, slot, base64) =>
  browser.execute(
    (name, text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'picture.png', { type: 'image/png' }));
      const target = document.querySelector(`[data-testid="${name}"]`);
      for (const type of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      }
    },
    slot,
    base64,
  );

windowTest('an empty prompt and a tiny picture are refused at their fields', async (world) => {
  const person = await world.open();
  await person.rehearse();

  const refuses = async () => (await person.read('generate', 'aria-disabled')) === 'true';
  await person.waitUntil(refuses, 'without a prompt Generate should refuse');
  assert.match(await person.tooltipOf('generate'), /prompt/i, 'the button says why it cannot be pressed');
  await person.click('generate');

  await drop(person.browser, 'first-frame', picture(200, 200));
  const tooSmall = await person.waitForErrorAt('first-frame');
  assert.match(tooSmall, /300.*6[, ]?000/, `the range is in the message: ${tooSmall}`);
  await drop(person.browser, 'first-frame', Buffer.from('not a picture').toString('base64'));
  const otherwise = async () => !['', tooSmall].includes(await person.errorAt('first-frame'));
  await person.waitUntil(otherwise, 'what is no picture at all should be refused in other words');

  assert.deepEqual(await person.ids('job-card'), [], 'nothing was sent');
});
