// Copies of clips: saved, verified, and dropped on the window again.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JSHandle, Page } from '@playwright/test';
import { change, clipCards, expect, jobCard, test, view } from './window';

const RECIPE = JSON.stringify({
  version: 1,
  clip: { request: { prompt: 'A lamp in the fog', seed: 7, ratio: '21:9', resolution: '480p' } },
  reply: '{"status":"completed"}',
});

/** A real MP4, with the recipe in a box of its own at the end. */
function copyWithRecipe(): Buffer {
  const video = readFileSync(fileURLToPath(new URL('../../ui/src/lib/ipc/fake/media/wide.mp4', import.meta.url)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + RECIPE.length);
  head.write('free', 4, 'latin1');
  return Buffer.concat([video, head, Buffer.from(RECIPE)]);
}

/** A file as a drag brings it. */
const dragged = (page: Page, name: string, type: string, bytes: Buffer): Promise<JSHandle<DataTransfer>> =>
  page.evaluateHandle(
    ([called, kind, data]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], called, { type: kind }));
      return transfer;
    },
    [name, type, bytes.toString('base64')] as const,
  );

async function drop(page: Page, target: string, file: { name: string; type: string; bytes: Buffer }): Promise<void> {
  const dataTransfer = await dragged(page, file.name, file.type, file.bytes);
  await page.dispatchEvent(target, 'dragover', { dataTransfer });
  await page.dispatchEvent(target, 'drop', { dataTransfer });
}

const mp4 = { name: 'lamp.mp4', type: 'video/mp4', bytes: copyWithRecipe() };

test('a copy dropped on the composer brings its settings, and what was written can be had back', async ({
  page,
  open,
}) => {
  await open();
  await page.getByTestId('prompt').fill('A half-written thought');
  const dataTransfer = await dragged(page, mp4.name, mp4.type, mp4.bytes);
  await page.dispatchEvent('[data-testid="prompt"]', 'dragover', { dataTransfer });
  await expect(page.getByTestId('drop-settings')).toContainText('the settings of a clip or a recipe');
  await page.dispatchEvent('[data-testid="prompt"]', 'drop', { dataTransfer });
  await expect(page.getByTestId('drop')).toHaveCount(0);
  await expect(page.getByTestId('prompt')).toHaveValue('A lamp in the fog');
  await expect(page.getByTestId('ratio')).toHaveAttribute('data-value', '21:9');
  await expect(page.getByTestId('resolution')).toHaveAttribute('data-value', '480p');
  await expect(page.getByTestId('seed')).toHaveValue('7');
  await expect(page.getByTestId('announcements')).toContainText('Settings taken from lamp.mp4.');
  await page.getByTestId('taken').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('prompt')).toHaveValue('A half-written thought');
  await expect(page.getByTestId('ratio')).toHaveAttribute('data-value', '16:9');
  await expect(page.getByTestId('taken')).toHaveCount(0);
  await expect(page.getByTestId('job-card').filter({ hasText: 'lamp in the fog' }), 'nothing is sent').toHaveCount(0);
});

test('a recipe is taken anywhere: in Settings, and on a frame slot', async ({ page, open }) => {
  await open();
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await drop(page, '[data-testid="place-settings"]', {
    name: 'lamp.json',
    type: 'application/json',
    bytes: Buffer.from(RECIPE),
  });
  await expect(page.getByTestId('prompt')).toHaveValue('A lamp in the fog');
  await page.getByTestId('prompt').fill('Another');
  await drop(page, '[data-testid="first-frame"]', mp4);
  await expect(page.getByTestId('prompt')).toHaveValue('A lamp in the fog');
  await expect(page.getByTestId('first-frame').locator('img'), 'it is no picture').toHaveCount(0);
});

test('a video without a recipe says so and changes nothing', async ({ page, open }) => {
  await open();
  await page.getByTestId('prompt').fill('Mine');
  const bytes = copyWithRecipe().subarray(0, 2_000);
  await drop(page, '[data-testid="prompt"]', { name: 'holiday.mp4', type: 'video/mp4', bytes });
  await expect(page.getByTestId('toast')).toContainText('holiday.mp4 carries no settings of a clip.');
  await expect(page.getByTestId('prompt')).toHaveValue('Mine');
  await expect(page.getByTestId('taken')).toHaveCount(0);
});

test('a dropped picture is still the first frame', async ({ page, open }) => {
  await open();
  const bytes = readFileSync(fileURLToPath(new URL('../../ui/src/lib/ipc/fake/media/rain.webp', import.meta.url)));
  await drop(page, '[data-testid="place-gallery"]', { name: 'rain.webp', type: 'image/webp', bytes });
  await expect(page.getByTestId('first-frame').locator('img')).toBeVisible();
});

test('the viewer saves a copy, with or without its recipe', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const save = page.getByTestId('viewer-facts').getByRole('button', { name: 'Save a copy…' });
  await save.click();
  await expect(page.getByTestId('toast')).toContainText('Copy saved with its recipe: /home/you/Videos/');
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  const carry = page.getByRole('switch', { name: 'Copies carry their recipe' });
  await expect(carry, 'on unless it is switched off').toBeChecked();
  await carry.click();
  await expect(carry).not.toBeChecked();
  await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click();
  await view(page, clipCards(page).first());
  await save.click();
  await expect(page.getByTestId('toast').last()).toContainText('Copy saved: /home/you/Videos/');
});

test('the menu of a card verifies its file and says what was found', async ({ page, open }) => {
  await open();
  const card = clipCards(page).first();
  const id = (await card.getAttribute('data-id')) ?? '';
  const verify = async (): Promise<void> => {
    await card.getByRole('button', { name: /^Open:/ }).focus();
    await card.getByRole('button', { name: /^More:/ }).click();
    await page.getByRole('menuitem', { name: 'Verify file' }).click();
  };
  const toast = page.getByTestId('toast').last();
  await verify();
  await expect(toast).toContainText('The file is intact: byte for byte what the service sent.');
  await change(page, { files: { [id]: 'changed' } });
  await verify();
  await expect(toast).toContainText('The file has changed since the service sent it.');
  await expect(toast).toContainText(`/home/you/Videos/Lastframe/2026-11/${id}.mp4`);
  await change(page, { files: { [id]: 'missing' } });
  await verify();
  await expect(toast).toContainText('The file is missing');
  expect(await jobCard(page, 'failed').count(), 'the rest of the gallery is as it was').toBe(1);
});
