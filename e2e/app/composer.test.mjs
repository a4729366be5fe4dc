// The composer in its real window: pictures by drop and by paste, a photo of another shape, and a list of prompts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { submits } from './harness/ledger.mjs';
import { windowTest } from './harness/world.mjs';

/** A JPEG as cameras make them: a gradient with a disc, so that a wrong cut would show. */
const photo = (width, height) => {
  const disc = `circle ${width / 2},${height / 2} ${width / 2},${height / 2 + height / 5}`;
  const draw = ['-fill', 'white', '-draw', disc];
  return execFileSync('convert', ['-size', `${width}x${height}`, 'gradient:teal-orange', ...draw, 'jpeg:-']);
};

/** Gives the bytes of files to something in the window, as a drop from a file browser or as a paste. */
const give = (browser, name, kind, files) =>
  browser.execute(
    (where, how, texts) => {
      const data = new DataTransfer();
      for (const { text, file, type } of texts) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], file, { type }));
      }
      const target = where === '' ? document.body : document.querySelector(`[data-testid="${where}"]`);
      const types = how === 'paste' ? ['paste'] : ['dragenter', 'dragover', 'drop'];
      for (const type of types) {
        const event =
          how === 'paste'
            ? new ClipboardEvent(type, { bubbles: true, cancelable: true, clipboardData: data })
            : new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data });
        target.dispatchEvent(event);
      }
    },
    name,
    kind,
    files.map(({ bytes, file = 'photo.jpg', type = 'image/jpeg' }) => ({ text: bytes.toString('base64'), file, type })),
  );

const filled = (person, slot) =>
  person.waitUntil(async () => !!(await person.read(slot, 'data-image')), `${slot} should have a picture`);

/** A picture of the library as it lies on the disk: its format and size. */
const kept = (home, id) => execFileSync('identify', ['-format', '%m %wx%h', join(home, 'images', id)]).toString();

windowTest(
  'first and last frame by drop and by paste; a model that takes no last frame drops it and says so',
  async (world) => {
    const person = await world.open();
    await person.rehearse();
    await give(person.browser, 'first-frame', 'drop', [{ bytes: photo(1248, 704) }]);
    await filled(person, 'first-frame');
    await give(person.browser, 'last-frame', 'paste', [{ bytes: photo(1920, 1080) }]);
    await filled(person, 'last-frame');
    const last = await person.read('last-frame', 'data-image');
    assert.equal(kept(person.home, last), 'JPEG 1920x1080', 'the picture is kept as it was given');

    await person.click('model');
    await person.browser.execute(() => {
      const rows = [
        ...document.querySelectorAll('[role="radio"], [role="option"], [role="menuitem"], [role="menuitemradio"]'),
      ];
      rows.find((row) => /Pro fast/i.test(row.textContent)).click();
    });
    await person.waitForText('adjustments', /last frame/i);
    assert.equal(await person.read('last-frame', 'data-image'), undefined, 'the last frame is gone');
    assert.ok(await person.read('first-frame', 'data-image'), 'the first frame stays');
  },
);

windowTest('a 2 : 1 photo is fitted to 16:9 and becomes a clip', async (world) => {
  const person = await world.open();
  await person.rehearse();
  await give(person.browser, 'first-frame', 'drop', [{ bytes: photo(1600, 800) }]);
  await filled(person, 'first-frame');
  const before = await person.read('first-frame', 'data-image');
  await person.waitForText('framing-first_frame-0', /2 : 1 .*16:9/);
  await person.browser.execute(() => {
    const line = document.querySelector('[data-testid="framing-first_frame-0"]');
    [...line.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Fit').click();
  });
  await person.waitFor('fit-preview');
  await person.click('framing-apply');
  await person.waitForText('framing-first_frame-0', /fitted to 1248 × 704/);
  const after = await person.read('first-frame', 'data-image');
  assert.equal(kept(person.home, after), 'PNG 1248x704');
  assert.equal(kept(person.home, before), 'JPEG 1600x800', 'the photo itself stays in the library');
  await person.generate('The disc begins to turn');
  await person.waitForClips(1);
});

windowTest('of a list of 20 rows 3 are wrong; 17 are started, and survive a restart', async (world) => {
  // Small, short and soon done: how clips look is not what is tested.
  const soon = { LASTFRAME_REHEARSAL_SPEED: '20' };
  const person = await world.open(soon);
  await person.rehearse();
  const rows = Array.from({ length: 20 }, (_, index) => `"Shot ${index + 1}, by the sea",2,480p`);
  rows[4] = '"Shot 5",99,480p';
  rows[9] = ',2,480p';
  rows[14] = '"Shot 15",soon,480p';
  const list = ['prompt,duration,resolution', ...rows].join('\r\n');
  const bytes = Buffer.from(`\ufeff${list}`);
  await give(person.browser, '', 'drop', [{ bytes, file: 'shots.csv', type: 'text/csv' }]);
  await person.waitForText('batch-state', /20 rows.*3 cannot be sent/s);
  await person.waitForText('batch-start', /Start 17 of 20.*about \$0\.(59|60)/s);
  // Two clicks in one moment, as an impatient hand makes them.
  await person.browser.execute(() => {
    const button = document.querySelector('[data-testid="batch-start"]');
    button.click();
    button.click();
  });
  await person.waitForText('batch-state', /3 rows/);
  const begun = async () => submits(world.home) > 0;
  await person.waitUntil(begun, 'the queue should have begun');
  // Not killed: a submit cut off in that very moment would rightly be unknown, and wait for a person.
  await person.app.close();

  const again = await world.open(soon);
  await again.waitFor('place-gallery');
  const all = async () => submits(world.home) === 17 && (await again.ids('job-card')).length === 0;
  await again.waitUntil(all, 'the queue should carry all 17 to their end', 120_000);
  await again.waitForClips(1);
  assert.equal(submits(world.home), 17, 'each row that could go was sent once, whatever was clicked');
});
