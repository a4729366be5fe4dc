// Guards on spending: set in Settings, and passed only with a yes for each time.

import type { Page } from '@playwright/test';
import { clipCards, expect, generate, jobCard, test } from './window';

const settings = (page: Page): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();

test('a ceiling is set, asks before it is passed, and remembers no yes', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 4 });
  await test.step('only an amount is taken', async () => {
    await settings(page);
    const field = page.getByTestId('job-ceiling');
    await field.fill('0,10');
    await page.keyboard.press('Enter');
    await expect(page.getByText('An amount of US dollars like 20 or 0.50, or nothing for none.')).toBeVisible();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await field.fill('$0.10');
    await page.getByTestId('job-ceiling-save').click();
    await expect(page.getByTestId('toast')).toContainText('Lastframe asks before passing $0.10.');
    await expect(field, 'in its one spelling').toHaveValue('0.1');
  });

  await test.step('the question names the guard, its limit and what it would come to', async () => {
    await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click();
    await generate(page, 'A ferry');
    const dialog = page.getByRole('dialog', { name: 'This passes your ceiling for one job' });
    await expect(dialog.getByTestId('breach')).toHaveText(
      /Ceiling for one job\s*\$0\.10\s*This job would cost\s*about \$0\.19/,
    );
    await expect(dialog.getByRole('button', { name: 'Do not send' }), 'the safe answer').toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByTestId('job-card'), 'nothing was sent').toHaveCount(0);
    await expect(page.getByTestId('prompt')).toHaveValue('A ferry');
  });

  await test.step('Esc is a no as well', async () => {
    await page.getByTestId('generate').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByTestId('job-card')).toHaveCount(0);
  });

  await test.step('the yes has the price on its button, and holds once', async () => {
    await page.getByTestId('generate').click();
    await page.getByRole('button', { name: 'Generate anyway · about $0.19' }).click();
    await expect(clipCards(page)).toHaveCount(1);
    await page.getByTestId('generate').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.getByTestId('consent-no').click();
  });

  await test.step('without the ceiling nobody asks', async () => {
    await settings(page);
    await page.getByTestId('job-ceiling').fill('');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('toast').last()).toContainText('There is no such limit any more.');
    await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click();
    await page.getByTestId('generate').click();
    await expect(clipCards(page)).toHaveCount(2);
  });
});

test('a budget counts what was spent and asks with the sum of all clips', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 6, budget: '0.5' });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
  await expect(page.getByText('$0.19 of $0.50 this month')).toBeVisible();
  await page.getByTestId('count').focus();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('price'), 'nothing is sent at a price that nobody could read').toHaveText(
    'about $0.37',
  );
  await page.getByTestId('generate').click();
  const dialog = page.getByRole('dialog', { name: 'This passes your budget for the month' });
  await expect(dialog.getByTestId('breach')).toContainText('$0.50');
  await expect(dialog.getByTestId('breach'), 'spent and both clips').toContainText('about $0.56');
  await dialog.getByRole('button', { name: 'Generate anyway · about $0.37' }).click();
  await expect(clipCards(page)).toHaveCount(3);
  await settings(page);
  await expect(page.getByTestId('spent')).toHaveText('$0.56 of $0.50');
  await expect(page.getByRole('meter', { name: 'Spent this month' })).toHaveAttribute('aria-valuenow', '100');
  await expect(page.getByTestId('place-settings')).toContainText('$0.06 over the budget');
});

test('Send again of an unknown outcome asks too, and a no leaves its card', async ({ page, open }) => {
  await open({ door: 'connect', ceiling: '0', speed: 3 });
  const card = jobCard(page, 'unknown');
  const id = await card.getAttribute('data-id');
  const again = async (): Promise<void> => {
    await card.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Send again · about $0.19' }).click();
  };
  await again();
  await page.getByRole('dialog').getByRole('button', { name: 'Do not send' }).click();
  await expect(card).toHaveAttribute('data-id', id ?? '');
  await again();
  await page.getByRole('dialog').getByRole('button', { name: 'Send anyway · about $0.19' }).click();
  await expect(page.locator(`[data-id="${id}"]`)).toHaveCount(0);
});

test('a rehearsal passes every guard', async ({ page, open }) => {
  await open({ scenario: 'empty', ceiling: '0', budget: '0', speed: 4 });
  await generate(page, 'A ferry');
  await expect(clipCards(page)).toHaveCount(1);
});
