// Money in the real window: what stands on a button is what is billed, and a price changes by a click and nothing else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clipFile } from './harness/files.mjs';
import { startService } from './harness/service.mjs';
import { windowTest } from './harness/world.mjs';

const LITE = 'spark_dance_v1_0_lite_t2v';

/** The recipe beside a clip's video: what was asked for and what was billed. */
const recipe = (home, clip) => JSON.parse(readFileSync(clipFile(home, clip).replace(/\.mp4$/, '.json'), 'utf8')).clip;

/** US dollars to the cent, as on a button. */
const cents = (amount) => `$${Number(amount).toFixed(2)}`;

/** Chooses one of the cells that a chip of the composer opens. */
async function cell(person, chip, value) {
  await person.click(chip);
  await person.browser.$(`#tray-${chip} [role="radio"][data-value="${value}"]`).click();
  await person.click(chip);
}

windowTest('what stands on the button is billed in rehearsal, to the cent', async (world) => {
  const person = await world.open();
  await person.rehearse();
  await person.write('A paper boat');
  await cell(person, 'length', '2');

  const [, small, saving] = (await person.waitForText('try-small', /about \$0\.04, saves \$0\.04/)).match(
    /about (\S+), saves (\S+)/,
  );
  await person.click('try-small');
  const [first] = await person.waitForClips(1);
  const tried = recipe(world.home, first);
  assert.equal(tried.request.resolution, '480p');
  assert.equal(tried.billed.cost, '0.0350', '864 × 480 × 48 / 1024 tokens at 1.8, by hand');
  assert.equal(cents(tried.billed.cost), small, 'the price that was pressed');
  assert.equal(saving, '$0.04', '0.0741 − 0.0350');
  await person.waitForText(
    'bills',
    /The last one was billed pretend \$0\.07|By the last bill this would be pretend \$0\.07/,
  );

  const seed = async () => (await person.read('seed', 'value')) === String(tried.request.seed);
  await person.waitUntil(seed, 'the seed of the small one should be in the form');
  const [, price] = (await person.waitForText('price', /^about \$0\.07$/)).match(/about (\S+)/);
  await person.pressGenerate();
  const [second] = await person.waitForClips(2);
  const made = recipe(world.home, second);
  assert.equal(made.billed.cost, '0.0741', '1248 × 704 × 48 / 1024 tokens at 1.8, by hand');
  assert.equal(cents(made.billed.cost), price, 'what stood on the button is what was billed');
  assert.equal(made.request.seed, tried.request.seed, 'the same picture, larger');
  assert.ok(!(await person.isShown('use-price')), 'pretended costs suggest no price');
});

windowTest('a service that bills otherwise is said, and its price is taken over by a click', async (world) => {
  const { address, key } = await startService(world);
  const row = { model: LITE, silent: '1.5', with_audio: '1.5' };
  world.writeSettings({ service_address: address, door: 'connect', prices: { prices: [row], flex_share: '0.5' } });
  const prices = () => JSON.parse(readFileSync(join(world.home, 'settings.json'), 'utf8')).prices.prices;
  let person = await world.open({ LASTFRAME_API_KEY: key });
  await person.waitFor('place-gallery');
  await person.write('A paper boat');
  await cell(person, 'resolution', '480p');
  await cell(person, 'length', '2');
  await person.waitForText('price', /^about \$0\.03$/);
  await person.pressGenerate();
  await person.waitForClips(1);

  await person.waitForText('bills', /The last one was billed \$0\.04\. 20 % more than estimated\./);
  await person.waitForText('price', /^about \$0\.03$/);
  assert.equal(prices()[0].silent, '1.5', 'nothing was changed in silence');
  await person.click('use-price');
  await person.waitForText('price', /^about \$0\.04$/);
  assert.equal(prices()[0].silent, '1.8');
  await person.waitUntilGone('use-price');

  await person.app.close();
  person = await world.open({ LASTFRAME_API_KEY: key });
  await person.waitForText('price', /^about \$0\.04$/);
});
