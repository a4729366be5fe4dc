// What a person wants back: earlier prompts, presets, words for the camera, settings of a card, the form as it was.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, generate, jobCard, test } from './window';

const prompt = (page: Page): Locator => page.getByTestId('prompt');
const options = (page: Page): Locator => page.getByRole('option');

test.describe('earlier prompts', () => {
  test('are searched with a shortcut, and the one that is picked can be taken back', async ({ page, open }) => {
    await open();
    await prompt(page).fill('My half-written thought');
    await page.keyboard.press('Control+r');
    const list = page.getByRole('dialog', { name: 'Earlier prompts' });
    await expect(list.getByRole('combobox')).toBeFocused();
    await expect(options(page).first(), 'the newest job is first, though it made no clip yet').toContainText(
      'The sun touches the water',
    );
    await page.keyboard.type('LIGHTHOUSE');
    await expect(options(page)).toHaveCount(1);
    const whole = await options(page).first().locator('.line-clamp-2').innerText();
    await page.keyboard.press('Enter');
    await expect(list).toHaveCount(0);
    await expect(prompt(page)).toBeFocused();
    await expect(prompt(page)).toHaveValue(whole);
    await page.keyboard.press('Control+z');
    await expect(prompt(page)).toHaveValue('My half-written thought');
  });

  test('Esc closes the list and leaves the words and the caret where they were', async ({ page, open }) => {
    await open();
    await prompt(page).fill('A boat');
    await prompt(page).evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(2, 2));
    await page.keyboard.press('Control+r');
    await expect(options(page).first()).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await expect(prompt(page)).toBeFocused();
    expect(await prompt(page).evaluate((area: HTMLTextAreaElement) => [area.value, area.selectionStart])).toEqual([
      'A boat',
      2,
    ]);
  });

  test('each is there once, also those of jobs that failed; ↑ goes through the same', async ({ page, open }) => {
    await open({ scenario: 'empty', speed: 8 });
    for (const words of ['First light', 'Second light [fail]', 'First light']) await generate(page, words);
    await expect(clipCards(page)).toHaveCount(2);
    await page.getByTestId('past-prompts').click();
    await expect(options(page)).toHaveCount(2);
    await expect(options(page).first()).toContainText('used 2 times');
    await page.keyboard.press('Escape');
    await prompt(page).fill('');
    await page.keyboard.press('ArrowUp');
    await expect(prompt(page)).toHaveValue('First light');
    await page.keyboard.press('ArrowUp');
    await expect(prompt(page)).toHaveValue('Second light [fail]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(prompt(page), 'at the end stands what was being written').toHaveValue('');
  });

  test('in Chinese are found by any characters of theirs', async ({ page, open }) => {
    await open({ scenario: 'empty', lang: 'zh-CN', speed: 8 });
    await generate(page, '灯塔在夜里亮起，海面平静');
    await generate(page, '小船漂过街道');
    await page.getByTestId('past-prompts').click();
    await page.keyboard.insertText('夜里');
    await expect(options(page)).toHaveCount(1);
    await expect(options(page)).toContainText('灯塔在夜里亮起');
    await page.keyboard.insertText('猫');
    await expect(page.getByText('没有包含这些字词的历史提示词。')).toBeVisible();
  });

  test('a new library says that there are none yet', async ({ page, open }) => {
    await open({ scenario: 'empty' });
    await page.getByTestId('past-prompts').click();
    await expect(page.getByText('Nothing yet. Every prompt you generate with can be found here.')).toBeVisible();
  });
});

test.describe('templates', () => {
  test('put a sentence at the caret, by keyboard, and undo takes back just that', async ({ page, open }) => {
    await open({ scenario: 'empty' });
    await prompt(page).pressSequentially('A boat drifts. It rains.');
    await prompt(page).evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(14, 14));
    await page.getByTestId('templates').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('combobox', { name: 'Search camera moves and styles' })).toBeFocused();
    await expect(options(page)).toHaveCount(22);
    await page.keyboard.type('dolly');
    await page.keyboard.press('Enter');
    const whole =
      'A boat drifts. Dolly zoom: the camera moves in while the lens zooms out, ' +
      'and the background stretches away behind the subject. It rains.';
    await expect(prompt(page)).toHaveValue(whole);
    await expect(prompt(page)).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(prompt(page)).toHaveValue('A boat drifts. It rains.');
    await page.keyboard.press('Control+Shift+z');
    await expect(prompt(page)).toHaveValue(whole);
    await page.reload();
    await expect(prompt(page), 'what was put in is part of the draft').toHaveValue(whole);
  });

  test('speak the language of the window', async ({ page, open }) => {
    await open({ scenario: 'empty', lang: 'zh-CN' });
    await prompt(page).fill('小船漂过');
    await page.getByTestId('templates').click();
    await page.keyboard.insertText('水彩');
    await page.keyboard.press('Enter');
    await expect(prompt(page)).toHaveValue(
      '小船漂过。水彩画风格：色彩柔和地晕染开来，边缘自然渗透，纸张的纹理隐约可见。',
    );
  });
});

test.describe('presets', () => {
  async function save(page: Page, name: string): Promise<Locator> {
    await page.getByTestId('presets').click();
    await page.getByRole('menuitem', { name: 'Save these settings…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save as a preset' });
    await expect(page.getByTestId('preset-name')).toBeFocused();
    await page.getByTestId('preset-name').fill(name);
    await page.keyboard.press('Enter');
    return dialog;
  }

  async function set(page: Page, chip: 'resolution' | 'ratio', value: string): Promise<void> {
    await page.getByTestId(chip).click();
    await page.getByRole('radio', { name: value }).click();
    await page.getByTestId(chip).click();
  }

  test('are saved, applied with a way back, renamed, deleted and brought back', async ({ page, open }) => {
    await open({ scenario: 'empty' });
    await prompt(page).fill('A boat');
    await set(page, 'resolution', '480p');
    await set(page, 'ratio', '9:16');
    await expect(await save(page, '  Tall   and quick ')).toHaveCount(0);
    await expect(page.getByTestId('toast')).toContainText('Preset “Tall and quick” saved.');

    await set(page, 'resolution', '1080p');
    await prompt(page).fill('Another boat');
    await page.reload();
    await page.getByTestId('presets').click();
    await page.getByRole('menuitem', { name: 'Tall and quick' }).click();
    await expect(page.getByTestId('resolution')).toHaveAttribute('data-value', '480p');
    await expect(prompt(page), 'the words stay').toHaveValue('Another boat');
    await expect(page.getByTestId('taken')).toContainText('Preset “Tall and quick” applied.');
    await page.getByTestId('taken').getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByTestId('resolution')).toHaveAttribute('data-value', '1080p');

    await page.getByTestId('presets').click();
    await page.getByRole('menuitem', { name: 'Manage presets…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Presets' });
    await dialog.getByRole('button', { name: 'Rename “Tall and quick”' }).click();
    await expect(page.getByTestId('preset-name')).toBeFocused();
    await page.getByTestId('preset-name').fill('Phone');
    await page.keyboard.press('Escape');
    await expect(dialog, 'Esc ends the renaming only').toContainText('Tall and quick');
    await dialog.getByRole('button', { name: 'Rename “Tall and quick”' }).click();
    await page.getByTestId('preset-name').fill('Phone');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('button', { name: 'Rename “Phone”' })).toBeFocused();

    await dialog.getByRole('button', { name: 'Delete “Phone”' }).click();
    await expect(dialog.getByRole('button', { name: 'Bring back “Phone”' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('button', { name: 'Rename “Phone”' })).toBeFocused();
    await dialog.getByRole('button', { name: 'Delete “Phone”' }).click();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await page.getByTestId('toast').filter({ hasText: 'deleted' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByTestId('presets').click();
    await expect(page.getByRole('menuitem', { name: 'Phone' })).toBeVisible();
  });

  test('a name that cannot be had is refused at its field, and one that is taken can be replaced', async ({
    page,
    open,
  }) => {
    await open({ scenario: 'empty' });
    await (await save(page, 'Night')).waitFor({ state: 'detached' });
    await set(page, 'resolution', '480p');
    const dialog = await save(page, '   ');
    await expect(dialog.getByRole('alert')).toHaveText('A preset needs a name.');
    await expect(page.getByTestId('preset-name')).toBeFocused();
    await page.getByTestId('preset-name').fill('x'.repeat(61));
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toHaveText('A preset’s name has at most 60 characters.');
    await page.getByTestId('preset-name').fill('NIGHT');
    await expect(dialog.getByRole('alert'), 'a new name has not been refused').toHaveCount(0);
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toHaveText('There is a preset of this name.');
    await dialog.getByRole('button', { name: 'Replace it' }).click();
    await expect(dialog).toHaveCount(0);
    await set(page, 'resolution', '720p');
    await page.getByTestId('presets').click();
    await expect(page.getByRole('menuitem'), 'one preset, save, manage').toHaveCount(3);
    await page.getByRole('menuitem', { name: 'NIGHT' }).click();
    await expect(page.getByTestId('resolution')).toHaveAttribute('data-value', '480p');
  });

  test('one that does not fit the pictures says what was adjusted; kept words come with it', async ({ page, open }) => {
    await open();
    await prompt(page).fill('Words of the preset');
    await page.getByTestId('presets').click();
    await page.getByRole('menuitem', { name: 'Save these settings…' }).click();
    await page.getByTestId('preset-name').fill('Text only');
    await page.getByRole('switch', { name: 'Keep the prompt too' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await clipCards(page).first().hover();
    await clipCards(page).first().getByTestId('continue').click();
    await expect(page.getByTestId('continues')).toBeVisible();
    await page.getByTestId('presets').click();
    await page.getByRole('menuitem', { name: 'Text only' }).click();
    await expect(prompt(page)).toHaveValue('Words of the preset');
    await expect(page.getByTestId('continues'), 'the picture is not lost to a preset').toBeVisible();
    await expect(page.getByTestId('adjustments')).toContainText('Moved from Lite t2v to Lite i2v');
  });
});

test.describe('use these settings', () => {
  test('from a card of unknown outcome', async ({ page, open }) => {
    await open();
    const card = jobCard(page, 'unknown');
    const visible = card.getByRole('button', { name: 'Use these settings' });
    if ((await visible.count()) > 0) await visible.click();
    else {
      await card.getByRole('button', { name: 'More', exact: false }).last().click();
      await page.getByRole('menuitem', { name: 'Use these settings' }).click();
    }
    await expect(prompt(page)).toHaveValue(/The keeper climbs the last turn/);
    await expect(card, 'the card stays until somebody decides').toBeVisible();
  });

  test('the form comes back as it was left, count and all', async ({ page, open }) => {
    await open({ scenario: 'empty' });
    await prompt(page).fill('A boat');
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByRole('button', { name: 'One more' }).click();
    await expect(page.getByTestId('price')).toContainText('$0.56');
    await page.reload();
    await expect(prompt(page)).toHaveValue('A boat');
    await expect(page.getByTestId('count')).toContainText('3');
    await expect(page.getByTestId('price')).toContainText('$0.56');
  });
});

test.describe('what the service refused', () => {
  const FIELDS = [
    ['003004002', 'prompt', 'prompt'],
    ['003004003', 'resolution', 'resolution'],
    ['003004004', 'ratio', 'ratio'],
    ['003004005', 'length', 'length'],
    ['003004006', 'length', 'length'],
    ['003004007', 'seed', 'seed'],
  ] as const;
  for (const [code, field, focused] of FIELDS) {
    test(`${code} lands at ${field} of the card’s Edit`, async ({ page, open }) => {
      await open({ scenario: 'empty', speed: 8 });
      await generate(page, `A boat [refused ${code}]`);
      await prompt(page).fill('Something else by now');
      await jobCard(page, 'failed').getByRole('button', { name: 'Edit' }).click();
      await expect(prompt(page)).toHaveValue(`A boat [refused ${code}]`);
      const words = page.getByText(
        `What the service said of this: “The service refused the request (422): no ${code}”`,
      );
      await expect(words).toBeVisible();
      await expect(page.getByTestId(focused)).toBeFocused();
    });
  }

  test('stands there in Chinese until the field is changed', async ({ page, open }) => {
    await open({ scenario: 'empty', speed: 8, lang: 'zh-CN' });
    await generate(page, '小船 [refused 003004005]');
    await jobCard(page, 'failed').getByRole('button', { name: '编辑' }).click();
    const words = page.getByText(/^服务对此项的答复：“.*003004005”$/);
    await expect(words).toBeVisible();
    await expect(page.getByTestId('length')).toBeFocused();
    await prompt(page).fill('小船漂过');
    await expect(words, 'the length is still the refused one').toBeVisible();
    await page.getByTestId('length').click();
    await page.getByRole('radio', { name: '6' }).click();
    await expect(words).toHaveCount(0);
  });
});
