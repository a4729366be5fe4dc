// Lists of prompts: pasted, dropped, checked row by row, and started as far as they can go.
import type { Page } from '@playwright/test';
import { expect, seriousFaults, test } from './window';

const LIST = `prompt,duration,ratio,count
"A boat, drifting",5,16:9,1
A cat,2.5,,
A dog,99,,
,5,,
A fox,3,9:16,2
`;

const jobCards = (page: Page) => page.getByTestId('job-card');
const rows = (page: Page) => page.getByTestId('batch-row');
const row = (page: Page, number: number) => page.locator(`[data-testid="batch-row"][data-row="${number - 1}"]`);

async function read(page: Page, list: string): Promise<void> {
  await page.getByTestId('batch-open').click();
  await page.getByTestId('batch-text').fill(list);
  await page.getByTestId('batch-read').click();
}

test('each row says what is wrong with it, and what can go is started at its price', async ({ page, open }) => {
  await open({ scenario: 'empty', progress: 'none' });
  await read(page, LIST);
  await expect(rows(page)).toHaveCount(5);
  await expect(page.getByTestId('batch-state')).toContainText('5 rows');
  await expect(page.getByTestId('batch-state')).toContainText('3 cannot be sent');
  await expect(row(page, 1)).toHaveAttribute('data-state', 'ready');
  await expect(row(page, 1).getByRole('textbox', { name: 'Prompt of row 1' })).toHaveValue('A boat, drifting');
  await expect(row(page, 2)).toContainText('duration: “2.5” cannot be read.');
  await expect(row(page, 3), 'the words of the form').toContainText('Spark Dance 1.0 Lite t2v makes 2 to 12 seconds.');
  await expect(row(page, 3).locator('[data-cell="length"].bad')).toBeVisible();
  await expect(row(page, 4)).toContainText('Describe the shot');
  const start = page.getByTestId('batch-start');
  // 0.1853 + 2 × 0.1112
  await expect(start).toHaveText(/Start 2 of 5\s*·\s*about \$0\.41/);
  await start.dblclick();
  await expect(page.getByTestId('batch-state'), 'what cannot go stays').toContainText('3 rows');
  await expect(start).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(jobCards(page), 'one, and two of the last').toHaveCount(3);
});

test('a row is mended by its prompt, or removed, by the keyboard', async ({ page, open }) => {
  await open({ scenario: 'empty', progress: 'none' });
  await read(page, LIST);
  await row(page, 4).getByRole('textbox').fill('A whale');
  await page.keyboard.press('Tab');
  await expect(row(page, 4)).toHaveAttribute('data-state', 'ready');
  await row(page, 2).getByRole('button', { name: 'Remove row 2' }).press('Enter');
  await expect(rows(page)).toHaveCount(4);
  await expect(row(page, 2).getByRole('button', { name: 'Remove row 2' }), 'the focus stays here').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('batch-start')).toHaveText(/^Start 3\s*·\s*about \$0\.5[89]/);
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch'), 'nothing is left to do').toHaveCount(0);
  await expect(jobCards(page)).toHaveCount(4);
});

test('a file dropped on the window opens the list, and a text that is none says why', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  const drop = (text: string, name: string): Promise<void> =>
    page.evaluate(
      ([content, file]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], file, { type: 'text/csv' }));
        document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      },
      [text, name] as const,
    );
  await drop('A boat\nA cat\n', 'shots.txt');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await drop('prompt\n', 'empty.csv');
  await page.getByRole('button', { name: 'Another list' }).click();
  await page.getByTestId('batch-text').fill('prompt,seed\n');
  await page.getByTestId('batch-read').click();
  await expect(page.getByText('There is nothing in the list.')).toBeVisible();
});

test('a thousand rows scroll, and only those in sight are drawn', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await read(page, Array.from({ length: 1000 }, (_, index) => `Shot ${index + 1}`).join('\n'));
  await expect(page.getByTestId('batch-start')).toHaveText(/^Start 1000\s*·\s*about \$185\.30/);
  const table = page.getByTestId('batch-rows');
  await expect(table).toHaveAttribute('aria-rowcount', '1000');
  expect(await rows(page).count()).toBeLessThan(40);
  await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(row(page, 1000).getByRole('textbox')).toHaveValue('Shot 1000');
  expect(await rows(page).count()).toBeLessThan(40);
});

test('a list beyond the budget asks once, for all of it', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', budget: '0.30', progress: 'none' });
  await read(page, 'A boat\nA cat');
  await page.getByTestId('batch-start').click();
  await expect(page.getByRole('dialog').last()).toContainText('budget');
  await page
    .getByRole('dialog')
    .last()
    .getByRole('button', { name: /cancel|do not|keep/i })
    .first()
    .click();
  await expect(jobCards(page)).toHaveCount(0);
  await expect(rows(page), 'the list is still there').toHaveCount(2);
});

for (const [theme, lang] of [
  ['darkroom', 'en'],
  ['lightbox', 'zh-CN'],
] as const) {
  test(`the list has no serious finding and fits 960 × 640 (${theme}, ${lang})`, async ({ page, open }, info) => {
    await page.setViewportSize({ width: 960, height: 640 });
    await open({ scenario: 'empty', theme, lang });
    await read(page, LIST);
    await expect(rows(page)).toHaveCount(5);
    expect(await seriousFaults(page, '[role="dialog"]')).toEqual([]);
    await info.attach('list', {
      body: await page.screenshot({ path: info.outputPath('list.png') }),
      contentType: 'image/png',
    });
    const box = (await page.getByTestId('batch-start').boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual(640);
  });
}
