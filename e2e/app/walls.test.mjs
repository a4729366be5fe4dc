// The walls of the window: who may call the program, and where its page may go.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { built } from '../../scripts/lib/repository.mjs';
import { clipFile } from './harness/files.mjs';
import { startBait } from './harness/scripted.mjs';
import { windowTest } from './harness/world.mjs';

const call = promisify(execFile);

windowTest('every command is refused to a second window and to a foreign page', async (world) => {
  const bait = await startBait(world);
  const env = { ...process.env, DISPLAY: world.display.name, LASTFRAME_HOME: world.home, GDK_BACKEND: 'x11' };
  const { stdout } = await call(built('examples/intruder'), [bait.address], { env, timeout: 90_000 });
  const { window, second, foreign } = JSON.parse(stdout.trim().split('\n').at(-1));
  for (const [command, answer] of Object.entries(window))
    assert.match(answer, /^granted: /, `the window itself may call ${command}`);
  for (const [where, answers] of Object.entries({ second, foreign })) {
    for (const [command, answer] of Object.entries(answers)) {
      assert.match(answer, /^refused: .*(not allowed|not found)/i, `${command} from the ${where}: ${answer}`);
    }
  }
  const counts = [second, foreign].map((answers) => Object.keys(answers).length);
  assert.equal(counts[0], counts[1]);
  assert.ok(counts[0] > 30, 'every command was tried');
  console.log(`ipc: ${counts[0]} commands refused from a second window, ${counts[1]} from a foreign page`);
});

windowTest('a clip is served to its own page alone, and a link out of its folder to nobody', async (world) => {
  const person = await world.open();
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  const [id] = await person.waitForClips(1);
  const base = await person.browser.executeAsync((done) => {
    window.__TAURI_INTERNALS__.invoke('session').then(({ media }) => done(media));
  });
  const ask = (path, headers = {}) => fetch(`${base}/clips/${path}`, { headers });
  const own = await ask(`${id}.mp4`, { origin: 'tauri://localhost' });
  assert.equal(own.status, 200);
  assert.equal(own.headers.get('access-control-allow-origin'), 'tauri://localhost');
  const foreign = await ask(`${id}.mp4`, { origin: 'https://attacker.example' });
  assert.equal(foreign.headers.get('access-control-allow-origin'), null, 'a foreign page cannot read it');
  assert.equal(
    (await fetch(base.replace(/[^/]{4}$/, '0000') + `/clips/${id}.mp4`)).status,
    404,
    'nor without the token',
  );

  const file = clipFile(world.home, id);
  const secret = join(world.folder, 'secret.mp4');
  writeFileSync(secret, 'not for the page');
  renameSync(file, join(file, '..', 'kept.mp4'));
  symlinkSync(secret, file);
  assert.equal((await ask(`${id}.mp4`)).status, 404, 'a link that leads out of the folder is not followed');
});

windowTest('the page goes nowhere, opens nothing and runs nothing that is not its own', async (world) => {
  const bait = await startBait(world);
  const person = await world.open();
  await person.rehearse();
  const { browser } = person;
  const place = await browser.getUrl();
  const tries = {
    navigates: (to) => void (location.href = to),
    replaces: (to) => location.replace(to),
    opens: (to) => void window.open(to),
    clicks: (to) => {
      for (const target of ['', '_blank', '_top']) {
        const link = Object.assign(document.createElement('a'), { href: to, target });
        document.body.append(link);
        link.click();
        link.remove();
      }
    },
    downloads: (to) => {
      const link = Object.assign(document.createElement('a'), { href: to, download: 'x' });
      document.body.append(link);
      link.click();
      link.remove();
    },
    submits: (to) => {
      const form = Object.assign(document.createElement('form'), { action: to, method: 'post' });
      document.body.append(form);
      form.submit();
      form.remove();
    },
    frames: (to) => {
      for (const name of ['iframe', 'object', 'embed']) {
        const element = document.createElement(name);
        element.src = element.data = to;
        document.body.append(element);
      }
    },
    scripts: (to) => {
      const script = document.createElement('script');
      script.src = to;
      document.body.append(script);
      const inline = document.createElement('script');
      inline.textContent = 'window.pwned = true';
      document.body.append(inline);
      document.body.insertAdjacentHTML('beforeend', '<p onclick="window.pwned = true" id="trap">x</p>');
      document.getElementById('trap').click();
      document.getElementById('trap').remove();
      const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: to });
      document.head.append(link);
    },
    evaluates: () => {
      try {
        Function('window.pwned = true')();
      } catch {
        // as it should be
      }
    },
    fetches: (to) => {
      fetch(to).catch(() => {});
      navigator.sendBeacon?.(to, 'x');
      try {
        new WebSocket(to.replace('http', 'ws'));
        new EventSource(to);
      } catch {
        // as it should be
      }
    },
    refreshes: (to) => {
      const meta = document.createElement('meta');
      meta.httpEquiv = 'refresh';
      meta.content = `0;url=${to}`;
      document.head.append(meta);
    },
  };
  for (const [name, attempt] of Object.entries(tries)) {
    for (const to of [`${bait.address}/${name}`, 'javascript:window.pwned=true', 'file:///etc/passwd']) {
      await browser.execute(`try { (${attempt})(${JSON.stringify(to)}) } catch (error) { void error }`);
    }
    await browser.pause(150);
    assert.deepEqual(bait.requests, [], `${name}: nothing is asked of a foreign server`);
    assert.equal(await browser.getUrl(), place, `${name}: the window stays where it is`);
    assert.equal((await browser.getWindowHandles()).length, 1, `${name}: there is one window`);
    assert.notEqual(await browser.execute(() => window.pwned), true, `${name}: nothing foreign runs`);
  }
  await person.openSettings();
});
