// Finding and keeping order in the real window, on real rows: Chinese is found by any run of characters, and what went
// into the trash comes back by Undo.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { clipFile } from './harness/files.mjs';
import { makeClips, told } from './harness/made.mjs';
import { windowTest } from './harness/world.mjs';

/** Waits until the gallery shows exactly these clips, in any order. */
async function expectClips(person, wanted, why) {
  const expected = wanted.toSorted();
  let ids = [];
  const there = async () => {
    ids = (await person.ids('clip-card')).toSorted();
    return ids.length === expected.length && ids.every((id, index) => id === expected[index]);
  };
  await person.waitUntil(there, why).catch(() => assert.deepEqual(ids, expected, why));
}

windowTest('what is typed in Chinese is found in prompts, notes and names, also after a restart', async (world) => {
  const [tower, ferry, foxes, tower4k] = await makeClips(world, [
    '黑色悬崖上的灯塔，雾中',
    '港口里的渡轮，夜',
    'Two foxes in the snow',
    '4K灯火，慢镜头',
  ]);
  const all = [tower, ferry, foxes, tower4k];
  await told(world.home, 'mark', foxes, '--note', '给客户看的灯光版本');
  let person = await world.open();
  await person.waitForClips(4);
  const search = async (text, expected, why) => {
    const field = await person.waitFor('search');
    if (text === '') await person.browser.$('[aria-label="Clear the search"]').click();
    else await field.setValue(text);
    await expectClips(person, expected, `“${text}”: ${why}`);
  };
  await search('灯', [tower, foxes, tower4k], 'one character, in prompts and in a note');
  await person.waitForText('found', /^3 found$/);
  await search('灯塔', [tower], 'two characters as a phrase');
  await search('悬崖上的灯', [tower], 'a run from the middle of a sentence');
  await search('塔灯', [], 'not in another order');
  await person.waitFor('nothing-found');
  await search('fox 客户', [foxes], 'the prompt in English and the note in Chinese, both');
  await search('4k灯', [tower4k], 'a run of both writings, in any case');
  await search('夜', [ferry], 'a word between signs');

  // What is written in the window is found at once, and by the next program.
  await search('', all, 'everything again');
  const card = person.browser.$(`[data-testid="clip-card"][data-id="${ferry}"] [data-focus]`);
  await person.browser.execute((node) => node.focus(), await card);
  await person.browser.keys(['F2']);
  await (await person.waitFor('clip-name')).setValue('末班船 Opening');
  await person.click('describe-save');
  await person.waitUntilGone('clip-name');
  await search('班船', [ferry], 'its new name');
  await person.app.close();
  const { clips } = await told(world.home, 'clips', '--search', '班船 夜');
  assert.deepEqual(
    clips.map(({ id }) => id),
    [ferry],
    'the command line finds it by name and prompt',
  );
  person = await world.open();
  await person.waitForClips(4);
  await search('末班', [ferry], 'after a restart');
});

windowTest('clips go into the trash together, and Undo brings back every one with what it had', async (world) => {
  const prompts = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `Boat ${name}`);
  const all = await makeClips(world, prompts);
  await told(world.home, 'mark', all[0], '--star', '--tag', '夜景');
  const files = all.map((id) => clipFile(world.home, id));
  const person = await world.open();
  const { browser } = person;
  await person.waitForClips(6);
  const undo = () => browser.$('[data-testid="toast"] button').click();
  const inTrash = async () => (await told(world.home, 'trash', '--list')).clips.map(({ id }) => id).toSorted();

  // All that were found, by keyboard.
  await browser.keys(['Control', 'a']);
  await person.waitForText('selected-count', /^6 selected$/);
  await person.click('bulk-trash');
  await expectClips(person, [], 'all of them are gone from the gallery');
  await person.waitForText('toast', /6 clips moved to the trash/);
  await undo(); // at once: the way back is offered for five seconds
  await expectClips(person, all, 'Undo brings back all');
  assert.deepEqual(await inTrash(), [], 'and nothing is left in the trash');
  const { clips } = await told(world.home, 'clips', '--starred', '--tag', '夜景');
  assert.deepEqual(
    clips.map(({ id }) => id),
    [all[0]],
    'star and tag came back with it',
  );

  // Some of them, with the mouse, and looked at in the trash.
  for (const id of all.slice(0, 3)) {
    await browser.$(`[data-testid="clip-card"][data-id="${id}"]`).moveTo();
    await browser.$(`[data-testid="clip-card"][data-id="${id}"] [role="checkbox"]`).click();
  }
  await person.waitForText('selected-count', /^3 selected$/);
  await person.click('bulk-trash');
  await expectClips(person, all.slice(3), 'the others stay');
  assert.deepEqual(await inTrash(), all.slice(0, 3).toSorted(), 'another program finds them in the trash');
  assert.ok(files.every(existsSync), 'their files stay where they are');
  await person.click('open-trash');
  await expectClips(person, all.slice(0, 3), 'the trash holds the three');
  await browser.keys(['Control', 'a']);
  await person.waitForText('selected-count', /^3 selected$/);
  await browser.$('[data-testid="selection-bar"] button:nth-of-type(2)').click();
  await person.waitFor('nothing-found');
  await person.app.close();
  assert.deepEqual(await inTrash(), [], 'restored, for the next program too');
  assert.ok(files.every(existsSync));
});
