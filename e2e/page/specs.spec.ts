// Models from live specs: fetched in Settings, chosen in the form, and asked for with controls that their spec makes.

import type { Page } from '@playwright/test';
import { expect, test } from './window';

const place = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').first().getByRole('button', { name }).click();

test('a new model is fetched, chosen, and asked for with its own controls', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 4 });

  await test.step('nothing is fetched yet; a refresh says when it was, and what was refused', async () => {
    await place(page, 'Settings');
    await expect(page.getByText('Not yet. The models that Lastframe ships with serve.')).toBeVisible();
    await page.getByTestId('specs-refresh').click();
    await expect(page.getByText(/^Today.*, from https:\/\/cloud-model-spec\.vtrix\.ai\.$/)).toBeVisible();
    const refused = page.getByTestId('specs-refused');
    await expect(refused).toContainText('One spec was refused');
    await expect(refused).toContainText('borealis_v1');
    await expect(refused).toContainText('It wants to be called elsewhere than documented.');
  });

  await test.step('the tray explains every model; a new one is marked, in plain text', async () => {
    await place(page, 'Gallery');
    await page.getByTestId('prompt').fill('A ferry under green light');
    await page.getByTestId('model').click();
    const rows = page.locator('[data-model]');
    await expect(rows).toHaveCount(6);
    await expect(rows.first()).toContainText('start here');
    const aurora = page.locator('[data-model="aurora_v2"]');
    await expect(aurora.getByTestId('model-new')).toHaveText('New');
    await expect(aurora, 'never markup').toContainText('Northern lights <b>and</b> other skies');
    await aurora.click();
  });

  await test.step('the chips show only what it makes', async () => {
    await expect(page.getByTestId('length')).toHaveAttribute('data-value', '5 seconds');
    await page.getByTestId('length').click();
    await expect(page.getByRole('radiogroup', { name: 'Length' }).getByRole('radio')).toHaveCount(2);
    await page.getByTestId('resolution').click();
    await expect(page.getByRole('radiogroup', { name: 'Resolution' }).getByRole('radio')).toHaveText(['720p', '1080p']);
    await page.getByTestId('ratio').click();
    await expect(page.getByRole('radiogroup', { name: 'Aspect ratio' }).getByRole('radio')).toHaveCount(2);
    await page.keyboard.press('Escape');
  });

  const extra = page.getByTestId('extra');
  const row = (name: string) => extra.locator(`[data-parameter="${name}"]`);
  await test.step('each parameter has its control, and what is missing is said there', async () => {
    await expect(page.getByRole('switch', { name: 'Camera fixed' }), 'what it does not have is not here').toHaveCount(
      0,
    );
    await expect(page.getByRole('radiogroup', { name: 'Service' })).toHaveCount(0);
    await expect(extra.getByTestId('left-out')).toContainText('resolution 1440p');
    await expect(extra).toContainText('Aurora 2 needs steps.');
    await expect(page.getByTestId('generate')).toHaveAttribute('aria-disabled', 'true');
    await row('steps').getByRole('textbox').fill('51');
    await expect(extra).toContainText('steps is 1 to 50.');
    await expect(row('steps').getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
    await row('steps').getByRole('textbox').fill('20');
    await expect(extra).not.toContainText('steps is');
    await row('style').getByRole('radio', { name: 'anime' }).click();
    await row('lens').getByRole('button').click();
    await page.getByRole('menuitem', { name: 'portrait' }).click();
    await expect(row('lens')).toContainText('portrait');
    await row('motion_strength').getByRole('textbox').fill('0.7');
    await row('loop_video').getByRole('switch').click();
    await row('negative_prompt').getByRole('textbox').fill('people');
  });

  await test.step('without a price the button says so, and it is the person who presses it', async () => {
    await expect(page.getByTestId('price')).toContainText('price not known');
    await page.getByTestId('generate').click();
    await expect(page.getByTestId('job-card')).toHaveCount(1);
  });

  await test.step('another model drops what it does not have, and says so', async () => {
    await page.getByTestId('model').click();
    await page.locator('[data-model="spark_dance_v1_0_lite_t2v"]').click();
    await expect(page.getByTestId('adjustments')).toContainText(
      /does not have .*motion_strength.*what was set there was dropped/,
    );
    await expect(extra).toHaveCount(0);
  });
});

test('live specs are switched off, and their address is one that is safe', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect' });
  await place(page, 'Settings');
  await page.getByTestId('specs-address').fill('http://example.com');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('specs-address')).toHaveAttribute('aria-invalid', 'true');
  await page.getByTestId('specs-address').fill('https://specs.example/');
  await page.getByTestId('specs-save').click();
  await expect(page.getByTestId('toast')).toContainText('Model specs now come from https://specs.example.');
  await page.getByRole('switch', { name: 'New models and changed limits' }).click();
  await expect(page.getByText('Switched off. The models that Lastframe ships with serve.')).toBeVisible();
  await expect(page.getByTestId('specs-refresh')).toHaveCount(0);
});
