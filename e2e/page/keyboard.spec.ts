// The main job without a pointer.

import type { Page } from '@playwright/test';
import { clipCards, expect, jobCard, readyVideo, test } from './window';

/** Presses Tab until something with this test id has the focus. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid'));
    if (at === testId) return;
  }
  throw new Error(`Tab does not lead to ${testId}`);
}

test('first run, a clip, a frame, the next clip', async ({ page, open }) => {
  await open({ scenario: 'first-run', speed: 2 });
  await tabTo(page, 'door-rehearse');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('place-gallery')).toBeVisible();

  await page.keyboard.press('c');
  await expect(page.getByTestId('prompt')).toBeFocused();
  await page.keyboard.type('A paper boat drifts down a rainy street');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('job-card')).toHaveCount(1);
  await expect(clipCards(page)).toHaveCount(1);

  await tabTo(page, 'clip-card');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  const video = await readyVideo(page);
  await page.keyboard.press('Space');
  await expect(video).toHaveAttribute('data-motion', 'still');
  await page.keyboard.press('End');
  await expect(page.getByTestId('frame-count')).toHaveText('121 / 121');

  await page.keyboard.press('e');
  await expect(page.getByTestId('prompt')).toBeFocused();
  await expect(page.getByTestId('continues')).toContainText('A paper boat');
  await page.keyboard.type('It meets a leaf');
  await page.keyboard.press('Control+Enter');
  await expect(clipCards(page)).toHaveCount(2);
  await expect(
    clipCards(page)
      .first()
      .getByRole('button', { name: /continues another clip/ }),
  ).toBeVisible();
});

test('arrow keys walk the grid, and Tab goes through the acts of one card only', async ({ page, open }) => {
  await open();
  await tabTo(page, 'job-card');
  await expect(jobCard(page, 'running')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(jobCard(page, 'running').getByRole('button', { name: 'Stop following' })).toBeFocused();
  // The other two jobs of the day stand between it and the first clip.
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('ArrowRight');
  await expect(
    clipCards(page)
      .nth(0)
      .getByRole('button', { name: /^Open:/ }),
  ).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(clipCards(page).nth(0).getByTestId('continue')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  const below = await page.evaluate(() => document.activeElement?.getBoundingClientRect().top ?? 0);
  const above = await clipCards(page)
    .nth(0)
    .evaluate((node) => node.getBoundingClientRect().top);
  expect(below, 'down leads to the row below').toBeGreaterThan(above);
  await page.keyboard.press('End');
  await expect(
    clipCards(page)
      .last()
      .getByRole('button', { name: /^Open:/ }),
  ).toBeFocused();
  await expect(clipCards(page).last()).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(jobCard(page, 'running')).toBeFocused();
});

test('after scrolling, Tab stops at a card that is in sight', async ({ page, open }) => {
  await open();
  await page.locator('[data-testid="place-gallery"] .scroller').evaluate((node) => node.scrollTo(0, node.scrollHeight));
  await page.getByTestId('prompt').focus();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.locator('[data-key] :focus').count()) > 0) break;
  }
  await expect(page.locator('[data-key] :focus')).toBeInViewport();
});

test('the focus can be seen', async ({ page, open }) => {
  await open();
  await tabTo(page, 'job-card');
  for (let presses = 0; presses < 3; presses += 1) {
    const ring = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect(ring).toBe('solid 2px');
    await page.keyboard.press('ArrowRight');
  }
});
