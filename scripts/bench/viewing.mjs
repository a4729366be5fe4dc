// How soon a clip is there: from opening it in the viewer to its first frame on the screen, as the page itself measures it,
// and how long its small frames take to be made. In the real window, on a rehearsed clip of 5 s at 720p.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { App } from '../../e2e/app/harness/app.mjs';
import { clipFile } from '../../e2e/app/harness/files.mjs';
import { Person } from '../../e2e/app/harness/person.mjs';
import { built } from '../lib/repository.mjs';
import { atMost, median, plain } from './rows.mjs';

/** Milliseconds that were promised. */
const promised = 150;
/** How often the clip is opened in each round. */
const often = 3;

export async function measure({ display, profile, rounds }) {
  const home = mkdtempSync(join(tmpdir(), 'lastframe-bench-viewer-'));
  const program = built('lastframe-desktop', profile);
  let app;
  try {
    app = await App.start({ display: display.name, home, program, env: { LASTFRAME_REHEARSAL_SPEED: '8' } });
    return await look(new Person(app, { display }), rounds * often);
  } finally {
    await app?.end();
    rmSync(home, { recursive: true, force: true });
  }
}

async function look(person, times) {
  const { browser } = person;
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  const [clip] = await person.waitForClips(1);
  const sheet = clipFile(person.home, clip).replace(/\.mp4$/, '.strip.webp');
  const entries = () =>
    browser.execute(() => performance.getEntriesByName('viewer: first frame').map((entry) => entry.duration));
  let sheetTook;
  for (let time = 0; time <= times; time += 1) {
    await person.openClip(clip);
    await person.waitUntil(async () => (await entries()).length === time + 1, 'the first frame should be shown');
    if (time === 0) {
      // Once for each clip: afterwards the web view has them.
      const asked = performance.now();
      await person.waitUntil(() => existsSync(sheet), 'its small frames should be made', 60_000);
      sheetTook = performance.now() - asked;
    }
    await person.openGallery();
  }
  // The first one brings the decoder into the process, once in the life of a window.
  const [cold, ...warm] = await entries();
  return [
    atMost('first frame of a clip from its poster', median(warm), 'ms', promised),
    plain('the same, the window’s first clip', cold, 'ms'),
    plain('small frames for the line of time', sheetTook, 'ms'),
  ];
}
