// What opens over the places and within the composer, and all of the main job, for people without a mouse and without
// sight of the screen; in the smallest window. The places themselves are in look.spec.ts.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, generate, jobCard, seriousFaults, test, type Scene } from './window';

const press = (page: Page, testId: string): Promise<void> => page.getByTestId(testId).click();

async function savePreset(page: Page, name: string): Promise<void> {
  await press(page, 'presets');
  await page.getByRole('menuitem').nth(-2).click();
  await page.getByTestId('preset-name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** Presses a button of a job's card, which stands behind the dots where the card has no room for it. */
async function act(page: Page, card: Locator, name: RegExp): Promise<void> {
  await card.waitFor();
  const button = card.getByRole('button', { name });
  if (await button.isVisible()) return button.click();
  await card.locator('.dots').click();
  await page.getByRole('menuitem', { name }).click();
}

const STATES: { name: string; scene?: Scene; enter: (page: Page) => Promise<unknown> }[] = [
  ...(['model', 'resolution', 'ratio', 'length'] as const).map((chip) => ({
    name: `tray of ${chip}`,
    enter: (page: Page) => press(page, chip),
  })),
  { name: 'all of More', enter: (page) => press(page, 'more') },
  {
    name: 'a form with problems',
    enter: async (page) => {
      await press(page, 'more');
      await page.getByTestId('callback').fill('nowhere');
      await page.getByTestId('seed').fill('9999999999');
      await page.keyboard.press('Control+Enter');
      await expect(page.getByTestId('prompt')).toBeFocused();
    },
  },
  { name: 'earlier prompts', enter: (page) => press(page, 'past-prompts') },
  {
    name: 'a search that finds nothing',
    enter: async (page) => {
      await press(page, 'past-prompts');
      await page.keyboard.type('zzz');
      await expect(page.getByRole('option')).toHaveCount(0);
    },
  },
  { name: 'templates', enter: (page) => press(page, 'templates') },
  {
    name: 'menu of presets',
    enter: async (page) => {
      await savePreset(page, 'Night');
      await press(page, 'presets');
      await expect(page.getByRole('menuitem')).toHaveCount(3);
    },
  },
  {
    name: 'a preset without a name',
    enter: async (page) => {
      await press(page, 'presets');
      await page.getByRole('menuitem').nth(-2).click();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'a preset being renamed beside one that was deleted',
    enter: async (page) => {
      await savePreset(page, 'A');
      await savePreset(page, 'B');
      await press(page, 'presets');
      await page.getByRole('menuitem').nth(-1).click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('[data-preset="A"] button').last().click();
      await dialog.locator('[data-preset="B"] button').first().click();
      await expect(page.getByTestId('preset-name')).toBeFocused();
    },
  },
  {
    name: 'a preset applied',
    enter: async (page) => {
      await savePreset(page, 'Night');
      await press(page, 'presets');
      await page.getByRole('menuitem').first().click();
      await expect(page.getByTestId('taken')).toBeVisible();
    },
  },
  {
    name: 'Edit of a refused job',
    scene: { scenario: 'empty', speed: 8 },
    enter: async (page) => {
      await generate(page, 'A boat [refused 003004005]');
      await act(page, jobCard(page, 'failed'), /^(Edit|编辑)$/);
      await expect(page.getByTestId('length')).toBeFocused();
    },
  },
  {
    name: 'command palette',
    enter: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('a');
      await expect(page.getByRole('option').first()).toBeVisible();
    },
  },
  { name: 'list of shortcuts', enter: (page) => page.keyboard.press('?') },
  {
    name: 'details of a failed job',
    enter: async (page) => {
      await act(page, jobCard(page, 'failed').first(), /^(Details|详情)$/);
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
];

/** What is cut off: what lies over the page beyond the window, and controls beyond its sides. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    for (const node of document.querySelectorAll<HTMLElement>('[role=dialog], [role=menu]')) {
      const { top, bottom, left, right } = node.getBoundingClientRect();
      if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth)
        found.push(`${node.role} ${node.ariaLabel}: ${[top, right, bottom, left].map(Math.round).join(' ')}`);
    }
    for (const node of document.querySelectorAll<HTMLElement>('button, input, textarea, [role=option]')) {
      const { left, right, width, height } = node.getBoundingClientRect();
      if (width > 0 && height > 0 && (left < -1 || right > innerWidth + 1))
        found.push(`${node.tagName} ${node.innerText || node.ariaLabel}`);
    }
    return found;
  });

for (const { name, scene, enter } of STATES) {
  for (const [theme, lang] of [
    ['darkroom', 'en'],
    ['lightbox', 'zh-CN'],
  ] as const) {
    test(`${name}: axe finds nothing serious and nothing is cut off at 960 × 640, ${theme}, ${lang}`, async ({
      page,
      open,
    }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 960, height: 640 });
      await open({ ...scene, theme, lang });
      await enter(page);
      expect(await seriousFaults(page)).toEqual([]);
      expect(await cutOff(page)).toEqual([]);
    });
  }
}

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await control.evaluate((node) => node === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${String(control)}`);
}

test('without a mouse: words, a camera move, model, resolution, ratio, length, then the clip and the next one', async ({
  page,
  open,
}) => {
  await open({ scenario: 'empty', speed: 6 });
  await page.keyboard.press('c');
  await page.keyboard.type('A paper boat drifts down a rainy street');
  await tabTo(page, page.getByTestId('templates'));
  await page.keyboard.press('Enter');
  await page.keyboard.type('orbit');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('prompt')).toHaveValue(/street\. The camera orbits the subject/);

  for (const [chip, keys, value] of [
    ['model', ['ArrowDown', 'ArrowDown'], 'spark_dance_v1_0_pro'],
    ['resolution', ['ArrowLeft'], '480p'],
    ['ratio', ['ArrowRight', 'ArrowRight'], '1:1'],
    ['length', ['ArrowRight'], '6 seconds'],
  ] as const) {
    const control = page.getByTestId(chip);
    await tabTo(page, control);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    while (
      await control
        .locator('xpath=following-sibling::button')
        .evaluateAll((all) => all.includes(document.activeElement as HTMLButtonElement))
    )
      await page.keyboard.press('Tab');
    for (const key of keys) await page.keyboard.press(key);
    await expect(control, `${chip} by arrow keys`).toHaveAttribute('data-value', value);
    await page.keyboard.press('Escape');
    await expect(control, 'Esc closes the tray and goes back to its chip').toBeFocused();
    await page.keyboard.press('Shift+Tab');
  }

  await tabTo(page, page.getByTestId('generate'));
  await page.keyboard.press('Enter');
  await expect(clipCards(page)).toHaveCount(1);
  await tabTo(page, clipCards(page).getByRole('button', { name: /^Open:/ }));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByTestId('prompt')).toBeFocused();
  await expect(page.getByTestId('continues')).toContainText('A paper boat');
});

test('the palette leads to places, presets, themes and clips by a few letters', async ({ page, open }) => {
  await open();
  const palette = async (letters: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Search places, actions and clips' })).toBeFocused();
    await page.keyboard.type(letters);
    // Clips are asked for.
    await expect(page.getByRole('option').first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Command palette' })).toHaveCount(0);
  };
  await palette('settings');
  await expect(page.getByTestId('place-settings')).toBeVisible();
  await palette('lightb');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'lightbox');
  await palette('write');
  await expect(page.getByTestId('prompt')).toBeFocused();
  await palette('save these');
  await expect(page.getByTestId('preset-name')).toBeFocused();
  await page.keyboard.type('Night');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await palette('night');
  await expect(page.getByTestId('taken')).toContainText('Preset “Night” applied.');
  await palette('earlier');
  await expect(page.getByRole('combobox', { name: 'Search earlier prompts' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox')).toHaveCount(0);
  await palette('paper lanterns');
  await expect(page.getByTestId('place-viewer')).toBeVisible();
});
