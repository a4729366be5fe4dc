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

/** Milliseconds that a pointer rests on a card before it is pressed, and that the button of a mouse is down in a click. */
const [rest, down] = [400, 90];

/** Opens a clip as a person does, who looks at a card before pressing it. */
async function openAtLeisure(person, clip) {
  const { browser } = person;
  const card = await browser.$(`[data-testid="clip-card"][data-id="${clip}"]`).getElement();
  await browser
    .action('pointer')
    .move({ origin: card })
    .pause(rest)
    .down({ button: 0 })
    .pause(down)
    .up({ button: 0 })
    .perform();
  await person.waitFor('viewer-video');
}

async function look(person, times) {
  const { browser } = person;
  await person.rehearse();
  await person.generate('A paper boat drifts down a rainy street');
  const [clip] = await person.waitForClips(1);
  const sheet = clipFile(person.home, clip).replace(/\.mp4$/, '.strip.webp');
  const entries = () =>
    browser.execute(() => performance.getEntriesByName('viewer: first frame').map((entry) => entry.duration));
  const ways = { leisurely: openAtLeisure, sudden: (one, id) => one.openClip(id) };
  const took = { leisurely: [], sudden: [] };
  let [opened, sheetTook] = [0, 0];
  for (let time = 0; time <= times; time += 1) {
    for (const [name, open] of Object.entries(ways)) {
      await open(person, clip);
      opened += 1;
      await person.waitUntil(async () => (await entries()).length === opened, 'the first frame should be shown');
      took[name].push((await entries()).at(-1));
      if (opened === 1) {
        // Once for each clip: afterwards the web view has them.
        const asked = performance.now();
        await person.waitUntil(() => existsSync(sheet), 'its small frames should be made', 60_000);
        sheetTook = performance.now() - asked;
      }
      await person.openGallery();
    }
  }
  // The first one brings the decoder into the process, once in the life of a window.
  const [cold, ...warm] = took.leisurely;
  return [
    atMost('first frame of a clip from its poster', median(warm), 'ms', promised),
    plain('the same, pressed in the moment in which the pointer arrives', median(took.sudden), 'ms'),
    plain('the same, the window’s first clip', cold, 'ms'),
    plain('small frames for the line of time', sheetTook, 'ms'),
  ];
}
