/**
 * Tests of the page in a plain browser, with the fake host inside it: what a person sees and does, without the program.
 * The page is built as it is for the app, plus the fake host, and served on loopback only.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

/** Another one, so that two working copies can be tested at once. */
const PORT = Number(process.env.LASTFRAME_PAGE_PORT ?? 4178);
/** Where the tests keep their build of the page, from ui/: nobody else writes there while they run. */
const PAGE = '../.cache/page-tests';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The browser of the system: nothing is downloaded for tests. */
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  throw new Error(`There is no browser at ${chromium}. Install the package chromium, or set CHROMIUM to where one is.`);
}

/**
 * The zone in which it is noon now: the practice library's clips are some hours old, and "today" ends at midnight. Etc/GMT
 * counts westwards.
 */
function noon(): string {
  const east = 12 - new Date().getUTCHours();
  return `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
}

export default defineConfig({
  testDir: here('.'),
  outputDir: here('out/artifacts'),
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // A test that passes only sometimes is a defect, not something to try again.
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: here('out/results.json') }]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: noon(),
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  },
  webServer: {
    command: [
      `npx vite build --mode fake --outDir ${PAGE}`,
      `npx vite preview --mode fake --outDir ${PAGE} --host 127.0.0.1 --port ${PORT} --strictPort`,
    ].join(' && '),
    cwd: here('../../ui'),
    url: `http://127.0.0.1:${PORT}/`,
    timeout: 120_000,
    reuseExistingServer: false,
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
