// Keychains that do not do what is wanted of them. The window is there all the same, says what to do, takes a key for the
// session, writes it down nowhere, and closes when it is closed.
import assert from 'node:assert/strict';
import { canary, filesHolding } from './harness/canary.mjs';
import { storedKey, storeKey } from './harness/keychain.mjs';
import { ageOf } from './harness/processes.mjs';
import { startScripted } from './harness/scripted.mjs';
import { startSession } from './harness/session.mjs';
import { windowTest } from './harness/world.mjs';

/** Seconds until the window can be used, from the start of its process, and until it is gone, from its ×. */
const usableWithin = 5;
/** With a keychain that works, on this computer as busy as it is: a slow computer is not a slow keychain. */
let usually = 0;
const goneWithin = 2;

const cases = [
  {
    name: 'no bus at all',
    async prepare(world) {
      // Not an unset variable: that would start another bus by itself.
      return { forApp: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` } };
    },
    saying: /No keychain/i,
  },
  {
    name: 'a keychain without a collection',
    async prepare(world) {
      const session = await startSession(world);
      await session.keychain({ unlocked: false });
      return session;
    },
    saying: /no place to put a key/i,
  },
  {
    name: 'a locked keychain and no display for its question',
    prepare: (world, address) => locked(world, address, false),
    saying: /locked/i,
  },
  {
    name: 'a locked keychain that asks the person',
    prepare: (world, address) => locked(world, address, true),
    saying: /locked|did not answer|password/i,
  },
];

async function locked(world, address, display) {
  const session = await startSession(world, { display });
  await session.keychain({ unlocked: true });
  storeKey(address, 'sk-from-before-it-was-locked', session.env);
  await session.keychain({ unlocked: false });
  return session;
}

windowTest('a key that was replaced in the keychain meanwhile is the one that is used', async (world) => {
  const [first, second, third, fourth] = [canary(), canary(), canary(), canary()];
  const answers = { key: first };
  const { address, seen } = await startScripted(world, answers);
  const session = await startSession(world);
  await session.keychain({ unlocked: true });
  storeKey(address, first, session.env);
  world.writeSettings({ service_address: address, door: 'connect' });

  let person = await world.open(session.forApp);
  await person.waitFor('place-gallery');
  usually = ageOf(person.app.pid);
  await person.generate('A night ferry leaves the harbour');
  await person.waitForClips(1);
  await person.app.close();

  // Another program replaces it, and the service takes only the new one.
  storeKey(address, second, session.env);
  answers.key = second;
  person = await world.open(session.forApp);
  await person.generate('Rain begins on a paper lantern');
  await person.waitForClips(2);
  assert.equal(seen.submits.length, 2, 'each was sent once, with the key of its day');

  // The same while the app runs: checking asks the keychain anew, and what is found good is what is used from then on.
  storeKey(address, third, session.env);
  answers.key = third;
  await person.openSettings();
  await person.click('key-check');
  await person.waitForText('place-settings', /knows this key/);
  await person.openGallery();
  await person.generate('The lantern goes out');
  await person.waitForClips(3);
  assert.equal(seen.submits.length, 3, 'with the key that replaced it');

  // And one that is replaced in the window replaces it for everyone.
  answers.key = fourth;
  await person.openSettings();
  await person.click('key-replace');
  await person.enterKey(fourth);
  await person.waitUntilGone('key-input');
  assert.equal(storedKey(address, session.env), fourth);
  const keys = [first, second, third, fourth];
  assert.equal(new Set(keys).size, 4);
  for (const key of keys) assert.deepEqual(filesHolding([world.folder], key).holding, [], 'no file ever held any');
  console.log(`keychain: replaced by another program while the app was closed and while it ran, and in the window`);
});

for (const { name, prepare, saying } of cases) {
  windowTest(`with ${name} the window works, and a key for the session`, async (world) => {
    const key = canary();
    const { address } = await startScripted(world, { key });
    const { forApp } = await prepare(world, address);
    world.writeSettings({ service_address: address });
    const person = await world.open(forApp);
    await person.waitFor('first-run');
    const usable = ageOf(person.app.pid);
    await person.rehearse();
    await person.openSettings();

    await person.enterKey(key);
    assert.match(await person.waitForErrorAt('key-input'), saying, 'what is missing is said in words');
    await person.click('key-session-only');
    await person.waitForText('key-hint', new RegExp(`${key.slice(-4)}$`));
    await person.choose('door', 'connect');
    await person.openGallery();
    await person.generate('Rain begins on a paper lantern');
    await person.waitForClips(1);

    const closing = Date.now();
    await person.app.close();
    const gone = (Date.now() - closing) / 1000;
    assert.deepEqual(filesHolding([world.folder], key).holding, [], 'no file ever held the key');
    const figures = [usable, usually, gone].map((seconds) => `${seconds.toFixed(1)} s`);
    console.log(`keychain: ${name}: usable after ${figures[0]} (usually ${figures[1]}), gone after ${figures[2]}`);
    const limit = Math.max(usableWithin, usually + 2);
    assert.ok(usable < limit, `usable within ${limit} s of its start, not ${usable}`);
    assert.ok(gone < goneWithin, `gone within ${goneWithin} s, not ${gone}`);
  });
}
