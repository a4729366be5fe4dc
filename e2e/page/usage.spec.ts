// The ledger: sums, bars, rows and budget, by mouse and by keyboard; and what it says where there is nothing to sum.

import type { Page } from '@playwright/test';
import { clipCards, expect, generate, seriousFaults, test, type Scene } from './window';

const usage = async (page: Page): Promise<void> => {
  await page
    .getByRole('navigation')
    .first()
    .getByRole('button', { name: /^(Usage|用量)$/ })
    .click();
  await expect(page.getByTestId('place-usage')).toBeVisible();
};
const amount = (page: Page, period: string) => page.getByTestId(`usage-${period}`).getByTestId('usage-amount');
const rows = (page: Page) =>
  page
    .getByTestId('usage-table')
    .getByRole('row')
    .filter({ has: page.getByRole('cell') });
const cents = (text: string): number => Math.round(Number(text.replace(/[^0-9.]/g, '')) * 100);

test('the sums are those of the rows and of the bars, and a rehearsal is in none', async ({ page, open }) => {
  // All of the rows in sight, so that they can be added up.
  await page.setViewportSize({ width: 1440, height: 1600 });
  await open({ door: 'connect' });
  await usage(page);
  await page.getByRole('radio', { name: 'All time' }).click();
  const all = cents(await amount(page, 'all').innerText());
  expect(all).toBeGreaterThan(100);
  const billed = page.locator('[data-owed="billed"]');
  await expect(billed).not.toHaveCount(0);
  const texts = await billed.locator('.font-strong').allInnerTexts();
  expect(Math.round(texts.reduce((sum, text) => sum + Number(text.replace('$', '')), 0) * 100)).toBe(all);
  await expect(page.locator('[data-owed="pretend"]'), 'they are apart').toHaveCount(0);
  const real = await page.getByTestId('usage-count').innerText();

  await page.getByRole('button', { name: 'Show as a table' }).click();
  const days = await page.getByTestId('usage-bars').locator('tbody td:last-child').allInnerTexts();
  expect(Math.abs(days.reduce((sum, text) => sum + cents(text), 0) - all), 'each day to the cent').toBeLessThan(3);

  await page.getByRole('radio', { name: 'Rehearsals' }).click();
  await expect(page.locator('[data-owed="pretend"]')).toHaveCount(1);
  await expect(page.getByText('none of these is in any sum')).toBeVisible();
  expect(cents(await amount(page, 'all').innerText())).toBe(all);
  await page.getByRole('radio', { name: 'Real' }).click();
  await expect(page.getByTestId('usage-count')).toHaveText(real);
});

test('the bars stand where the window freezes the prototypes', async ({ page, open }) => {
  // As tauri.conf.json has it: a library that assigns to an inherited name would leave the whole window blank.
  await page.addInitScript(() => void Object.freeze(Object.prototype));
  await open({ door: 'connect' });
  await usage(page);
  await expect(page.getByTestId('usage-bars').getByRole('option')).not.toHaveCount(0);
  await expect(page.getByTestId('usage-bars').locator('rect.fill')).not.toHaveCount(0);
});

test('what failed, is unknown or under way stands apart with what is owed', async ({ page, open }) => {
  await open({ door: 'connect' });
  await usage(page);
  await page.getByRole('radio', { name: 'All time' }).click();
  const apart = page.getByTestId('usage-apart');
  await expect(apart).toContainText('1 job under way or without a bill: about $0.19');
  await expect(apart).toContainText('1 job whose end is not known: perhaps $0.19, the whole estimate');
  await expect(apart).toContainText('1 failed job: nothing is owed');
  await expect(page.locator('[data-owed="perhaps"]')).toContainText('It may have been billed: perhaps $0.19.');
  await expect(page.locator('[data-owed="nothing"]')).toContainText('failed, not billed');
  await expect(page.locator('[data-owed="expected"]')).toContainText('in progress');
  await expect(page.getByTestId('usage-against')).toContainText('Difference 0');
});

test('columns sort, periods filter, and a row leads to its clip', async ({ page, open }) => {
  await open({ door: 'connect' });
  await page.keyboard.press('Escape');
  await page.locator('body').press('u');
  await expect(page.getByTestId('place-usage'), 'by its key').toBeVisible();
  await page.getByRole('radio', { name: 'All time' }).click();
  const head = page.getByRole('columnheader', { name: 'Sort by Billed' });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  const dearest = async (): Promise<number[]> =>
    (await page.locator('[data-owed="billed"] .font-strong').allInnerTexts()).map((text) => Number(text.slice(1)));
  await expect.poll(async () => (await dearest())[0]).toBeGreaterThan(0.3);
  const down = await dearest();
  expect(down).toEqual(down.toSorted((a, b) => b - a));
  await head.getByRole('button').press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(async () => (await dearest())[0]).toBe(down.at(-1));

  const whole = await page.getByTestId('usage-count').innerText();
  await page.getByRole('radio', { name: 'Today' }).click();
  await expect(page.getByTestId('usage-count')).not.toHaveText(whole);
  await page.getByTestId('usage-days').click();
  await page.getByTestId('usage-to').fill('2020-01-01');
  await page.keyboard.press('Escape');
  await expect(page.getByText('No job was made in these days.')).toBeVisible();
  await page.getByRole('radio', { name: 'All time' }).click();
  await page.getByRole('columnheader', { name: 'Sort by Made' }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'Sort by Made' })).toHaveAttribute('aria-sort', 'descending');

  await rows(page).filter({ hasText: 'A lone figure' }).getByRole('button').click();
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  await usage(page);
  await rows(page).filter({ hasText: 'The keeper climbs' }).getByRole('button').click();
  await expect(page.locator('[data-testid="job-card"][data-state="unknown"]')).toBeVisible();
});

test('bars are walked with the keyboard and say what they are', async ({ page, open }) => {
  await open({ door: 'connect' });
  await usage(page);
  // On the first of a month there is one bar of this month.
  await page.getByRole('radio', { name: 'All time' }).click();
  const bars = page.getByTestId('usage-bars');
  await expect(bars.getByRole('option').nth(1)).toBeVisible();
  const today = bars.getByRole('option').last();
  await today.hover();
  await expect(page.getByTestId('usage-bar-said')).toHaveText(/: \$\d+\.\d\d, \d+ clips?/);
  await page.mouse.move(0, 0);
  await bars.getByRole('option').first().focus();
  await page.keyboard.press('End');
  await expect(today).toBeFocused();
  await expect(page.getByTestId('usage-bar-said')).toHaveText((await today.getAttribute('aria-label')) ?? '?');
  await page.keyboard.press('ArrowLeft');
  await expect(bars.getByRole('option').nth(-2)).toBeFocused();
});

test('ten thousand jobs: few rows in the page, every one within reach', async ({ page, open }) => {
  await open({ door: 'connect', years: 700 });
  await usage(page);
  await page.getByRole('radio', { name: 'All time' }).click();
  await expect(page.getByTestId('usage-count')).toHaveText('9,803 jobs');
  expect(await rows(page).count()).toBeLessThan(60);
  await page.getByTestId('usage-scroll').evaluate((node) => (node.scrollTop = node.scrollHeight));
  await expect(page.locator('[role="row"][aria-rowindex="9804"] button')).toHaveText(/Gold on the swell/);
  expect(await rows(page).count()).toBeLessThan(60);
  await expect(page.getByTestId('usage-bars'), 'so long a time is shown by month').toContainText('By month');
});

test('a budget says 80 % once and keeps saying it quietly, then all of it', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 20, budget: '0.45' });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
  await expect(page.getByTestId('budget-line')).toHaveCount(0);
  await generate(page, 'A ferry at dusk');
  const toast = page.getByTestId('toast').filter({ hasText: '80 % of this month’s budget is used: $0.37 of $0.45.' });
  await expect(toast).toBeVisible();
  await expect(page.getByTestId('budget-line')).toHaveText('Over 80 % of the budget');
  await toast.getByRole('button', { name: 'Show usage' }).click();
  await expect(page.getByTestId('budget-banner')).toContainText('$0.37 of $0.45');
  await expect(page.getByTestId('usage-budget').getByRole('meter')).toHaveAttribute('aria-valuetext', '$0.37 of $0.45');
  await expect(page.getByTestId('usage-budget')).toContainText('$0.08 left');
  await page.getByRole('navigation').first().getByRole('button', { name: 'Gallery' }).click();
  await generate(page, 'A ferry at night');
  await page.getByTestId('consent-yes').click();
  await expect(page.getByTestId('toast').filter({ hasText: 'budget is used up' })).toBeVisible();
  await expect(page.getByTestId('budget-line')).toHaveText('The budget is used up');
});

test('nothing spent, no price, a ledger that cannot be read: each is said', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await usage(page);
  await expect(page.getByTestId('usage-empty')).toContainText('Nothing has been spent yet');
  await expect(page.getByTestId('usage-empty')).toContainText('Rehearsals cost nothing');
  await expect(page.getByTestId('usage-budget')).toContainText('No budget is set.');

  await open({ scenario: 'empty', door: 'connect', unpriced: 'spark_dance_v1_0_lite_t2v' });
  await generate(page, 'A ferry');
  await usage(page);
  await expect(page.getByTestId('usage-today')).toContainText('1 job without a known price');
  await expect(page.getByTestId('usage-apart')).toContainText('nobody can say');

  await open({ 'broken-ledger': 1 } as Scene);
  await usage(page);
  await expect(page.getByTestId('usage-problem')).toContainText('disk I/O error');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(amount(page, 'all')).toBeVisible();
});

test('an export says where it is', async ({ page, open }) => {
  await open({ door: 'connect' });
  await usage(page);
  await page.getByTestId('usage-export').click();
  await page.getByRole('menuitem', { name: /^CSV/ }).click();
  await expect(page.getByTestId('toast')).toContainText('Saved as /home/you/Documents/lastframe-usage.csv.');
});

for (const theme of ['darkroom', 'lightbox'] as const)
  for (const lang of ['en', 'zh-CN'] as const)
    test(`nothing stands in the way of anybody: ${theme}, ${lang}`, async ({ page, open }) => {
      await page.setViewportSize({ width: 960, height: 640 });
      await open({ door: 'connect', theme, lang, budget: '4' });
      await usage(page);
      await expect(page.getByTestId('usage-count')).toBeVisible();
      expect(await seriousFaults(page, '[data-testid="place-usage"]')).toEqual([]);
      const wide = await page.getByTestId('usage-scroll').evaluate((node) => node.scrollWidth - node.clientWidth);
      expect(wide, 'nothing hangs out at the side').toBeLessThanOrEqual(0);
    });
