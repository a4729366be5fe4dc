// A library of 100,000 clips in the real window, beside the same window with an empty one: the first screen, what the page
// waits for, memory, and scrolling from end to end.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from '../../e2e/app/harness/app.mjs';
import { clipFile } from '../../e2e/app/harness/files.mjs';
import { Person } from '../../e2e/app/harness/person.mjs';
import { anyWindow } from '../../e2e/app/harness/x11.mjs';
import { built } from '../lib/repository.mjs';
import { many, manyClips } from './finding.mjs';
import { settle, treeMemory } from './memory.mjs';
import { atMost, median, p95, plain } from './rows.mjs';

/** Milliseconds in which a large library may show itself for the first time, on a computer however busy. */
const patience = 120_000;

/** What was promised. */
const promised = { firstScreen: 400, answer: 50, memory: 60, cards: 300 };

function home(folder, name) {
  const path = join(folder, name);
  mkdirSync(path);
  // Model specs are asked of nobody: nothing leaves this computer.
  const settings = { door: 'rehearse', theme: 'darkroom', language: 'en', specs_address: 'http://127.0.0.1:9' };
  writeFileSync(join(path, 'settings.json'), JSON.stringify(settings));
  return path;
}

/** A video and a poster to give to every clip: one that the practice service makes. */
function sample(folder, profile) {
  const at = home(folder, 'sample');
  const words = ['--prompt', 'A paper boat', '--resolution', '480p', '--duration', '2'];
  const args = ['--home', at, '--json', '--rehearsal', '--rehearsal-speed', '50', 'generate', ...words];
  const { clips } = JSON.parse(execFileSync(built('lastframe', profile), args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  return clipFile(at, clips[0].id);
}

/** Starts the app on a home, and says when (ms since 1970) its window was on the screen. */
async function start({ display, profile }, at) {
  let over = false;
  const shown = (async () => {
    while (!over && !(await anyWindow(display.name))) await sleep(2);
    return Date.now();
  })();
  try {
    const app = await App.start({ display: display.name, home: at, program: built('lastframe-desktop', profile) });
    return { app, person: new Person(app, { display }), shown: await shown };
  } finally {
    over = true;
  }
}

/** When the first screen was there, ms since 1970. */
async function firstScreen(person) {
  const look = () =>
    person.browser.execute(() => {
      const [entry] = performance.getEntriesByName('gallery: first screen');
      return entry ? performance.timeOrigin + entry.duration : null;
    });
  await person.waitUntil(async () => (await look()) !== null, 'the first screen should be there', patience);
  return look();
}

/** Milliseconds that the page waits for each of some questions, each a new one. */
function answers(person) {
  return person.browser.executeAsync((done) => {
    const filter = (changes) => ({
      text: '',
      filter: {},
      sort: { by: 'date', descending: true },
      trash: false,
      ...changes,
    });
    const questions = [];
    for (const text of ['light', 'fog', '灯塔', '雨夜', 'neon alley', '月亮', 's', '光']) {
      for (const seconds of [0, 0.5, 1]) questions.push(filter({ text, filter: { seconds: { from: seconds } } }));
    }
    for (const resolutions of [['480p'], ['720p'], ['1080p']]) {
      for (const starred of [true, false]) questions.push(filter({ filter: { resolutions, starred } }));
    }
    for (const by of ['date', 'cost', 'length', 'film']) {
      for (const descending of [true, false]) questions.push(filter({ sort: { by, descending } }));
    }
    (async () => {
      const times = [];
      for (const query of questions) {
        const begun = performance.now();
        await window.__TAURI_INTERNALS__.invoke('gallery', { query });
        times.push(performance.now() - begun);
      }
      done(times);
    })();
  });
}

/** Scrolls from the first clip to the last in so many frames; the most cards there were, and how long each frame took. */
function scroll(person) {
  return person.browser.executeAsync((frames, done) => {
    const place = document.querySelector('[data-testid="place-gallery"] .scroller');
    const [cards, times] = [[], []];
    let [frame, last] = [0, performance.now()];
    const step = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      cards.push(place.querySelectorAll('[data-key]').length);
      frame += 1;
      if (frame > frames) return done({ most: Math.max(...cards), times: times.slice(1) });
      place.scrollTop = (place.scrollHeight * frame) / frames;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }, 600);
}

export async function measure(context) {
  const { profile, rounds } = context;
  const folder = mkdtempSync(join(tmpdir(), 'lastframe-browsing-'));
  try {
    const [large, empty] = [join(folder, 'large'), home(folder, 'empty')];
    const args = [large, String(many), `--like=${sample(folder, profile)}`];
    home(folder, 'large');
    execFileSync(manyClips, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const screens = [];
    const memory = { large: [], empty: [] };
    let asked;
    let scrolled;
    // The first start is not counted: it compares every file with its row, and fills the disk cache.
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, at] of Object.entries({ empty, large })) {
        const { app, person, shown } = await start(context, at);
        try {
          if (name === 'large') {
            const there = await firstScreen(person);
            if (round >= 0) screens.push(there - shown);
          } else await person.waitFor('place-gallery');
          await sleep(settle);
          if (round >= 0) memory[name].push(treeMemory(app.pid));
          if (name === 'large' && round === rounds - 1) {
            asked = await answers(person);
            scrolled = await scroll(person);
          }
          // As a person does: after a start that was cut off, the whole database is checked first.
          await app.close();
        } finally {
          await app.end();
        }
      }
    }
    const above = median(memory.large) - median(memory.empty);
    return [
      atMost('first screen after the window shows, 100,000 clips', median(screens), 'ms', promised.firstScreen),
      atMost('an answer as the page waits for it, p95', p95(asked), 'ms', promised.answer),
      atMost('memory above the same window with an empty library', above, 'MiB', promised.memory),
      atMost('most cards in the page, scrolling end to end', scrolled.most, '', promised.cards),
      plain('a frame while scrolling end to end in 600 steps, p95', p95(scrolled.times), 'ms'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
