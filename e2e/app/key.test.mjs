// A key like no other is given, used, refused, echoed, kept and lost from sight: afterwards it is in the keychain, in the
// program itself, and nowhere else.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canary, filesHolding, foldersOf, listenIn, memoryHolding, pageText } from './harness/canary.mjs';
import { copy, difference, photograph, press, pressUntil, type } from './harness/desk.mjs';
import { filesUnder } from './harness/files.mjs';
import { storedKey, storeKey } from './harness/keychain.mjs';
import { descendantsOf, nameOf } from './harness/memory.mjs';
import { until } from './harness/processes.mjs';
import { completed, startScripted } from './harness/scripted.mjs';
import { windowTest } from './harness/world.mjs';

/** Everything is logged that can be, and what the app leaves in the temporary folder is found. */
function loud(world) {
  const folder = join(world.folder, 'tmp');
  mkdirSync(folder, { recursive: true });
  return { LASTFRAME_LOG: 'trace', TMPDIR: folder };
}

/** Pastes what is on the clipboard into the key's field, with the keys that a person presses. */
async function paste(person) {
  await person.click('key-input');
  await press(person.app, 'ctrl+v');
}

windowTest('a pasted key is in the keychain and the program, and nowhere else', async (world) => {
  const key = canary();
  const wrong = canary();
  const prompt = `prompt-${canary()}`;
  const saying = `key ${key} of https://login.example/?key=${key} does not fit “${prompt}”`;
  const answers = { key };
  const { address, seen, json } = await startScripted(world, answers);
  const echo = (request) => json(401, { error: { message: `${request.headers.authorization} is not valid` } });
  answers.refuse = echo;
  // What the service says: good, refused, unreadable, broken, and a link that carries the key.
  answers.submit = (_, times) =>
    [
      undefined,
      json(400, { error: { code: '003004001', message: saying }, more: { [key]: [saying] } }),
      json(500, { message: saying }, { 'x-key': key }),
      json(200, { status: 'in_progress', message: saying }),
      json(200, { id: 'task-fails', status: 'queued' }),
      json(200, { id: 'task-links', status: 'queued', echo: saying }),
    ][times - 1];
  answers.poll = (id, times) => {
    if (id === 'task-fails' && times === 1) return json(502, { error: saying });
    if (id === 'task-fails') return json(200, { id, status: 'failed', error: { code: 'E1', message: saying } });
    const link = `${address}/files/clip.mp4?key=${key}&sig=signed-by-${key}`;
    if (id === 'task-links') return json(200, completed(id, link, { metadata: { saying, headers: `Bearer ${key}` } }));
    return undefined;
  };

  world.writeSettings({ service_address: address });
  let person = await world.open(loud(world));
  await person.waitFor('first-run');
  await listenIn(person.browser);

  const forgetWrong = await copy(world, wrong);
  await paste(person);
  assert.match(await person.waitForErrorAt('key-input'), /key/i, 'a wrong key is refused in words');
  assert.equal(storedKey(address), undefined, 'a refused key is not kept');
  await forgetWrong();
  const forget = await copy(world, key);
  await paste(person);
  await person.waitFor('place-gallery');
  await forget();
  assert.equal(storedKey(address), key, 'pasting is all there is to do');

  const sent = (count) => person.waitUntil(async () => seen.submits.length >= count, `submit ${count} should arrive`);
  for (let count = 1; count <= 6; count += 1) {
    await person.generate(prompt);
    await sent(count);
    // The third and the fourth may both have been accepted: the queue pauses itself until the person says “Go on”.
    if (count === 4) {
      await person.waitForText('standing', /may have been accepted/);
      await person.click('pause-queue');
    }
  }
  await person.waitForClips(2);
  const states = async () => (await Promise.all((await person.ids('job-card')).map((id) => person.state(id)))).sort();
  const settled = async () => (await states()).join() === 'failed,failed,unknown,unknown';
  await person.waitUntil(settled, `each job should come to its end`).catch(async () => assert.fail(await states()));

  // The service changes its mind about the key, and says which one it means.
  answers.key = 'another';
  await person.openSettings();
  await person.click('key-check');
  await person.waitForText('place-settings', /refused|not accept/i);

  const said = await pageText(person.browser);
  assert.match(said.heard, /"stored"/, 'what the program says to the page is heard');
  assert.match(said.heard, /"event":"happened"/, 'its events too');
  assert.match(said.heard, /does not fit/, 'and the words of the service among it');
  for (const [where, text] of Object.entries(said))
    for (const secret of [key, wrong]) assert.ok(!text.includes(secret), `no key is ${where} in the page`);

  const memory = memoryHolding(person.app, key, wrong);
  assert.deepEqual(
    memory.children.filter(({ count }) => count > 0),
    [],
    'no other process ever saw a key',
  );
  assert.ok(
    memory.children.some(({ name }) => name.startsWith('WebKitWebProces')),
    'the page’s process was looked at',
  );
  assert.ok(memory.own > 0, 'what is looked for would have been found: the program itself holds it');

  // Restarted the key works, from the keychain; killed nothing is left of it either.
  answers.key = key;
  await person.app.close();
  person = await world.open(loud(world));
  await person.waitFor('place-gallery');
  await person.generate(prompt);
  await sent(7);
  await person.waitForClips(3);
  const again = memoryHolding(person.app, key);
  assert.deepEqual(
    again.children.filter(({ count }) => count > 0),
    [],
    'nor after a restart',
  );
  await person.app.kill();

  const folders = foldersOf(world);
  for (const secret of [key, wrong]) {
    const { files, holding } = filesHolding(folders, secret);
    assert.deepEqual(holding, [], `no file holds it, of ${files} in ${folders.join(' ')}`);
  }
  assert.deepEqual(seen.keyElsewhere, [], 'a download never carries the key');
  const logs = filesUnder(join(world.home, 'logs'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  assert.match(logs, /TRACE|DEBUG|INFO/, 'a log was written');
  for (const secret of [key, prompt, 'signed-by', 'sig='])
    assert.ok(!logs.includes(secret), `no line holds “${secret}”`);
  console.log(
    `key: in 0 of ${filesHolding(folders, key).files} files, 0 of ${memory.children.length} child processes ` +
      `(${Math.round(memory.bytes / 1e6)} MB searched), ` +
      `${memory.own} times in the program after failures, ${again.own} after a restart`,
  );
});

/** Waits until no child of the app holds a secret: the process in which it was typed has made way for another. */
async function untilForgotten(app, before, ...secrets) {
  let memory;
  const forgotten = async () => {
    if (pageOf(app) === before) return false;
    memory = memoryHolding(app, ...secrets);
    return pageOf(app) !== undefined && memory.children.every(({ count }) => count === 0);
  };
  await until(forgotten, 'the page’s process is another, and no child holds the key', 20_000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(memory?.children)}`);
  });
  return memory;
}

/** The process in which the page runs. */
const pageOf = (app) => descendantsOf(app.pid).find((pid) => nameOf(pid).startsWith('WebKitWebProces'));

const none = (memory, what) =>
  assert.deepEqual(
    memory.children.filter(({ count }) => count > 0),
    [],
    what,
  );

windowTest(
  'a typed key leaves the field at once, and every process but the program’s once it was taken',
  async (world) => {
    const key = canary();
    const answers = { key };
    const { address, seen } = await startScripted(world, answers);
    world.writeSettings({ service_address: address });
    let person = await world.open(loud(world));
    await person.waitFor('first-run');
    await listenIn(person.browser);
    const [, four] = /(.{4})$/.exec(key);

    // Typed, not yet taken: this is what is to be got rid of.
    const first = pageOf(person.app);
    await person.click('key-input');
    await type(person.app, key);
    await person.waitUntil(
      async () => (await person.read('key-input', 'value')) === key,
      'the field should hold the key',
    );
    const typed = memoryHolding(person.app, key).children.reduce((sum, { count }) => sum + count, 0);
    assert.ok(typed > 0, 'what is looked for would be found: the page’s process holds what is typed');
    const said = await pageText(person.browser);
    assert.ok(!said.heard.includes(key), 'the program never says it to the page');
    // From here on nobody drives the window but the keyboard: the driver’s session ends with the process of the page.
    await press(person.app, 'Return');
    await untilForgotten(person.app, first, key);
    assert.equal(storedKey(address), key);

    // Used: the new page stands where the old one would, and everything works.
    const written = 'A paper boat drifts down a rainy street';
    await use(person.app, written, () => seen.submits.length > 0);
    assert.ok(seen.submits[0].includes(written), 'what was written in the new page is what was sent');
    none(memoryHolding(person.app, key), 'nobody has it after it was used');

    // Refused by the service.
    answers.key = 'another';
    const before = seen.refused.length;
    await pressUntil(person.app, () => seen.refused.length > before, 'a refused submit', 'ctrl+Return');
    const after = memoryHolding(person.app, key);
    none(after, 'nor after it was refused');
    assert.ok(after.own > 0, 'the program itself has it');
    await person.app.close();

    answers.key = key;
    person = await world.open(loud(world));
    await person.waitFor('place-gallery');
    await person.openSettings();
    await person.waitForText('key-hint', new RegExp(`${four}$`));
    const later = memoryHolding(person.app, key);
    none(later, 'nor after a restart');
    assert.deepEqual(filesHolding(foldersOf(world), key).holding, [], 'and no file ever held it');
    console.log(
      `key: a typed one stood ${typed} times in the page’s process, 0 times in ${after.children.length} child processes ` +
        `(${Math.round(after.bytes / 1e6)} MB searched) once it was taken, ${after.own} times in the program`,
    );
  },
);

/** Writes into the prompt and sends it, with the keyboard alone. */
async function use(app, prompt, sent) {
  // A page that is new may not hear the keyboard yet: what it did not hear is written again.
  for (let tries = 0; tries < 3 && !(await sent()); tries += 1) {
    await press(app, 'c');
    await press(app, 'ctrl+a');
    await type(app, prompt);
    await pressUntil(app, sent, 'a submit', 'ctrl+Return').catch((error) => {
      if (tries === 2) throw error;
    });
  }
}

windowTest(
  'the page that saw a key makes way for one in the same place, with the draft and the language',
  async (world) => {
    const [old, key] = [canary(), canary()];
    const answers = { key: old };
    const { address, seen } = await startScripted(world, answers);
    storeKey(address, old);
    world.writeSettings({ service_address: address, door: 'connect', language: 'zh-CN', theme: 'lightbox' });
    const person = await world.open(loud(world));
    await person.waitFor('place-gallery');
    const draft = 'A night ferry leaves the harbour';
    await person.write(draft);
    await person.openSettings();
    await person.waitForText('place-settings', /设置/);
    await person.settle();
    const before = await photograph(world, 'before');

    answers.key = key;
    await person.click('key-replace');
    await type(person.app, key);
    await person.waitUntil(
      async () => (await person.read('key-input', 'value')) === key,
      'the field should hold the key',
    );
    const first = pageOf(person.app);
    await press(person.app, 'Return');
    await untilForgotten(person.app, first, key);
    assert.equal(storedKey(address), key);

    // The same place, language and theme: but for the four letters of the key and the toast that says it was saved, the
    // window looks as it did.
    let differs = 1;
    const same = async () => (differs = await difference(before, await photograph(world, 'after'))) < 0.02;
    await until(same, 'the window looks as before', 15_000).catch((error) => {
      throw new Error(`${error.message}; it differs in ${(differs * 100).toFixed(1)} % of its points`);
    });
    await press(person.app, 'g', 'c');
    await pressUntil(person.app, () => seen.submits.length > 0, 'the draft to be sent', 'ctrl+Return');
    assert.ok(seen.submits[0].includes(draft), 'the draft was kept');
    none(memoryHolding(person.app, key), 'nobody has it after it was used');
    console.log(`key: the new page differs from the old one in ${(differs * 100).toFixed(2)} % of its points`);
    await person.app.close();
  },
);
