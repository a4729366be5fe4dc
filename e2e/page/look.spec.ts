// What every place must hold to in both themes and both languages: no serious finding of axe, nothing beyond the edge.

import type { Page } from '@playwright/test';
import { away, change, clipCards, expect, generate, jobCard, seriousFaults, test, view, type Scene } from './window';

/** Comes to the films, with the first one there and its seam measured. */
async function toFilms(page: Page): Promise<void> {
  await page.keyboard.press('f');
  await expect(page.getByTestId('seam-verdict')).toHaveAttribute('data-verdict', /./);
}

/** The places, and how one comes to them. */
const PLACES: { name: string; scene: Scene; enter?: (page: Page) => Promise<unknown> }[] = [
  { name: 'gallery', scene: {} },
  { name: 'empty gallery', scene: { scenario: 'empty' } },
  { name: 'first run', scene: { scenario: 'first-run' } },
  { name: 'start-up failure', scene: { scenario: 'startup-failure' } },
  { name: 'damaged library', scene: { scenario: 'damaged' } },
  { name: 'viewer', scene: {}, enter: (page) => view(page, clipCards(page).first()) },
  {
    name: 'viewer beside the composer',
    scene: {},
    enter: async (page) => {
      await view(page, clipCards(page).first());
      await page.getByTestId('place-viewer').getByTestId('continue').click();
      await expect(page.getByTestId('continues')).toBeVisible();
    },
  },
  { name: 'films', scene: { films: 1 }, enter: (page) => toFilms(page) },
  { name: 'no films', scene: { scenario: 'empty' }, enter: (page) => page.keyboard.press('f') },
  {
    name: 'film that drifts beside the composer',
    scene: { films: 1 },
    enter: async (page) => {
      await toFilms(page);
      await page.getByTestId('film-card').last().click();
      await expect(page.getByTestId('film-drift')).toBeVisible();
      await page.getByTestId('film-continue').click();
      await expect(page.getByTestId('continues')).toBeVisible();
    },
  },
  {
    name: 'film that plays',
    scene: { films: 1 },
    enter: async (page) => {
      await toFilms(page);
      await page.getByTestId('film-play').click();
      await expect(page.getByTestId('path-view')).toHaveAttribute('data-motion', 'forward');
      await page.keyboard.press('k');
    },
  },
  {
    name: 'export of a film that lost a file',
    scene: { films: 1 },
    enter: async (page) => {
      await toFilms(page);
      await page.getByTestId('film-card').nth(3).click();
      await expect(page.locator('[data-trouble="missing"]')).toBeVisible();
      await page.getByTestId('film-export').click();
      await page.getByRole('menuitem').first().click();
      await expect(page.getByTestId('export-problems')).toBeVisible();
    },
  },
  {
    name: 'question over the gallery',
    scene: {},
    enter: async (page) => {
      await page.getByRole('button', { name: /^(Stop following|停止跟踪)$/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'paused queue beside a service that is away and a full disk',
    scene: { door: 'connect', parallel: 1 },
    enter: async (page) => {
      await generate(page, 'One');
      await generate(page, 'Two');
      await expect(jobCard(page, 'queued')).toHaveCount(2);
      await page.getByTestId('pause-queue').click();
      await change(page, { services: away('key_refused'), downloads: { reason: 'folder_gone', message: 'gone' } });
      await expect(page.getByTestId('standing').locator('[data-standing]')).toHaveCount(3);
    },
  },
  {
    name: 'question about a guard',
    scene: { door: 'connect', ceiling: '0.1', budget: '40' },
    enter: async (page) => {
      await generate(page, 'One');
      await expect(page.getByTestId('consent-no')).toBeFocused();
    },
  },
  {
    name: 'menu of a clip',
    scene: {},
    enter: async (page) => {
      await clipCards(page).first().hover();
      await clipCards(page)
        .first()
        .getByRole('button', { name: /^(More:|更多：)/ })
        .click();
      await expect(page.getByRole('menu')).toBeVisible();
    },
  },
  {
    name: 'spending past its budget',
    scene: { door: 'connect', budget: '1.5' },
    enter: async (page) => {
      await page
        .getByRole('navigation')
        .getByRole('button', { name: /^(Settings|设置)$/ })
        .click();
      await page.getByTestId('job-ceiling').fill('1,5');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('meter')).toBeVisible();
    },
  },
  {
    name: 'settings',
    scene: { door: 'connect' },
    enter: (page) =>
      page
        .getByRole('navigation')
        .getByRole('button', { name: /^(Settings|设置)$/ })
        .click(),
  },
];

/** What stands out of the window to the right, in words. */
const beyondTheEdge = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
    const controls = 'button, a, input, textarea, select, h1, h2, h3, [role=slider]';
    for (const node of document.querySelectorAll<HTMLElement>(controls)) {
      const { right, left, width, height } = node.getBoundingClientRect();
      const scrolls = node.closest('[data-testid="film-strip"] ol, [data-testid="film-path"]') !== null;
      if (scrolls || width === 0 || height === 0 || getComputedStyle(node).visibility === 'hidden') continue;
      if (right > innerWidth + 1 || left < -1) found.push(`${node.tagName} “${node.innerText || node.ariaLabel}”`);
    }
    return found;
  });

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

for (const place of PLACES) {
  for (const theme of ['darkroom', 'lightbox'] as const) {
    test(`axe finds nothing serious in ${place.name}, ${theme}`, async ({ page, open }) => {
      await open({ ...place.scene, theme });
      await place.enter?.(page);
      expect(await seriousFaults(page)).toEqual([]);
    });
  }

  for (const lang of ['en', 'zh-CN'] as const) {
    test(`nothing is beyond the edge at 960 × 640 in ${place.name}, ${lang}`, async ({ page, open }) => {
      await page.setViewportSize({ width: 960, height: 640 });
      await open({ ...place.scene, lang });
      await place.enter?.(page);
      expect(await beyondTheEdge(page)).toEqual([]);
    });
  }
}
