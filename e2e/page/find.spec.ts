// Finding clips among many and keeping them in order: search, filters, saved searches, selection, the trash, names and
// notes; by mouse and by keyboard, in both languages.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, jobCard, seriousFaults, test, type Scene } from './window';

const cards = (page: Page): Locator => page.locator('[data-testid="place-gallery"] [data-key]');
const opener = (card: Locator): Locator => card.getByRole('button', { name: /^(Open:|打开：)/ });
const selected = (page: Page): Locator => page.getByTestId('selected-count');

async function press(page: Page, testId: string, name: RegExp | string): Promise<void> {
  await page.getByTestId(testId).click();
  await page.getByRole('menuitem', { name }).click();
}

test('words are found in Chinese, in prompts and notes, and the field keeps the focus', async ({ page, open }) => {
  await open({ scenario: 'empty', lang: 'zh-CN', speed: 20 });
  for (const prompt of ['雨夜的霓虹街道', '海上的灯塔', '雪后的森林']) {
    await page.getByTestId('prompt').fill(prompt);
    await page.getByTestId('generate').click();
  }
  await expect(clipCards(page)).toHaveCount(3);
  await opener(clipCards(page).filter({ has: page.getByRole('button', { name: /雪后的森林/ }) }))
    .first()
    .focus();
  await page.keyboard.press('F2');
  await page.getByTestId('clip-note').fill('给客户看的灯光版本');
  await page.getByTestId('describe-save').click();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('/');
  const search = page.getByTestId('search');
  await expect(search).toBeFocused();
  await page.keyboard.type('灯');
  await expect(clipCards(page), 'the lighthouse, and the note about light').toHaveCount(2);
  await expect(page.getByTestId('found')).toHaveText('找到 2 个');
  await page.keyboard.type('塔');
  await expect(clipCards(page)).toHaveCount(1);
  await expect(opener(clipCards(page))).toHaveAccessibleName(/海上的灯塔/);
  await expect(search).toBeFocused();
  await page.keyboard.type('飞机');
  await expect(page.getByTestId('nothing-found')).toContainText('没有符合条件的片段');
  await page.keyboard.press('Escape');
  await expect(clipCards(page)).toHaveCount(3);
  await expect(search).toHaveValue('');
});

test('filters narrow, say so in chips, and go one by one or all at once', async ({ page, open }) => {
  await open();
  await expect(clipCards(page).first()).toBeVisible();
  await page.getByTestId('filter').click();
  const panel = page.getByTestId('filter-panel');
  await panel.getByRole('button', { name: '480p' }).click();
  await expect(page.getByTestId('found')).toHaveText('1 found');
  await panel.getByRole('button', { name: '480p' }).click();
  await panel.getByRole('button', { name: '9:16' }).click();
  await panel.getByRole('button', { name: '1:1', exact: true }).click();
  await expect(page.getByTestId('found')).toHaveText('4 found');
  await page.getByTestId('filter-seconds-to').fill('4');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toHaveText('1 found');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(jobCard(page, 'failed'), 'a job of 16:9 is none of these').toHaveCount(0);
  const chips = page.getByTestId('filter-chips').getByRole('button');
  await expect(chips).toHaveText(['9:16', '1:1', 'up to 4 s', 'Clear filters']);
  await chips.filter({ hasText: 'up to 4 s' }).click();
  await expect(clipCards(page)).toHaveCount(4);
  await page.getByTestId('search').fill('zebra');
  const nothing = page.getByTestId('nothing-found');
  await expect(nothing, 'not the words for an empty library').toContainText('No clip matches');
  await nothing.getByTestId('clear-filters').click();
  await expect(page.getByTestId('found')).toHaveText('15 clips');
  await expect(page.getByTestId('filter-chips')).toHaveCount(0);
  await expect(page.getByTestId('search')).toHaveValue('');
});

test('sorted by length there are no days, and the longest comes first', async ({ page, open }) => {
  await open();
  await press(page, 'sort', 'Length');
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(0);
  await expect(opener(clipCards(page).first())).toHaveAccessibleName(/lone figure.*8 s/);
  await press(page, 'sort', 'Shortest first');
  await expect(opener(clipCards(page).first())).toHaveAccessibleName(/umbrella.*4 s/);
  await press(page, 'sort', 'Date');
  await press(page, 'sort', 'Oldest first');
  await expect(opener(clipCards(page).first())).toHaveAccessibleName(/Gold on the swell/);
});

test('a search is saved, taken up again, deleted, and brought back', async ({ page, open }) => {
  await open();
  await page.getByTestId('search').fill('light');
  await page.getByTestId('filter').click();
  await page.getByTestId('filter-panel').getByRole('button', { name: '16:9' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('found')).toHaveText('2 found');
  await page.getByTestId('saved-searches').click();
  await expect(page.getByTestId('search-name')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('name first');
  await page.keyboard.type('Lights, wide');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('toast')).toContainText('Lights, wide');
  await page.getByTestId('clear-all').click();
  await page.getByTestId('search').fill('');
  await expect(page.getByTestId('found')).toHaveText('15 clips');

  await page.getByTestId('saved-searches').click();
  await page.getByRole('button', { name: 'Lights, wide', exact: true }).click();
  await expect(page.getByTestId('found')).toHaveText('2 found');
  await expect(page.getByTestId('search')).toHaveValue('light');
  await page.getByTestId('saved-searches').click();
  await page.getByRole('button', { name: 'Delete the saved search Lights, wide' }).click();
  await expect(page.locator('[data-search]')).toHaveCount(0);
  await page.getByTestId('toast').filter({ hasText: 'deleted' }).getByRole('button', { name: 'Undo' }).click();
  // The list closes by a press beside it, some time or other: closed for certain, it is opened again.
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('search-name')).toHaveCount(0);
  await page.getByTestId('saved-searches').click();
  await expect(page.locator('[data-search="Lights, wide"]')).toHaveCount(1);
});

test('a range is selected over pages that were never shown, starred, and trashed with a way back', async ({
  page,
  open,
}) => {
  await open({ clips: 3_000 });
  await expect(page.getByTestId('found')).toHaveText('3,015 clips');
  const first = clipCards(page).nth(1);
  await first.hover();
  await first.getByRole('checkbox').click();
  await expect(selected(page)).toHaveText('1 selected');
  await page.locator('[data-testid="place-gallery"] .scroller').evaluate((node) => node.scrollTo(0, 60_000));
  // The card with the focus stays in the document, so the last one tells where the window is.
  await expect.poll(async () => Number(await cards(page).last().getAttribute('aria-posinset'))).toBeGreaterThan(600);
  const far = clipCards(page).nth(10);
  await expect(far).toBeVisible();
  await opener(far).click({ modifiers: ['Shift'] });
  await expect(selected(page)).toHaveText(/^[\d,]{3,5} selected$/);
  const many = Number((await selected(page).innerText()).replace(/\D/g, ''));
  expect(many, 'most of them were never in the page').toBeGreaterThan(600);

  await page.getByTestId('bulk-star').click();
  await expect(far.getByTestId('starred')).toBeVisible();
  await page.getByTestId('bulk-trash').click();
  const toast = page.getByTestId('toast').filter({ hasText: 'moved to the trash' });
  await expect(toast).toContainText(`${many.toLocaleString('en')} clips`);
  await expect(page.getByTestId('found')).toHaveText(`${(3_015 - many).toLocaleString('en')} clips`);
  await expect(page.getByTestId('selection-bar')).toHaveCount(0);
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('found')).toHaveText('3,015 clips');
  await page.getByTestId('filter').click();
  await page.getByTestId('filter-panel').getByRole('button', { name: 'Starred' }).click();
  await expect(page.getByTestId('found'), 'restored with what they had').toHaveText(
    `${many.toLocaleString('en')} found`,
  );
});

test('name, tags and note are given in one dialog and found again', async ({ page, open }) => {
  await open();
  const card = clipCards(page).nth(1);
  await card.hover();
  await card.locator('.dots').last().click();
  await page.getByRole('menuitem', { name: /^Name, tags and note/ }).click();
  await page.getByTestId('clip-name').fill('Ice plain');
  await page.getByTestId('tag-new').fill('for the trailer');
  await page.keyboard.press('Enter');
  await page.getByTestId('clip-note').fill('Second choice');
  await page.getByTestId('describe-save').click();
  await expect(opener(card)).toHaveAccessibleName(/^Open: Ice plain/);
  for (const words of ['ice plain', 'trailer', 'second CHOICE']) {
    await page.getByTestId('search').fill(words);
    await expect(page.getByTestId('found')).toHaveText('1 found');
  }
  await page.getByTestId('search').fill('');
  await page.getByTestId('filter').click();
  await page.getByTestId('filter-panel').getByRole('button', { name: 'for the trailer' }).click();
  await expect(page.getByTestId('found')).toHaveText('1 found');
  await expect(page.getByTestId('filter-chips')).toContainText('Tag: for the trailer');
});

test('the trash gives back, and deletes for good only when asked twice', async ({ page, open }) => {
  await open();
  await opener(clipCards(page).first()).focus();
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('found')).toHaveText('14 clips');
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('found'), 'the next card has the focus').toHaveText('13 clips');
  await page.getByTestId('open-trash').click();
  await expect(page.getByRole('heading', { name: 'Trash' })).toBeVisible();
  await expect(clipCards(page)).toHaveCount(2);
  await expect(page.getByTestId('place-gallery')).toContainText('after 30 days');
  await clipCards(page).first().hover();
  await page
    .getByRole('button', { name: /^Restore: / })
    .first()
    .click();
  await expect(clipCards(page)).toHaveCount(1);

  await page.getByTestId('empty-trash').click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('Delete 1 clip for good?');
  await expect(question.getByTestId('frees')).toHaveText('Frees 1.8 MB.');
  await page.keyboard.press('Escape');
  await expect(clipCards(page)).toHaveCount(1);
  await page.getByTestId('empty-trash').click();
  await page.getByTestId('delete-for-good').click();
  await expect(page.getByTestId('nothing-found')).toContainText('The trash is empty');
  await page.getByRole('button', { name: 'Back to the gallery' }).click();
  await expect(page.getByTestId('found')).toHaveText('14 clips');
});

test('a hundred thousand clips, end to end: never more than 300 cards, and the last one can be had', async ({
  page,
  open,
}) => {
  test.slow();
  await open({ clips: 100_000 });
  await expect(page.getByTestId('found')).toHaveText('100,015 clips');
  const scroller = page.locator('[data-testid="place-gallery"] .scroller');
  const most = await scroller.evaluate(async (node) => {
    let cardsMost = 0;
    for (let part = 0; part <= 120; part += 1) {
      node.scrollTop = (node.scrollHeight * part) / 120;
      await new Promise((done) => requestAnimationFrame(done));
      cardsMost = Math.max(cardsMost, node.querySelectorAll('[data-key]').length);
    }
    return cardsMost;
  });
  expect(most).toBeLessThanOrEqual(300);
  expect(most, 'it was drawn').toBeGreaterThan(10);
  await expect(clipCards(page).last(), 'the clips where it came to rest are fetched').toBeInViewport();
  await opener(clipCards(page).last()).focus();
  await page.keyboard.press('End');
  await expect(cards(page).last()).toHaveAttribute('aria-posinset', '100018');
  await expect(opener(cards(page).last())).toBeFocused();
  await page.keyboard.press('Home');
  await expect(jobCard(page, 'running')).toBeFocused();
});

test('what is looked at stays where it is when a clip comes above', async ({ page, open }) => {
  await open({ clips: 2_000, speed: 20 });
  await page.locator('[data-testid="place-gallery"] .scroller').evaluate((node) => node.scrollTo(0, 40_000));
  // A card in the middle of the window: those from before the scroll may still stand above it for a moment.
  const inSight = (): Promise<string | null> =>
    clipCards(page).evaluateAll((nodes) => {
      const whole = nodes.find((node) => {
        const { top, bottom } = node.getBoundingClientRect();
        return top > innerHeight / 4 && bottom < innerHeight;
      });
      return whole?.getAttribute('data-id') ?? null;
    });
  await expect.poll(inSight).not.toBeNull();
  const same = page.locator(`[data-testid="clip-card"][data-id="${await inSight()}"]`);
  const before = (await same.boundingBox())?.y;
  await page.getByTestId('prompt').fill('A paper boat');
  await page.getByTestId('generate').click();
  await expect(page.getByTestId('found')).toHaveText('2,016 clips');
  expect((await same.boundingBox())?.y).toBeCloseTo(before ?? 0, 0);
});

test('by keyboard alone: search, walk, select a range, star, trash, undo', async ({ page, open }) => {
  await open();
  await expect(clipCards(page).first()).toBeVisible();
  await page.keyboard.press('Control+f');
  await expect(page.getByTestId('search')).toBeFocused();
  await page.keyboard.type('the');
  // What was found for the first letters is no longer there.
  const found = 9;
  await expect(page.getByTestId('found')).toHaveText(`${found} found`);
  await page.keyboard.press('ArrowDown');
  // Jobs whose prompts have the word stand before them.
  for (let presses = 0; presses < 6; presses += 1) {
    if ((await clipCards(page).first().locator(':focus').count()) > 0) break;
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Space');
  await expect(selected(page)).toHaveText('1 selected');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(selected(page)).toHaveText('3 selected');
  await expect(opener(clipCards(page).nth(2))).toHaveAccessibleName(/selected$/);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(selected(page)).toHaveText('2 selected');
  await page.keyboard.press('s');
  await expect(page.getByTestId('starred')).toHaveCount(2);
  await page.keyboard.press('Control+a');
  await expect(selected(page)).toHaveText(`${found} selected`);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('selection-bar')).toHaveCount(0);
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('found')).toHaveText(`${found - 1} found`);
  await expect(clipCards(page).locator(':focus'), 'the focus is handed on').toHaveCount(1);
});

test('the size of the rows is remembered', async ({ page, open }) => {
  await open();
  const height = async (): Promise<number> => (await clipCards(page).nth(3).boundingBox())?.height ?? 0;
  await expect(clipCards(page).nth(3)).toBeVisible();
  const medium = await height();
  await press(page, 'size', 'Small');
  await expect.poll(height).toBeLessThan(medium * 0.8);
  await page.reload();
  await expect(clipCards(page).nth(3)).toBeVisible();
  expect(await height()).toBeLessThan(medium * 0.8);
});

test('a clip whose file is gone says so, and one whose picture cannot be read has a quiet place', async ({
  page,
  open,
  complaints,
}) => {
  await page.route('**/moon*.webp', (route) => route.fulfill({ body: 'no picture', contentType: 'image/webp' }));
  await open({ missing: 1 });
  await expect(clipCards(page).first().getByTestId('missing')).toHaveText('File missing');
  await expect(opener(clipCards(page).first())).toHaveAccessibleName(/its file is missing/);
  await expect(clipCards(page).nth(1)).toContainText('The picture of this clip is missing.');
  // Its drive is connected again, and the person comes back to the window.
  await page.unroute('**/moon*.webp');
  await page.evaluate(() => dispatchEvent(new FocusEvent('focus')));
  await expect(clipCards(page).nth(1)).not.toContainText('The picture of this clip is missing.');
  await expect(clipCards(page).nth(1).locator('img')).toHaveJSProperty('complete', true);
  expect(complaints).toEqual([]);
});

test('Settings say what the clips take, day by day, and how long the trash keeps them', async ({ page, open }) => {
  await open();
  await opener(clipCards(page).first()).focus();
  await page.keyboard.press('Delete');
  await page.keyboard.press('Control+,');
  const place = page.getByTestId('place-settings');
  await expect(place).toContainText('1 clip. Emptying it frees 1.8 MB.');
  await expect(place).toContainText('14 clips outside the trash take');
  await page.getByTestId('trash-days').getByRole('radio', { name: '7 days' }).click();
  await expect(page.getByTestId('trash-days').getByRole('radio', { name: '7 days' })).toBeChecked();
  await page.getByTestId('settings-trash').click();
  await expect(page.getByTestId('place-gallery')).toContainText('after 7 days');
});

const STATES: { name: string; scene?: Scene; enter: (page: Page) => Promise<unknown> }[] = [
  { name: 'the filters', enter: (page) => page.getByTestId('filter').click() },
  {
    name: 'saved searches',
    enter: async (page) => {
      await page.getByTestId('search').fill('a');
      await page.getByTestId('saved-searches').click();
    },
  },
  {
    name: 'a selection with tags',
    scene: { missing: 2 },
    enter: async (page) => {
      await opener(clipCards(page).first()).focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('s');
      await page.getByTestId('bulk-tag').click();
    },
  },
  {
    name: 'the dialog of a clip',
    enter: async (page) => {
      await opener(clipCards(page).first()).focus();
      await page.keyboard.press('F2');
    },
  },
  {
    name: 'the trash',
    enter: async (page) => {
      await opener(clipCards(page).first()).focus();
      await page.keyboard.press('Delete');
      await page.getByTestId('open-trash').click();
      await expect(clipCards(page)).toHaveCount(1);
    },
  },
  {
    name: 'no match',
    enter: async (page) => {
      await page.getByTestId('search').fill('zzz');
      await expect(page.getByTestId('nothing-found')).toBeVisible();
    },
  },
];

for (const { name, scene, enter } of STATES) {
  for (const [theme, lang] of [
    ['darkroom', 'en'],
    ['lightbox', 'zh-CN'],
  ] as const) {
    test(`${name}: axe finds nothing serious at 960 × 640, ${theme}, ${lang}`, async ({ page, open }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 960, height: 640 });
      await open({ ...scene, theme, lang });
      await expect(clipCards(page).first()).toBeVisible();
      await enter(page);
      expect(await seriousFaults(page)).toEqual([]);
      const beyond = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, input, [role=dialog]')]
          .filter((node) => {
            const { left, right, width } = node.getBoundingClientRect();
            return width > 0 && (left < -1 || right > innerWidth + 1);
          })
          .map((node) => node.ariaLabel ?? node.innerText),
      );
      expect(beyond, 'nothing is cut off at the sides').toEqual([]);
    });
  }
}
