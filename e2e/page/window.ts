// The window as tests use it: opened with a scenario of the fake host, watched for errors, and asked in the words of
// roles, names and test ids.

import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Locator, type Page } from '@playwright/test';

/** What the fake host plays; see ui/src/lib/ipc/fake/scenario.ts. */
export interface Scene {
  scenario?: 'full' | 'empty' | 'first-run' | 'startup-failure' | 'damaged' | 'no-keychain';
  theme?: 'darkroom' | 'lightbox';
  lang?: 'en' | 'zh-CN';
  door?: 'connect';
  progress?: 'none';
  /** Opens with the notice that the clips folder is not there. */
  notice?: 1;
  /** How many times over the sample library of 15 clips is there. */
  years?: number;
  /** Films with takes, cuts, a trim and a missing file. */
  films?: 1;
  /** So many films more, “Reel 1” and so on. */
  reels?: number;
  /** One of these films has so many shots. */
  long?: number;
  /** How many clips more, made as they are asked for. */
  clips?: number;
  /** How many of the newest clips have lost their file. */
  missing?: number;
  /** Guards in force, USD. */
  budget?: string;
  ceiling?: string;
  /** By how many percent the service bills more than the list says. */
  dearer?: number;
  /** A model that has no price. */
  unpriced?: string;
  /** How many jobs are under way at once, if not three. */
  parallel?: number;
  /** How many times faster than six seconds a clip is made. */
  speed?: number;
}

/** What a test says about the world around the fake host; see `World` in ui/src/lib/ipc/fake/host.ts. */
export interface World {
  services?: {
    provider: { kind: 'service'; address: string } | { kind: 'rehearsal' };
    wait: { reason: string; message: string };
  }[];
  downloads?: { reason: string; message: string } | null;
  files?: Record<string, 'intact' | 'changed' | 'missing'>;
}

/** Opens the page, and fails the test when the page complains in its console or throws. */
export const test = base.extend<{ open: (scene?: Scene) => Promise<void>; complaints: string[] }>({
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    // A browser asks every site for its icon; the window of the app does not.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await use(complaints);
    expect(complaints, 'the page may not complain').toEqual([]);
  },
  open: async ({ page, complaints }, use) => {
    await use(async (scene = {}) => {
      const query = new URLSearchParams({ scenario: 'full', theme: 'darkroom', lang: 'en' });
      for (const [name, value] of Object.entries(scene)) query.set(name, String(value));
      await page.goto(`/?${query.toString()}`);
      await expect(page.locator('main').first()).toBeVisible();
      expect(complaints, 'the page opens without a complaint').toEqual([]);
    });
  },
});

export { expect } from '@playwright/test';

/** Writes a prompt and presses Generate, once it can be pressed: until the price stands there nothing is paid for. */
export async function generate(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('prompt').fill(prompt);
  await expect(page.getByTestId('generate')).toHaveAttribute('aria-disabled', 'false');
  await page.getByTestId('generate').click();
}

/** Changes the world of the fake host: services that are away, downloads that stand still, files that changed. */
export const change = (page: Page, world: World): Promise<void> =>
  page.evaluate((detail) => void dispatchEvent(new CustomEvent('fake-world', { detail })), world);

/** The hosted service, away for a reason. */
export const away = (reason: string): World['services'] => [
  {
    provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
    wait: { reason, message: 'tcp connect error: os error 101' },
  },
];

/** What axe finds that stands in somebody's way, with where it is; within one part of the page, if one is named. */
export async function seriousFaults(page: Page, within?: string): Promise<string[]> {
  // There are no frames whose findings would have to be put together, in a page opened for that.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (within ? axe.include(within) : axe).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n')}`);
}

/** The card of a job in a state. */
export const jobCard = (page: Page, state: string): Locator =>
  page.locator(`[data-testid="job-card"][data-state="${state}"]`);

export const clipCards = (page: Page): Locator => page.getByTestId('clip-card');

/** Opens a card of the gallery in the viewer, with its video ready. */
export async function view(page: Page, card: Locator): Promise<Locator> {
  await card.getByRole('button', { name: /^(Open:|打开：)/ }).click();
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  return readyVideo(page);
}

/** The viewer's video once it knows its size and length. */
export async function readyVideo(page: Page): Promise<Locator> {
  const video = page.getByTestId('viewer-video');
  await expect.poll(() => video.evaluate((node: HTMLVideoElement) => node.readyState)).toBeGreaterThanOrEqual(1);
  return video;
}

/** Frames per second of every clip here. */
const FPS = 24;
/** Frames of a clip of five seconds. */
const FRAMES = 121;

/**
 * Expects the video to stand on a frame (from 0), in its middle, once no seek is under way. On the last frame a browser
 * may call the video ended and give its whole length instead, with the same picture.
 */
export async function expectFrame(video: Locator, frame: number, why = ''): Promise<void> {
  // One seek may follow another: between them nothing is sought for a moment, and the time is the one before.
  const stands = async (): Promise<boolean> => {
    const time = await video.evaluate((node: HTMLVideoElement) => (node.seeking ? -1 : node.currentTime));
    if (frame === FRAMES - 1) return time > (frame + 0.499) / FPS && time < (frame + 1.001) / FPS;
    return Math.abs(time - (frame + 0.5) / FPS) < 0.0005;
  };
  await expect.poll(stands, `${why} stands in the middle of frame ${frame}`).toBe(true);
}
