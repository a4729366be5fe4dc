// What a clip costs, before it is made and after: the table, what was billed, and one click to spend less or more.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, generate, test, view } from './window';

const LITE = 'price-spark_dance_v1_0_lite_t2v silent';
const place = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name }).click();
const price = (page: Page) => page.getByTestId('price');
/** Opens the menu of a card, whose buttons are there while it is pointed at. */
async function menuOf(card: Locator): Promise<void> {
  await card.hover();
  await card.getByRole('button', { name: /^More/ }).click();
}
const cell = (page: Page, tier: 'online' | 'flex', row = LITE) => page.getByTestId(`${row}-${tier}`);

test('a price is edited by keyboard, moves every estimate, and can be had back', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect' });
  await page.getByTestId('prompt').fill('A ferry');
  await expect(price(page)).toHaveText('about $0.19');
  await place(page, 'Settings');
  await expect(cell(page, 'online')).toHaveValue('1.8');
  await expect(cell(page, 'flex'), 'the share of online, until there is one of its own').toHaveAttribute(
    'placeholder',
    '0.9',
  );
  await expect(page.getByTestId('prices').getByRole('row'), 'a head, five models, and sound').toHaveCount(7);

  await test.step('what is no price is refused at its cell', async () => {
    await cell(page, 'online').fill('-1');
    await page.keyboard.press('Enter');
    await expect(cell(page, 'online')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByText('A price is an amount like 1.8 or 0.95')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(cell(page, 'online'), 'Esc brings back what is in force').toHaveValue('1.8');
    await expect(cell(page, 'online')).not.toHaveAttribute('aria-invalid');
  });

  await test.step('Enter saves, and the estimate follows', async () => {
    await cell(page, 'online').fill('3.60');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('toast')).toContainText('$3.60 per million tokens');
    await expect(cell(page, 'online'), 'in its one spelling').toHaveValue('3.6');
    await expect(cell(page, 'flex')).toHaveAttribute('placeholder', '1.8');
    await expect(page.locator('tr[data-model="spark_dance_v1_0_lite_t2v"]')).toContainText('about $0.37');
    await expect(price(page), 'the button too').toHaveText('about $0.37');
  });

  await test.step('a flex price of its own, and the share for the others', async () => {
    await page.keyboard.press('Tab');
    await expect(cell(page, 'flex')).toBeFocused();
    await page.keyboard.type('1');
    await page.keyboard.press('Tab');
    await expect(cell(page, 'flex')).toHaveValue('1');
    const share = page.getByTestId('flex-share');
    await share.fill('140');
    await page.keyboard.press('Enter');
    await expect(page.getByText('A share is a number of percent from 0 to 100.')).toBeVisible();
    await share.fill('60');
    await page.keyboard.press('Enter');
    await expect(cell(page, 'flex', 'price-spark_dance_v1_0_pro silent')).toHaveAttribute('placeholder', '1.5');
    await expect(cell(page, 'flex')).toHaveValue('1');
  });

  await test.step('reset is one click, and so is its undo', async () => {
    await page.getByTestId('prices-reset').click();
    await expect(cell(page, 'online')).toHaveValue('1.8');
    await expect(cell(page, 'flex')).toHaveValue('');
    await expect(page.getByTestId('prices-reset'), 'nothing to reset').toBeDisabled();
    await page.getByTestId('toast').last().getByRole('button', { name: 'Undo' }).click();
    await expect(cell(page, 'online')).toHaveValue('3.6');
  });
});

test('a model without a price says so on the button, and gets one', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', unpriced: 'spark_dance_v1_0_lite_t2v' });
  await page.getByTestId('prompt').fill('A ferry');
  await expect(page.getByTestId('generate')).toHaveText(/Generate\s*·\s*price not known/);
  await expect(page.getByTestId('try-small')).toHaveText('Try 480p first · price not known');
  await place(page, 'Settings');
  await expect(cell(page, 'online')).toHaveAttribute('placeholder', 'None');
  await expect(cell(page, 'flex'), 'flex alone is no price').toBeDisabled();
  await cell(page, 'online').fill('1.8');
  await page.keyboard.press('Enter');
  await expect(price(page)).toHaveText('about $0.19');
});

test('what was billed stands beside the estimate, and a drift is taken over by a click', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 6, dearer: 12 });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
  const bills = page.getByTestId('bills');
  await expect(bills).toHaveText(/The last one was billed \$0\.21\. 12 % more than estimated\./);
  await expect(price(page), 'no price is changed in silence').toHaveText('about $0.19');
  await page.getByTestId('length').click();
  await page.getByRole('radio', { name: '10 s' }).click();
  await expect(bills, 'another size').toContainText('By the last bill this would be $0.42.');
  await page.getByRole('radio', { name: '5 s' }).click();
  await page.getByTestId('use-price').focus();
  await expect(page.getByTestId('use-price')).toHaveText('Use $2.02 per million from now on');
  await page.keyboard.press('Enter');
  await expect(price(page)).toHaveText('about $0.21');
  await expect(bills).toHaveText('The last one was billed $0.21.');
  await page.getByTestId('toast').last().getByRole('button', { name: 'Undo' }).click();
  await expect(price(page)).toHaveText('about $0.19');
});

test('a rehearsal says what it pretended, and suggests no real price', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 6, dearer: 12 });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
  await expect(page.getByTestId('bills')).toContainText('The last one was billed pretend $0.21.');
  await expect(page.getByTestId('use-price')).toHaveCount(0);
});

test('480p first, then the same at 1080p: each with its price, and with one seed', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 6 });
  await page.getByTestId('prompt').fill('A ferry');
  const small = page.getByTestId('try-small');
  await expect(small).toHaveText('Try 480p first · about $0.09, saves $0.10');
  await expect(page.getByTestId('seed')).toHaveValue('');
  await small.focus();
  await page.keyboard.press('Enter');
  await expect(clipCards(page)).toContainText('480p');
  await expect(page.getByTestId('seed'), 'kept for the large one').toHaveValue(/^\d+$/);
  const seed = await page.getByTestId('seed').inputValue();
  await expect(page.getByTestId('resolution')).toContainText('720p');

  await page.getByTestId('resolution').click();
  await page.getByRole('radio', { name: '480p' }).click();
  await expect(small, 'nothing is smaller').toHaveCount(0);

  await test.step('from the menu of the card', async () => {
    await menuOf(clipCards(page));
    await page.getByRole('menuitem', { name: 'Redo at 1080p · about $0.44' }).click();
    await expect(page.getByTestId('toast').last()).toContainText('with the same seed');
    await expect(clipCards(page)).toHaveCount(2);
    await expect(clipCards(page).first()).toContainText('1080p');
    await menuOf(clipCards(page).first());
    await expect(page.getByRole('menuitem', { name: /^Redo/ }), 'it is as large as can be').toHaveCount(0);
    await page.keyboard.press('Escape');
  });

  await test.step('and in the viewer, where the seed can be seen', async () => {
    await view(page, clipCards(page).first());
    const shown = page.getByTestId('viewer-facts');
    await expect(shown).toContainText(seed.replace(/\B(?=(\d{3})+$)/g, '\u2009'));
    await expect(page.getByTestId('redo')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await view(page, clipCards(page).last());
    await expect(page.getByTestId('redo')).toHaveText('Redo at 1080p · about $0.44');
  });
});

test('a redo passes the guards like Generate', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 6, ceiling: '0.3' });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
  await menuOf(clipCards(page));
  await page.getByRole('menuitem', { name: 'Redo at 1080p · about $0.44' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Do not send' }).click();
  await expect(page.getByTestId('job-card'), 'a no sends nothing').toHaveCount(0);
  await expect(clipCards(page)).toHaveCount(1);
});

test('length, ratio, tier, expiry and seed say what they mean', async ({ page, open }) => {
  await open({ door: 'connect' });
  await test.step('seconds with a fraction become frames', async () => {
    await page.getByTestId('length').click();
    const exact = page.getByTestId('length-exact');
    await exact.fill('2.4');
    await expect(page.getByTestId('length-is')).toHaveText('57 frames · 2.375 s');
    await expect(page.getByTestId('length')).toContainText('57 frames');
    await expect(price(page), '57 × 858 tokens at 1.8').toHaveText('about $0.09');
    await page.keyboard.press('Tab');
    await expect(exact, 'what it became').toHaveValue('2.375');
    await exact.press('ArrowUp');
    await expect(page.getByTestId('length-is')).toHaveText('61 frames · 2.542 s');
    await exact.fill('6');
    await expect(page.getByTestId('length'), 'a whole second is one').toContainText('6 s');
    await exact.fill('12.9');
    await expect(page.getByTestId('length-is'), 'no more than there are').toHaveText('289 frames · 12.042 s');
    await exact.fill('5');
    await exact.press('Escape');
  });
  await test.step('ratios have pixels, by resolution', async () => {
    await page.getByTestId('ratio').click();
    await expect(page.getByRole('radio', { name: '21:9, 1504 × 640' })).toBeVisible();
    await page.getByTestId('resolution').click();
    await page.getByRole('radio', { name: '1080p' }).click();
    await page.getByTestId('ratio').click();
    await expect(page.getByRole('radio', { name: '9:16, 1088 × 1920' })).toBeVisible();
    await page.getByTestId('ratio').click();
  });
  await test.step('flex has its price and its meaning', async () => {
    await expect(page.getByTestId('flex-means')).toContainText('can take hours');
    await expect(page.getByRole('radio', { name: /^Flex\s*\$0\.22$/ })).toBeVisible();
  });
  await test.step('expiry is a human choice, or hours and minutes within limits', async () => {
    await page.getByTestId('more').click();
    const expiry = page.getByTestId('expiry');
    await expect(expiry.getByRole('radio', { name: '2 days' })).toBeChecked();
    await expiry.getByRole('radio', { name: '6 h' }).click();
    await expect(page.getByTestId('expiry-hours')).toHaveCount(0);
    await expiry.getByRole('radio', { name: 'Other' }).click();
    await page.getByTestId('expiry-hours').fill('1');
    await page.getByTestId('expiry-minutes').fill('30');
    await expect(page.getByTestId('generate')).not.toHaveAttribute('title', /expiry/i);
    await page.getByTestId('expiry-hours').fill('73');
    await expect(page.getByTestId('expiry-hours')).toHaveAttribute('aria-invalid', 'true');
    await expiry.getByRole('radio', { name: '3 days' }).click();
    await expect(page.getByTestId('expiry-hours')).toHaveCount(0);
  });
  await test.step('the seed of a clip is one click', async () => {
    await menuOf(clipCards(page).first());
    await page.getByRole('menuitem', { name: 'Use this seed' }).click();
    await expect(page.getByTestId('seed')).toHaveValue('2871449036');
    await expect(page.getByTestId('prompt'), 'nothing else came with it').toHaveValue('');
  });
});

for (const [theme, lang, width, height] of [
  ['darkroom', 'en', 960, 640],
  ['lightbox', 'zh-CN', 1440, 900],
] as const) {
  test(`nothing is cut off: ${theme}, ${lang}, ${width} × ${height}`, async ({ page, open }) => {
    await page.setViewportSize({ width, height });
    await open({ scenario: 'empty', door: 'connect', speed: 8, dearer: 12, theme, lang });
    await generate(page, 'A ferry');
    await expect(page.getByTestId('use-price')).toBeVisible();
    for (const id of ['try-small', 'use-price', 'generate', 'bills']) {
      const fits = await page
        .getByTestId(id)
        .evaluate((node) => node.scrollWidth <= node.clientWidth && node.getBoundingClientRect().bottom <= innerHeight);
      expect(fits, id).toBe(true);
    }
    await page.getByTestId('ratio').click();
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/composer-${theme}-${width}.png` });
    await page.getByTestId('ratio').click();
    await page.getByTestId('length').click();
    await page.getByTestId('more').click();
    await page.getByTestId('expiry').getByRole('radio').last().click();
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/more-${theme}-${width}.png` });
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /Settings|设置/ })
      .click();
    await page.getByTestId('prices').scrollIntoViewIfNeeded();
    await page.getByTestId('prices-reset').scrollIntoViewIfNeeded();
    const table = await page
      .getByTestId('prices')
      .evaluate((node) => node.scrollWidth <= node.parentElement!.clientWidth);
    expect(table, 'the table').toBe(true);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/prices-${theme}-${width}.png` });
  });
}
