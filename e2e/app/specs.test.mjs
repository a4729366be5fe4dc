// A model that the program has never heard of, from the spec of the practice service: chosen in the real window, asked
// for with the controls that its spec makes, and a clip comes of it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clipFile, facts } from './harness/files.mjs';
import { windowTest } from './harness/world.mjs';

const parameter = (name, type, constraints, more = {}) => ({
  name,
  path: `input[0].params.${name}`,
  type,
  required: false,
  description: '',
  constraints,
  children: [],
  ...more,
});

const aurora = {
  model_id: 'aurora_v2',
  name: 'Aurora 2',
  vendor: 'Somebody',
  type: 'video',
  description: 'Northern <b>lights</b>.',
  api: { endpoint: '{base}/model/v1/generation', method: 'POST', headers: {} },
  parameters: [
    {
      ...parameter('content', 'array[object]', { max_items: 2 }, { required: true }),
      children: [parameter('type', 'string', { enum: ['text'] }), parameter('text', 'string', { max_length: 400 })].map(
        ({ name, type, constraints }) => ({ name, type, constraints }),
      ),
    },
    parameter('resolution', 'string', { enum: ['480p', '1440p'], default: '480p' }),
    parameter('ratio', 'string', { enum: ['16:9', '1:1'] }),
    parameter('duration', 'integer', { enum: [2, 4], default: 2 }),
    parameter('style', 'string', { enum: ['film', 'anime'], default: 'film' }),
    parameter('steps', 'integer', { min: 1, max: 50 }, { required: true }),
  ],
};
const hostile = { ...aurora, model_id: 'evil_v1', api: { endpoint: 'https://evil.example/model/v1/generation' } };

windowTest('a model from a live spec is chosen, asked for and makes a clip', async (world) => {
  const file = join(world.folder, 'models.json');
  writeFileSync(file, JSON.stringify([aurora, hostile]));
  const person = await world.open({ LASTFRAME_REHEARSAL_MODELS: file });
  await person.rehearse();
  const { browser } = person;

  // It is in the tray as soon as the specs are there, marked, in plain text; the hostile one is not.
  await person.click('model');
  const row = await browser.$('[data-model="aurora_v2"]');
  await row.waitForExist({ timeout: 15_000, timeoutMsg: 'the new model should be in the tray' });
  assert.match(await row.getProperty('innerText'), /Aurora 2\s*New\s*Northern <b>lights<\/b>\./);
  assert.equal(await browser.$('[data-model="evil_v1"]').isExisting(), false, 'a hostile spec makes no model');
  await row.click();
  await person.write('Green light over a fjord');

  // What it needs is said at its own control; without a price the button says so.
  await person.waitForText('extra', /Aurora 2 needs steps/);
  assert.equal(await person.read('generate', 'aria-disabled'), 'true');
  const steps = await browser.$('[data-parameter="steps"] input');
  await steps.setValue('20');
  await person.waitForText('generate', /price not known/);
  await browser.$('[data-parameter="style"]').$('button=anime').click();
  await person.pressGenerate();
  const [id] = await person.waitForClips(1);

  assert.deepEqual(
    await facts(clipFile(world.home, id)),
    { codec: 'h264', width: 864, height: 480, frames: 97 },
    'the model’s own resolution, and of its lengths the one nearest to the 5 s that stood there',
  );
  const ledger = readFileSync(join(world.home, 'rehearsal', 'ledger.jsonl'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(ledger.length, 1, 'one click, one submit');
  const recipe = JSON.parse(readFileSync(clipFile(world.home, id).replace(/\.mp4$/, '.json'), 'utf8'));
  assert.deepEqual(recipe.clip.request.extra, { steps: 20, style: 'anime' }, 'it can be repeated years later');
});
