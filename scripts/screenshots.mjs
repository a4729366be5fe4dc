// The pictures in docs/pictures, taken of the real app: rehearsed clips, both themes, two sizes, two languages.
// `npm run screenshots -- gallery zh` takes only those whose name has all of these words in it. Linux only, as the window tests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built, embeddedPage, inside } from './lib/repository.mjs';
import { must, script } from './lib/run.mjs';
import { againInOwnSession, inOwnSession } from './lib/session.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages, page } from './lib/tools.mjs';

const pictures = inside('docs', 'pictures');

/** What is in the library on the pictures. The seed makes them the same every time. */
const shots = [
  { prompt: 'A caravan crosses the ridge of a great dune, desert at noon', ratio: '21:9', seed: 7 },
  { prompt: 'The moon rises behind bare branches', ratio: '1:1', seed: 11 },
  { prompt: 'Paper lanterns drift down the river on the night of the festival', ratio: '4:3', seed: 23 },
  { prompt: 'Rain on a neon street, one umbrella far away', ratio: '16:9', seed: 42 },
  { prompt: 'Sunset over the ocean, the waves turn to copper', ratio: '16:9', seed: 5 },
  { prompt: 'Snow falls in the pine forest around a cabin', ratio: '9:16', seed: 3 },
];
const first = { prompt: 'A lighthouse on the cliff. The lamp comes on', ratio: '16:9', seed: 17 };
/** Two takes that continue it, and one shot more. */
const takes = [
  { prompt: 'The lighthouse holds its beam on the water. The cliff goes dark', seed: 19 },
  { prompt: 'The beam of the lighthouse swings out over the cliff. The camera holds', seed: 18 },
];
const last = { prompt: 'The lighthouse alone, the beam comes round to the camera', seed: 21 };

const sizes = [
  { width: 1440, height: 900 },
  { width: 960, height: 640 },
];
const themes = ['darkroom', 'lightbox'];
const languages = { en: 'en', zh: 'zh-CN' };
const places = ['first-run', 'gallery', 'viewer', 'films', 'usage', 'settings'];

/** E.g. `gallery-darkroom-1440x900`, and `…-zh` for Chinese. */
const nameOf = ({ place, theme, size, language }) =>
  `${place}-${theme}-${size.width}x${size.height}${language === 'en' ? '' : `-${language}`}`;

function wanted(words) {
  const all = sizes.flatMap((size) =>
    themes.flatMap((theme) =>
      Object.keys(languages).flatMap((language) => places.map((place) => ({ place, theme, size, language }))),
    ),
  );
  return all.filter((each) => words.every((word) => nameOf(each).includes(word)));
}

/** A library with clips in it, made by the same program that a person would use in a terminal. */
async function fill(home) {
  const generate = async ({ prompt, ratio, seed }, more = []) => {
    const request = ['--prompt', prompt, '--seed', String(seed), ...(ratio ? ['--ratio', ratio] : []), ...more];
    const args = ['generate', '--rehearsal', '--rehearsal-speed', '100', '--home', home, '--json', ...request];
    return JSON.parse(await must(built('lastframe'), args, { show: false })).clips[0];
  };
  for (const shot of shots) await generate(shot);
  const { id } = await generate(first);
  let taken = id;
  for (const take of takes) ({ id: taken } = await generate(take, ['--from', id]));
  await generate(last, ['--from', taken]);
}

async function shoot(world, { place, theme, size, language }, full) {
  world.home = place === 'first-run' ? join(world.folder, `${theme}-${language}`) : full;
  world.writeSettings({ theme, language: languages[language], ...(place === 'first-run' ? {} : { door: 'rehearse' }) });
  const person = await world.open();
  await person.browser.setWindowSize(size.width, size.height);
  if (place === 'first-run') await person.waitFor('first-run');
  else await person.waitForClips(3);
  if (place === 'viewer') await person.openHeld((await person.ids('clip-card'))[0]);
  if (place === 'settings') await person.openSettings();
  if (place === 'usage') await person.go('place-usage', 'U');
  if (place === 'films') {
    await person.go('place-films', 'F');
    if (!(await person.isShown('film-path'))) await person.click('film-card');
    await person.waitFor('film-path');
    await person.waitFor('seam-verdict');
  }
  await person.settle();
  const picture = join(pictures, `${nameOf({ place, theme, size, language })}.png`);
  writeFileSync(picture, await person.browser.takeScreenshot(), 'base64');
  await person.app.end();
  console.log(picture);
}

async function screenshots() {
  const { World } = await import('../e2e/app/harness/world.mjs');
  const list = wanted(process.argv.slice(2));
  mkdirSync(pictures, { recursive: true });
  const full = mkdtempSync(join(tmpdir(), 'lastframe-pictures-'));
  try {
    if (list.some(({ place }) => place !== 'first-run')) await fill(full);
    for (const each of list) {
      const world = await World.create(each.size);
      try {
        await shoot(world, each, full);
      } finally {
        await world.end();
      }
    }
  } finally {
    rmSync(full, { recursive: true, force: true });
  }
}

await script(async () => {
  if (inOwnSession()) return screenshots();
  await nodeAndRust();
  await systemPackages(['build', 'run', 'test']);
  await npmPackages();
  await page();
  await must('cargo', ['build', '-p', 'lastframe-desktop', '-p', 'lastframe-cli', ...embeddedPage]);
  return againInOwnSession();
});
