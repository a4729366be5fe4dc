// How the gallery scrolls through a very large library, in Chromium with the in-browser host:
//
//   node bench/gallery/scroll.mjs [--clips 100000] [--step 1200] [--page URL]
//
// Prints one JSON document: long tasks (over 50 ms) while scrolling end to end and while jumping along the bar, the most
// cards that were in the page, how long the first screen took, and what the page's memory grew by. Without --page the page
// is built and served here.

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '100000' },
    step: { type: 'string', default: '1200' },
    port: { type: 'string', default: '4199' },
    page: { type: 'string' },
  },
});
const ui = fileURLToPath(new URL('../../ui', import.meta.url));
const OUT = '../.cache/bench-page';

async function serve() {
  const built = spawnSync('npx', ['vite', 'build', '--mode', 'fake', '--outDir', OUT, '--logLevel', 'error'], {
    cwd: ui,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) throw new Error('The page could not be built.');
  const server = spawn(
    process.execPath,
    [
      '../node_modules/vite/bin/vite.js',
      'preview',
      '--mode',
      'fake',
      '--outDir',
      OUT,
      '--host',
      '127.0.0.1',
      '--port',
      values.port,
      '--strictPort',
    ],
    { cwd: ui, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${values.port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await fetch(url).then(
        (reply) => reply.ok,
        () => false,
      )
    )
      return { url, stop: () => server.kill() };
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill();
  throw new Error(`Nothing answers at ${url}.`);
}

/** Runs in the page: scrolls from top to end in steps, one a frame, then jumps; notes long tasks and cards. */
async function measure(step) {
  const scroller = document.querySelector('[data-testid="place-gallery"] .scroller');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ entryTypes: ['longtask'] });
  let most = 0;
  let frames = 0;
  const look = () => {
    frames += 1;
    most = Math.max(most, document.querySelectorAll('[data-testid="place-gallery"] [data-key]').length);
  };
  const begin = performance.now();
  for (let top = 0; top < scroller.scrollHeight; top += step) {
    scroller.scrollTop = top;
    await frame();
    look();
  }
  const seconds = (performance.now() - begin) / 1000;
  await new Promise((done) => setTimeout(done, 500));
  const scrolling = tasks.splice(0);
  const at = frames;
  for (let jump = 1; jump <= 60; jump += 1) {
    scroller.scrollTop = (((jump * 37) % 60) / 60) * scroller.scrollHeight;
    await new Promise((done) => setTimeout(done, 120));
    look();
  }
  await new Promise((done) => setTimeout(done, 500));
  observer.disconnect();
  return {
    height: scroller.scrollHeight,
    scroll: {
      seconds,
      frames: at,
      perSecond: at / seconds,
      longTasks: scrolling.length,
      longest: Math.max(0, ...scrolling),
    },
    jumps: { count: 60, longTasks: tasks.length, longest: Math.max(0, ...tasks) },
    mostCards: most,
  };
}

const served = values.page ? { url: values.page, stop: () => undefined } : await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // Noted in the page itself: when the first clip has its picture.
  await page.addInitScript(() => {
    const look = () => {
      const image = document.querySelector('[data-testid="clip-card"] img');
      if (image?.complete) window.firstScreen = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(`${served.url}/?scenario=full&theme=darkroom&lang=en&clips=${values.clips}`);
  await page.waitForFunction(() => window.firstScreen !== undefined);
  const firstScreen = await page.evaluate(() => window.firstScreen);
  await page.waitForTimeout(1_000);
  const memory = () => page.evaluate(() => performance.memory.usedJSHeapSize / 1e6);
  const before = await memory();
  const tracing = await page.context().newCDPSession(page);
  const events = [];
  tracing.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const collected = new Promise((done) => tracing.once('Tracing.tracingComplete', done));
  await tracing.send('Tracing.start', {
    transferMode: 'ReportEvents',
    categories: 'toplevel,disabled-by-default-devtools.timeline',
  });
  const measured = await page.evaluate(measure, Number(values.step));
  await tracing.send('Tracing.end').then(() => collected);
  // On a busy machine a task is long because it had to wait: what it cost itself is its time on the processor.
  const tasks = events
    .filter((event) => event.name.endsWith('RunTask') && event.tdur !== undefined)
    .map((event) => event.tdur / 1000);
  const processor = {
    tasks: tasks.length,
    over50: tasks.filter((ms) => ms > 50).length,
    longest: Math.max(0, ...tasks),
  };
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const after = await memory();
  console.log(
    JSON.stringify(
      {
        clips: Number(values.clips),
        firstScreenMs: firstScreen,
        ...measured,
        processorMs: processor,
        heapMB: { before, after },
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  served.stop();
}
