// How the gallery scrolls through 100,000 clips, in Chromium with the in-browser host: the one web view here that says how
// long its tasks were. From end to end, one step a frame, and then by jumps along the bar.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { inside } from '../lib/repository.mjs';
import { must } from '../lib/run.mjs';
import { firstChromium } from '../lib/system.mjs';
import { many } from './finding.mjs';
import { atMost, plain } from './rows.mjs';

/** CSS pixels that are scrolled in each frame. */
const step = 1200;
const port = Number(process.env.LASTFRAME_PAGE_PORT ?? 4199);
const out = '../.cache/bench-page';
/** What was promised: milliseconds of a task, cards in the page. */
const promised = { task: 50, cards: 300 };

export const build = () =>
  must('npx', ['vite', 'build', '--mode', 'fake', '--outDir', out, '--logLevel', 'error'], { cwd: inside('ui') });

async function serve() {
  const where = ['--mode', 'fake', '--outDir', out, '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
  const args = [inside('node_modules', 'vite', 'bin', 'vite.js'), 'preview', ...where];
  const server = spawn(process.execPath, args, { cwd: inside('ui'), stdio: 'ignore' });
  const gone = once(server, 'exit');
  const stop = async () => {
    server.kill();
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return { url, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`Nothing answers at ${url}.`);
}

/** Runs in the page: scrolls from top to end in steps, one a frame, then jumps; the most cards there were. */
async function scroll(pixels) {
  const scroller = document.querySelector('[data-testid="place-gallery"] .scroller');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  let most = 0;
  const look = () =>
    (most = Math.max(most, document.querySelectorAll('[data-testid="place-gallery"] [data-key]').length));
  for (let top = 0; top < scroller.scrollHeight; top += pixels) {
    scroller.scrollTop = top;
    await frame();
    look();
  }
  for (let jump = 1; jump <= 60; jump += 1) {
    scroller.scrollTop = (((jump * 37) % 60) / 60) * scroller.scrollHeight;
    await new Promise((done) => setTimeout(done, 120));
    look();
  }
  return most;
}

export async function measure() {
  const served = await serve();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? firstChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${served.url}/?scenario=full&theme=darkroom&lang=en&clips=${many}`);
    await page.waitForFunction(() => performance.getEntriesByName('gallery: first screen').length > 0);
    await page.waitForTimeout(1_000);
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await page.evaluate(() => performance.memory.usedJSHeapSize)) / 2 ** 20;
    };
    const before = await heap();
    const events = [];
    session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
    const collected = new Promise((done) => session.once('Tracing.tracingComplete', done));
    const categories = 'toplevel,disabled-by-default-devtools.timeline';
    await session.send('Tracing.start', { transferMode: 'ReportEvents', categories });
    const most = await page.evaluate(scroll, step);
    await session.send('Tracing.end').then(() => collected);
    const after = await heap();
    // What keeps a page from answering are the tasks of its own thread. On a busy machine one is long because it had to
    // wait: what it cost itself is its time on the processor.
    const thread = ({ pid, tid }) => `${pid} ${tid}`;
    const mains = new Set(
      events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread),
    );
    const tasks = events
      .filter((event) => event.name.endsWith('RunTask') && event.tdur !== undefined && mains.has(thread(event)))
      .map(({ tdur }) => tdur / 1000);
    if (tasks.length === 0) throw new Error('The browser told of no task of the page.');
    const long = tasks.filter((time) => time > promised.task).length;
    return [
      atMost(`tasks over ${promised.task} ms, scrolling end to end (Chromium)`, long, `of ${tasks.length}`, 0),
      plain(
        'the longest of them, on the processor',
        tasks.reduce((one, other) => Math.max(one, other), 0),
        'ms',
      ),
      atMost('most cards in the page, scrolling end to end (Chromium)', most, '', promised.cards),
      plain('heap of the page grown by scrolling end to end (Chromium)', after - before, 'MiB'),
    ];
  } finally {
    await browser.close();
    await served.stop();
  }
}
