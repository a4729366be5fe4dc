// The door *Connect*: a key is checked, kept in the system's keychain and nowhere else, and used.
import assert from 'node:assert/strict';
import { clipFile, holding } from './harness/files.mjs';
import { storedKey } from './harness/keychain.mjs';
import { startService } from './harness/service.mjs';
import { windowTest } from './harness/world.mjs';

const wrong = 'sk-this-key-is-not-the-right-one';

windowTest('a key is checked, kept in the keychain, used, replaced and removed', async (world) => {
  const { address, key } = await startService(world);
  const person = await world.open();
  await person.rehearse();
  await person.openSettings();
  await person.setServiceAddress(address);

  await person.enterKey(wrong);
  assert.match(await person.waitForErrorAt('key-input'), /key/i, 'a wrong key is refused in words');
  assert.equal(storedKey(address), undefined, 'a refused key is not kept');

  const ending = new RegExp(`${key.slice(-4)}$`);
  await person.enterKey(key);
  await person.waitForText('key-hint', ending);
  assert.equal(storedKey(address), key, 'secret-tool finds the key that was pasted');
  const page = await person.browser.execute(() => document.documentElement.outerHTML);
  assert.ok(!page.includes(key), 'the window does not hold the whole key any more');

  await person.click('key-check');
  await person.waitForText('place-settings', /knows this key/);

  await person.click('key-replace');
  await person.enterKey(wrong);
  await person.waitForErrorAt('key-input');
  assert.equal(storedKey(address), key, 'a refused key does not replace a good one');
  await person.enterKey(key);
  await person.waitUntilGone('key-input');

  await person.choose('door', 'connect');
  await person.openGallery();
  await person.generate('A night ferry leaves the harbour');
  const [clip] = await person.waitForClips(1);
  clipFile(world.home, clip);

  assert.deepEqual(holding(world.home, key), [], 'no file of the app holds the key');
  assert.deepEqual(holding(world.home, wrong), [], 'nor the one that was refused');

  await person.openSettings();
  await person.click('key-remove');
  await person.click('key-remove-confirm');
  await person.waitUntilGone('key-hint');
  assert.equal(storedKey(address), undefined, 'removed means removed from the keychain');
});

windowTest('the first run connects with a key, and says a wrong one once', async (world) => {
  const { address, key } = await startService(world);
  world.writeSettings({ service_address: address });
  let person = await world.open();
  await person.waitFor('first-run');
  await person.enterKey(wrong);
  await person.waitForErrorAt('key-input');
  assert.equal((await person.browser.$$('[role="alert"]').getElements()).length, 1, 'it is said once');
  await person.enterKey(key);
  await person.waitFor('place-gallery');
  assert.equal(storedKey(address), key);

  await person.app.close();
  person = await world.open();
  await person.generate('Rain begins on a paper lantern');
  await person.waitForClips(1);
});

windowTest('without a keychain a key works for the session only', async (world) => {
  const { address, key } = await startService(world);
  world.writeSettings({ service_address: address });
  // A bus that nobody listens on. Not an unset variable: that would start another bus by itself.
  const person = await world.open({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` });
  await person.waitFor('first-run');
  await person.enterKey(key);
  assert.match(await person.waitForErrorAt('key-input'), /keychain/i, 'what is missing is said in words');
  await person.click('key-session-only');
  await person.waitFor('place-gallery');
  await person.generate('Rain begins on a paper lantern');
  await person.waitForClips(1);
  assert.equal(storedKey(address), undefined, 'it is in no keychain');
  assert.deepEqual(holding(world.home, key), [], 'and in no file');
});
