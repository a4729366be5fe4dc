// Appearance and language, and the key.

import { expect, test } from './window';

test('theme and language change at once, everywhere', async ({ page, open }) => {
  await open();
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  const settings = page.getByTestId('place-settings');
  await expect(settings).toBeVisible();

  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.getByTestId('theme').getByRole('radio', { name: 'Lightbox' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'lightbox');
  expect(await background()).not.toBe(dark);

  await page.getByTestId('language').getByRole('radio', { name: '简体中文' }).click();
  await expect(page.getByRole('navigation').getByRole('button', { name: '图库' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.getByRole('navigation').getByRole('button', { name: '图库' }).click();
  await expect(page.getByTestId('place-gallery')).toContainText('今天');
  await expect(page.getByTestId('place-gallery')).toContainText('没有向你收费。');
});

test('a key is shown as its last four characters and can be removed', async ({ page, open }) => {
  await open({ scenario: 'first-run' });
  await page.getByTestId('key-input').fill('vtx-example-not-a-real-key-7f3a');
  await page.getByTestId('door-connect').click();
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByTestId('key-hint')).toContainText('7f3a');
  expect(await page.content(), 'the key itself is nowhere in the page').not.toContain('vtx-example');
  await page.getByTestId('key-remove').click();
  await page.getByTestId('key-remove-confirm').click();
  await expect(page.getByTestId('key-input')).toBeVisible();
});

test('without a keychain the key can be used for this session only', async ({ page, open }) => {
  await open({ scenario: 'no-keychain' });
  await page.getByTestId('key-input').fill('vtx-example-not-a-real-key-7f3a');
  await page.getByTestId('door-connect').click();
  await expect(page.getByTestId('first-run')).toContainText('No keychain was found on this computer.');
  await page.getByRole('button', { name: 'Use for this session only' }).click();
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('in Chinese a missing keychain is said in Chinese, with the way on', async ({ page, open }) => {
  await open({ scenario: 'no-keychain', lang: 'zh-CN' });
  await page.getByTestId('key-input').fill('vtx-example-not-a-real-key-7f3a');
  await page.getByTestId('door-connect').click();
  const place = page.getByTestId('first-run');
  await expect(place).toContainText('这台电脑上没有找到钥匙串。');
  await expect(place).toContainText('或仅在本次会话中使用密钥。');
  await expect(place, 'the program’s English is not needed').not.toContainText('keychain');
  await page.getByRole('button', { name: '仅用于本次会话' }).click();
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a start-up that failed is tried again by its button', async ({ page, open }) => {
  await open({ scenario: 'startup-failure' });
  const failure = page.getByTestId('startup-failure');
  await expect(failure).toContainText('Another program works on this library');
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(failure.getByRole('button', { name: 'Opening the library' })).toBeVisible();
  await expect(failure, 'what happened stays readable meanwhile').toContainText(
    'Another program works on this library',
  );
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  await expect(failure).toHaveCount(0);
});

test('a damaged library is made again after a question, and what became of it is said', async ({ page, open }) => {
  await open({ scenario: 'damaged' });
  const failure = page.getByTestId('startup-failure');
  await expect(failure).toContainText('Your clips are not touched by that.');
  await expect(failure, 'the window has a way on of its own').not.toContainText('lastframe library rebuild');
  await failure.getByRole('button', { name: 'Make the library again' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('The damaged database is kept beside the new one');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await failure.getByRole('button', { name: 'Make the library again' }).click();
  await question.getByRole('button', { name: 'Make the library again' }).click();
  await expect(page.getByTestId('repair-progress')).toContainText(/\d+ recipes read/);
  const done = page.getByTestId('repair-done');
  await expect(done).toContainText('118 clips are in it.');
  await expect(done).toContainText('1 file was left out:');
  await expect(done).toContainText('library.damaged-');
  await page.getByTestId('repair-open').click();
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a notice about the clips folder goes when another folder was chosen', async ({ page, open }) => {
  await open({ notice: 1 });
  await expect(page.getByTestId('notices')).toContainText('is not there');
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await page.getByTestId('choose-folder').click();
  await expect(page.getByTestId('clips-folder')).toHaveText('/home/you/Films/Lastframe');
  await expect(page.getByTestId('notices')).toHaveCount(0);
});
