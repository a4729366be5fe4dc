// Pictures of the composer: given in every way, kept with what is wrong with them, and brought into the clip's shape.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { clipCards, expect, test, view } from './window';

/** A real PNG of a size, made by the browser: half of it teal, half orange. */
const png = (page: Page, width: number, height: number): Promise<string> =>
  page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w, h);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#0aa';
      context.fillRect(0, 0, w, h);
      context.fillStyle = '#e60';
      context.fillRect(w / 2, 0, w / 2, h);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
      return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
    },
    [width, height] as const,
  );

/** Drops or pastes files of base64 onto something. */
const give = (page: Page, selector: string, kind: 'drop' | 'paste', files: string[]): Promise<void> =>
  page.evaluate(
    ([where, how, texts]) => {
      const data = new DataTransfer();
      for (const [index, text] of texts.entries()) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], `picture-${index}.png`, { type: 'image/png' }));
      }
      const target = document.querySelector(where)!;
      target.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data })
          : new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
      );
    },
    [selector, kind, files] as const,
  );

const first = '[data-testid="first-frame"]';
const last = '[data-testid="last-frame"]';
const imageOf = (page: Page, slot: string) => page.locator(slot).getAttribute('data-image');

test('a picture that is too small is kept, shown and said, and can be cropped on the spot', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await give(page, first, 'drop', [await png(page, 200, 150)]);
  await expect(page.locator(`${first} img`), 'it is seen').toBeVisible();
  await expect(page.getByText('The picture is 200 × 150 px; each side must be')).toBeVisible();
  await expect(page.getByTestId('generate')).toHaveAttribute('aria-disabled', 'true');
  const line = page.getByTestId('framing-first_frame-0');
  await expect(line).toContainText('First frame cannot be sent as it is.');
  await expect(line.getByRole('button', { name: 'Leave' }), 'it cannot be left as it is').toHaveCount(0);
  await line.getByRole('button', { name: 'Crop' }).click();
  await page.getByTestId('framing-apply').click();
  await expect(line).toContainText('First frame cropped to 1248 × 704.');
  await expect(page.getByTestId('generate')).toHaveAttribute('aria-disabled', 'false');
  await line.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('The picture is 200 × 150 px')).toBeVisible();
});

test('a 2 : 1 photo is cropped by the keyboard alone, or left as it is', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await give(page, first, 'drop', [await png(page, 1600, 800)]);
  const line = page.getByTestId('framing-first_frame-0');
  await expect(line).toContainText('First frame: 2 : 1 picture in a 16:9 clip.');
  await expect(page.getByTestId('generate'), 'it may be sent as it is').toHaveAttribute('aria-disabled', 'false');
  const before = await imageOf(page, first);
  await line.getByRole('button', { name: 'Crop' }).press('Enter');
  const window = page.getByRole('slider', { name: 'The part that is kept' });
  await expect(window, 'the focus is on it').toBeFocused();
  await expect(window).toHaveAttribute('aria-valuenow', '50');
  await page.keyboard.press('ArrowLeft');
  await expect(window).toHaveAttribute('aria-valuenow', '48');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(window).toHaveAttribute('aria-valuenow', '68');
  await page.keyboard.press('End');
  await expect(window).toHaveAttribute('aria-valuenow', '100');
  const [bright, whole] = [(await window.boundingBox())!, (await page.locator('.stage').boundingBox())!];
  expect(bright.x + bright.width, 'the bright part is at the right edge').toBeCloseTo(whole.x + whole.width, 0);
  expect(bright.width / bright.height, 'and has the shape of the clip').toBeCloseTo(1248 / 704, 1);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('framing-apply')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(line).toContainText('cropped to 1248 × 704');
  expect(await imageOf(page, first)).not.toBe(before);
  await line.getByRole('button', { name: 'Undo' }).click();
  expect(await imageOf(page, first), 'the first picture is back').toBe(before);
  await expect(line, 'and nobody asks about it again').toHaveCount(0);
});

test('the window of a crop is dragged, and a fit is shown before it is done', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await give(page, last, 'drop', [await png(page, 800, 1600)]);
  const line = page.getByTestId('framing-last_frame-0');
  await line.getByRole('button', { name: 'Crop' }).click();
  const window = page.getByTestId('crop-window');
  const box = (await window.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 400, { steps: 4 });
  await page.mouse.up();
  await expect(window).toHaveAttribute('aria-valuenow', '0');
  await page.getByTestId('framing-how').getByRole('radio', { name: 'Fit' }).click();
  await expect(page.getByTestId('fit-preview')).toBeVisible();
  await page.getByTestId('framing-background').getByRole('radio', { name: 'Black' }).click();
  await expect(page.getByTestId('fit-preview')).toBeVisible();
  await page.getByTestId('framing-apply').click();
  await expect(line).toContainText('Last frame fitted to 1248 × 704.');
});

test('a picture goes where it is pasted, two dropped at once are first and last, and they swap', async ({
  page,
  open,
}) => {
  await open({ scenario: 'empty' });
  const [wide, wider] = [await png(page, 1248, 704), await png(page, 1920, 1080)];
  await page.getByRole('button', { name: 'Choose the last frame' }).focus();
  await give(page, 'body', 'paste', [wide]);
  await expect(page.locator(`${last} img`), 'the slot with the focus takes it').toBeVisible();
  await expect(page.locator(`${first} img`)).toHaveCount(0);
  await give(page, first, 'drop', [wider, wide]);
  await expect(page.locator(`${first} img`)).toBeVisible();
  const [begins, ends] = [await imageOf(page, first), await imageOf(page, last)];
  expect(begins).not.toBe(ends);
  await page.getByRole('button', { name: 'Swap frames' }).click();
  await expect(page.locator(first)).toHaveAttribute('data-image', ends!);
  await expect(page.locator(last)).toHaveAttribute('data-image', begins!);
});

test('with the adaptive ratio a picture has no shape to fit', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await give(page, first, 'drop', [await png(page, 1600, 800)]);
  await expect(page.getByTestId('framing-first_frame-0')).toBeVisible();
  await page.getByTestId('ratio').click();
  await page
    .getByRole('radio', { name: /adaptive/i })
    .or(page.getByRole('menuitem', { name: /adaptive/i }))
    .first()
    .click();
  await expect(page.getByTestId('framing-first_frame-0')).toHaveCount(0);
});

test('any frame of a clip can be the last frame or a reference', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const more = page.getByRole('button', { name: 'More uses of this frame' });
  await more.click();
  await page.getByRole('menuitem', { name: 'Use as last frame' }).click();
  await expect(page.locator(`${last} img`)).toBeVisible();
  await more.click();
  await page.getByRole('menuitem', { name: 'Use as reference image' }).click();
  await expect(page.locator(`${last} img`), 'references and frames exclude each other').toHaveCount(0);
  await expect(page.getByTestId('adjustments')).toBeAttached();
});

test('what is no picture is said at its slot, in Chinese too', async ({ page, open }) => {
  await open({ scenario: 'empty', lang: 'zh-CN' });
  const junk = Buffer.from(readFileSync(new URL(import.meta.url)).subarray(0, 400)).toString('base64');
  await give(page, first, 'drop', [junk]);
  await expect(page.locator('[role="alert"]').first()).toBeVisible();
  await expect(page.locator(`${first} img`)).toHaveCount(0);
});
