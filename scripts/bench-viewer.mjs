// How soon a clip is there: from opening it in the viewer to its first frame on the screen, as the page itself measures it,
// and how long its small frames take to be made. In the real window, on a rehearsed clip of 5 s at 720p. Needs the program
// that `npm run bench` builds. `npm run bench:viewer -- 20` opens it 20 times, `-- 20 debug` with a debug build.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { App } from '../e2e/app/harness/app.mjs';
import { startDisplay } from '../e2e/app/harness/display.mjs';
import { clipFile } from '../e2e/app/harness/files.mjs';
import { Person } from '../e2e/app/harness/person.mjs';
import { built } from './lib/repository.mjs';
import { script } from './lib/run.mjs';
import { againInOwnSession, inOwnSession } from './lib/session.mjs';

const [rounds, profile] = [Number(process.argv[2] ?? 15), process.argv[3] ?? 'release'];

/** What the issue of being quick allows, in milliseconds. */
const allowed = 150;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const row = (name, values) => ({
  name,
  'median ms': Math.round(median(values)),
  'quickest ms': Math.round(Math.min(...values)),
  'slowest ms': Math.round(Math.max(...values)),
});

async function measure(person) {
  const { browser } = person;
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  const [clip] = await person.waitForClips(1);
  const sheet = clipFile(person.home, clip).replace(/\.mp4$/, '.strip.webp');
  const entries = () =>
    browser.execute(() => performance.getEntriesByName('viewer: first frame').map((entry) => entry.duration));
  const sheets = [];
  for (let round = 0; round <= rounds; round += 1) {
    rmSync(sheet, { force: true });
    await person.openClip(clip);
    await person.waitUntil(async () => (await entries()).length === round + 1, 'the first frame should be shown');
    const asked = performance.now();
    while (!existsSync(sheet)) await new Promise((done) => setTimeout(done, 5));
    sheets.push(performance.now() - asked);
    await person.openGallery();
  }
  // The first one brings the decoder into the process, once in the life of a window.
  const [cold, ...warm] = await entries();
  return [
    row('first frame, the window’s first clip', [cold]),
    row(`first frame (at most ${allowed})`, warm),
    row('small frames, 400 ms of waiting included', sheets.slice(1)),
  ];
}

async function bench() {
  const program = built('lastframe-desktop', profile);
  if (!existsSync(program)) throw new Error(`There is no ${program}. \`npm run bench\` builds it.`);
  const home = mkdtempSync(join(tmpdir(), 'lastframe-bench-viewer-'));
  const display = await startDisplay();
  let app;
  try {
    app = await App.start({ display: display.name, home, program, env: { LASTFRAME_REHEARSAL_SPEED: '8' } });
    const rows = await measure(new Person(app, { display }));
    console.table(rows);
    if (rows[1]['median ms'] > allowed) process.exitCode = 1;
  } finally {
    await app?.end();
    await display.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

await script(async () => (inOwnSession() ? bench() : againInOwnSession()));
