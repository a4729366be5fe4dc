// Hostile texts through every door: the prompt, the service's words, ids and links, the names of dropped pictures. They are
// texts: nothing runs, nothing is asked of anyone, nothing is written elsewhere, and the window goes on working.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesUnder } from './harness/files.mjs';
import { hostileTexts } from './harness/hostile.mjs';
import { completed, startBait, startScripted } from './harness/scripted.mjs';
import { windowTest } from './harness/world.mjs';

const call = promisify(execFile);
const key = 'sk-hostile-texts-0001';

/** Calls commands of the program from its page, one after another; each answer, or what was said instead. */
const invoke = (browser, calls) =>
  browser.executeAsync((list, done) => {
    const ask = ([command, args]) =>
      window.__TAURI_INTERNALS__.invoke(command, args).then(
        (value) => ({ value }),
        (refused) => ({ refused: typeof refused === 'string' ? refused : refused.message }),
      );
    list.reduce(async (before, each) => [...(await before), await ask(each)], Promise.resolve([])).then(done);
  }, calls);

/** Drops a picture under each of these names onto the first frame's place. */
const dropAll = (browser, names, base64) =>
  browser.executeAsync(
    async (all, text, done) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const target = document.querySelector('[data-testid="first-frame"]');
      for (const name of all) {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], name, { type: 'image/png' }));
        dataTransfer.setData('text/html', name);
        dataTransfer.setData('text/uri-list', name);
        for (const type of ['dragenter', 'dragover', 'drop'])
          target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      done();
    },
    names,
    base64,
  );

/** Files anywhere on this file system with the mark in their name. */
const marked = async (mark) => {
  const args = ['/', '-xdev', '-path', '/proc', '-prune', '-o', '-name', `*${mark}*`, '-print'];
  return (await call('find', args).catch(({ stdout }) => ({ stdout }))).stdout.trim();
};

windowTest('hostile texts stay texts, through every door', async (world) => {
  const bait = await startBait(world);
  const mark = `pwned-${randomBytes(6).toString('hex')}`;
  const texts = hostileTexts(bait.address, mark);
  const answers = { key };
  const { address, seen, json } = await startScripted(world, answers);

  // A job's prompt is one of the texts, or says which text it is about and by which door it comes back.
  const jobs = new Map();
  answers.submit = (body) => {
    const prompt = JSON.parse(body).input[0].params.content.find(({ type }) => type === 'text')?.text ?? '';
    const [, door, number] = /^(refused|link|redirect) (\d+)$/.exec(prompt) ?? [];
    if (door === 'refused')
      return json(400, { error: { code: texts[number], message: texts[number] }, more: texts[number] });
    const text = door ? texts[number] : texts.find((each) => each.trim() === prompt.trim());
    if (text === undefined) return undefined;
    const id = door ? `${door}-${number}` : text;
    jobs.set(id, { door, number, text });
    return json(200, { id, status: 'queued', progress: text });
  };
  answers.poll = (id) => {
    const job = jobs.get(id);
    if (!job) return undefined;
    const { door, number, text } = job;
    if (door === 'link') return json(200, completed(id, text, { last_frame_url: text, metadata: text }));
    if (door === 'redirect') return json(200, completed(id, `${address}/files/redirect?to=${number}`));
    return json(200, { id, status: 'failed', error: { code: text, message: text }, [text]: text });
  };
  // What no header can carry is left out here; a raw one is tried by the tests of the client.
  const header = (text) => text.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 8000);
  answers.file = (url) => {
    const number = url.searchParams.get('to');
    if (number === null) return undefined;
    const text = header(texts[number]);
    return { status: 302, headers: { location: text, 'content-disposition': `attachment; filename="${text}"` } };
  };

  world.writeSettings({ service_address: address, parallel_jobs: 10 });
  const person = await world.open({ LASTFRAME_LOG: 'trace' });
  const { browser } = person;
  await person.waitFor('first-run');
  await person.enterKey(key);
  await person.waitFor('place-gallery');
  const place = await browser.getUrl();
  await person.generate('A paper boat drifts down a rainy street');
  await person.waitForClips(1);
  const [{ value: page }] = await invoke(browser, [['clips', { after: null, limit: 1 }]]);
  const { request } = page.clips[0];

  const unharmed = async (after) => {
    const state = await browser.execute(() => ({ pwned: window.pwned ?? {}.pwned, url: location.href }));
    assert.ok(!state.pwned, `${after}: nothing runs`);
    assert.equal(state.url, place, `${after}: the window stays where it is`);
    assert.deepEqual(bait.requests, [], `${after}: nobody is asked for anything`);
    assert.equal((await browser.getWindowHandles()).length, 1, `${after}: there is one window`);
    await assert.rejects(browser.getAlertText(), `${after}: nothing asks the person`);
  };

  // As addresses to be told and to send to: what is no web address is refused.
  const settings = (await invoke(browser, [['session', {}]]))[0].value.settings;
  const asAddress = texts.map((text) => ['change_settings', { settings: { ...settings, service_address: text } }]);
  const asCallback = texts.map((text) => ['check', { request: { ...request, callback_url: text }, count: 1 }]);
  const taken = await invoke(browser, asAddress);
  assert.deepEqual(
    taken.filter(({ value }) => value).map(({ value }) => value.service_address),
    [],
    'no address is taken',
  );
  const told = await invoke(browser, asCallback);
  const good = told.filter(({ value }) => value && !value.problems.some(({ field }) => field === 'callback_url'));
  assert.ok(good.length <= 2, `only web addresses may be told, not ${good.length} of these`);
  await unharmed('addresses');

  // As prompts, in the field and in jobs.
  for (const text of texts.slice(0, 16).concat(texts.slice(30, 34))) {
    await browser.execute((value) => {
      const field = document.querySelector('[data-testid="prompt"]');
      field.focus();
      document.execCommand('selectAll');
      document.execCommand('insertText', false, value);
    }, text);
  }
  await unharmed('prompts in the field');
  const provider = { kind: 'service', address };
  const enqueue = (prompt) => [
    'generate',
    {
      request: { ...request, prompt, continues: null },
      count: 1,
      provider: page.clips[0].provider ?? provider,
      beyondGuards: false,
    },
  ];
  const leads = texts
    .map((_, number) => number)
    .filter((number) => /[:/\\.]/.test(texts[number]) && !texts[number].startsWith('<'));
  const all = [
    ...texts,
    ...texts.map((_, number) => `refused ${number}`),
    ...leads.flatMap((number) => [`link ${number}`, `redirect ${number}`]),
  ];
  let accepted = 0;
  for (let from = 0; from < all.length; from += 20) {
    const answered = await invoke(browser, all.slice(from, from + 20).map(enqueue));
    accepted += answered.filter(({ value }) => value).length;
  }
  assert.ok(accepted > all.length - 20, `${accepted} of ${all.length} jobs are made`);

  // As names of dropped pictures.
  const picture = execFileSync('convert', ['-size', '400x400', 'xc:teal', 'png:-']).toString('base64');
  await dropAll(browser, texts, picture);
  await unharmed('names of pictures');

  // Every job comes to an end, or to a wait that a person ends: a link to nowhere, an id that cannot be asked about.
  const openJobs = async () => {
    const [{ value }] = await invoke(browser, [['jobs', {}]]);
    return value.filter(({ state }) => ['queued', 'submitting', 'running', 'downloading'].includes(state));
  };
  let open = [];
  const settled = async () => {
    open = await openJobs();
    // That a host is away is said once for all downloads, not by each.
    const [{ value: session }] = await invoke(browser, [['session', {}]]);
    const away = session.standing.downloads?.reason === 'offline';
    const waits = ({ state, wait }) => (wait && state !== 'queued') || (away && state === 'downloading');
    const waiting = open.filter(waits);
    await invoke(
      browser,
      waiting.map(({ id }) => ['stop_following', { job: id }]),
    );
    return open.length === 0;
  };
  await person.waitUntil(settled, 'every job should be answered', 120_000).catch(() => {
    const left = open.map(({ state, request: { prompt }, wait }) => [
      state,
      prompt.slice(0, 60),
      wait?.message?.slice(0, 80),
    ]);
    assert.fail(`still open: ${JSON.stringify(left)}`);
  });
  await unharmed('words, ids and links of the service');
  for (const place of ['place-settings', 'place-gallery']) {
    const began = Date.now();
    await (place === 'place-settings' ? person.openSettings() : person.openGallery());
    assert.ok(Date.now() - began < 10_000, `the window answers: ${place} after ${Date.now() - began} ms`);
  }
  const [{ value: cards }] = await invoke(browser, [['jobs', {}]]);
  assert.ok(cards.length > 2 * texts.length, `${cards.length} cards are there to be looked at`);
  await person.app.close();

  // The same once more from the library, after a restart.
  const again = await world.open();
  await again.waitFor('place-gallery');
  await again.waitFor('job-card');
  const pwned = await again.browser.execute(() => window.pwned ?? {}.pwned ?? false);
  assert.equal(pwned, false, 'nor does anything run from the library');
  await again.app.close();

  assert.deepEqual(bait.requests, [], 'nobody was asked for anything');
  assert.equal(await marked(mark), '', 'nothing was written under a name of theirs');
  const logs = filesUnder(join(world.home, 'logs'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  const forged = logs
    .split('\n')
    .filter((line) => line !== '' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z +[A-Z]+ lastframe_/.test(line));
  assert.deepEqual(
    forged.map((line) => line.slice(0, 200)),
    [],
    'no line of the log is anyone else’s',
  );
  // eslint-disable-next-line no-control-regex
  assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(logs), 'nor does a terminal that shows it obey');
  console.log(`hostile: ${texts.length} texts, 9 doors, ${accepted} jobs: nothing ran, nothing was written`);
});
