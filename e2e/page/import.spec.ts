// Files that come into the library, and files of clips that are not where they were.

import type { JSHandle, Page } from '@playwright/test';
import { clipCards, expect, test, view } from './window';

/** What the next import brings; see ui/src/lib/ipc/fake/imports.ts. */
const coming = (page: Page, detail: unknown): Promise<void> =>
  page.evaluate((told) => void dispatchEvent(new CustomEvent('fake-import', { detail: told })), detail);

const dragged = (page: Page, name: string): Promise<JSHandle<DataTransfer>> =>
  page.evaluateHandle((called) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['x'], called, { type: 'video/mp4' }));
    return transfer;
  }, name);

test('videos let go over the gallery become clips, and the composer keeps its own', async ({ page, open }) => {
  await open();
  await coming(page, { good: 2 });
  await page.getByTestId('prompt').fill('Mine');
  const before = await clipCards(page).count();
  const dataTransfer = await dragged(page, 'holiday.mp4');
  await page.dispatchEvent('[data-testid="place-gallery"]', 'dragover', { dataTransfer });
  await expect(page.getByTestId('drop')).toContainText('Import into the library');
  await expect(page.getByTestId('drop-settings')).toContainText('the settings of a clip');
  await page.dispatchEvent('[data-testid="place-gallery"]', 'drop', { dataTransfer });
  await expect(page.getByTestId('toast')).toContainText('2 clips imported');
  await expect(page.getByTestId('prompt'), 'the form is not touched').toHaveValue('Mine');
  await expect.poll(() => clipCards(page).count()).toBeGreaterThan(before);
  await page.getByTestId('toast').getByRole('button', { name: 'Show' }).click();
  await expect(page.getByTestId('place-viewer')).toBeVisible();
});

test('an import shows how far it is, can be stopped by keyboard, and keeps what is in', async ({ page, open }) => {
  await open();
  await coming(page, { good: 400, pace: 20 });
  await page.keyboard.press('Control+i');
  const bar = page.getByTestId('import-bar');
  await expect(bar).toContainText(/Importing \d+ of 400/);
  await bar.getByRole('button', { name: 'Stop' }).focus();
  await page.keyboard.press('Enter');
  await expect(bar).toHaveCount(0);
  await expect(page.getByTestId('toast')).toContainText(/\d+ clips? imported; \d+ files were not looked at/);
});

test('what was not taken is named once, with its reason', async ({ page, open }) => {
  await open({ lang: 'zh-CN' });
  const refused = [
    { file: '/home/you/cut.mp4', problem: 'truncated', message: '' },
    { file: '/home/you/page.mp4', problem: 'not_a_video', message: '' },
  ];
  await coming(page, { good: 1, summary: { refused, known: [{ file: '/home/you/a.mp4', clip: 'x' }] } });
  await page.keyboard.press('Control+i');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('已导入 1 个片段；1 个已在片库中；2 个文件未能导入');
  await expect(dialog.getByTestId('import-refused')).toContainText('cut.mp4 文件不完整。');
  await expect(dialog.getByTestId('import-refused')).toContainText('page.mp4 不是 MP4 视频。');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('the palette and the rail import, too', async ({ page, open }) => {
  await open();
  await coming(page, { good: 1 });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('import vid');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('toast')).toContainText('1 clip imported');
  await coming(page, { good: 3 });
  await page.getByRole('navigation').getByRole('button', { name: 'Import…' }).click();
  await expect(page.getByTestId('toast').last()).toContainText('3 clips imported');
});

test('a clip whose file is gone says so where it is looked at, and can be told where it is', async ({ page, open }) => {
  await open();
  const card = clipCards(page).first();
  const id = (await card.getAttribute('data-id')) ?? '';
  await page.evaluate(
    (clip) => void dispatchEvent(new CustomEvent('fake-missing', { detail: { id: clip, missing: true } })),
    id,
  );
  await card.getByRole('button', { name: /^Open:/ }).click();
  const missing = page.getByTestId('file-missing');
  await expect(missing).toContainText('The file is missing');
  await missing.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByTestId('toast')).toContainText('It was found in no clips folder.');
  await missing.getByRole('button', { name: 'Locate…' }).click();
  await expect(missing).toHaveCount(0);
  await expect(page.getByTestId('toast').last()).toContainText('The file is back.');
});

test('a clip’s file is copied from its menu and from the viewer', async ({ page, open }) => {
  await open();
  const card = clipCards(page).first();
  await card.getByRole('button', { name: /^Open:/ }).focus();
  await card.getByRole('button', { name: /^More:/ }).click();
  await page.getByRole('menuitem', { name: 'Copy file' }).click();
  await expect(page.getByTestId('toast')).toContainText('File copied.');
  await view(page, card);
  await expect(page.getByTestId('viewer-facts').getByRole('button', { name: 'Copy file' })).toBeVisible();
  await expect(page.getByTestId('drag-file')).toBeVisible();
});

/** A drag whose files the web view keeps to itself, as WebKitGTK does; the program knows them. */
async function kept(page: Page, target: string, files: { name: string; data: string }[]): Promise<void> {
  await page.evaluate((told) => void dispatchEvent(new CustomEvent('fake-drag', { detail: told })), files);
  const dataTransfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.setData('text/uri-list', 'file:///somewhere/holiday.mp4');
    return transfer;
  });
  await page.dispatchEvent(target, 'dragenter', { dataTransfer });
  await page.dispatchEvent(target, 'dragover', { dataTransfer });
  // The program is asked once, and then the drag goes on.
  await expect(async () => {
    await page.dispatchEvent(target, 'dragover', { dataTransfer });
    expect(await page.getByTestId('drop').count()).toBe(files.length > 0 ? 1 : 0);
  }).toPass();
  await page.dispatchEvent(target, 'drop', { dataTransfer });
}

test('files that the web view keeps to itself are told by the program', async ({ page, open }) => {
  await open();
  await coming(page, { good: 2 });
  const before = await clipCards(page).count();
  await kept(page, '[data-testid="place-gallery"]', [{ name: 'holiday.mp4', data: '' }]);
  await expect(page.getByTestId('toast')).toContainText('2 clips imported');
  await expect.poll(() => clipCards(page).count()).toBeGreaterThan(before);

  // On the composer the program is asked what is in them.
  const recipe = JSON.stringify({ version: 1, clip: { request: { prompt: 'A lamp in the fog' } }, reply: '{}' });
  await kept(page, '[data-testid="prompt"]', [{ name: 'lamp.json', data: Buffer.from(recipe).toString('base64') }]);
  await expect(page.getByTestId('prompt')).toHaveValue('A lamp in the fog');

  // A link is dragged as well, and is nobody's file.
  await kept(page, '[data-testid="place-gallery"]', []);
  await expect(page.getByTestId('prompt')).toHaveValue('A lamp in the fog');
});
