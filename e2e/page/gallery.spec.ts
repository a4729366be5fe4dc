// The grid: places, hover, drag, and the cost of many clips.

import { clipCards, expect, test } from './window';

test('a card plays under the pointer with one video for the whole gallery', async ({ page, open }) => {
  await open();
  const videos = page.locator('[data-testid="place-gallery"] video');
  await expect(videos, 'posters only, while nobody points').toHaveCount(0);
  await clipCards(page).nth(0).hover();
  await expect(clipCards(page).nth(0).locator('video')).toHaveCount(1);
  await expect.poll(() => videos.first().evaluate((node: HTMLVideoElement) => !node.paused && node.muted)).toBe(true);
  await clipCards(page).nth(2).hover();
  await expect(clipCards(page).nth(2).locator('video')).toHaveCount(1);
  await expect(videos, 'the same one, moved').toHaveCount(1);
  await page.getByRole('heading', { name: 'Gallery' }).hover();
  await expect(videos).toHaveCount(0);
});

test('rows end at the margin and pictures keep their shape', async ({ page, open }) => {
  await open();
  // The clips come a moment after the jobs.
  await expect(async () => {
    const cards = await page.locator('[data-key]').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { left, top, right, width, height } = node.getBoundingClientRect();
        return { left, top, right, aspect: width / height };
      }),
    );
    const tops = [...new Set(cards.map((card) => card.top))];
    expect(tops.length).toBeGreaterThan(3);
    const rights = tops
      .slice(0, 2)
      .map((top) => Math.max(...cards.filter((card) => card.top === top).map((card) => card.right)));
    expect(Math.abs((rights[0] ?? 0) - (rights[1] ?? 1)), 'filled rows end at one line').toBeLessThanOrEqual(1);
    expect(cards.filter((card) => Math.abs(card.aspect - 1248 / 704) < 0.02).length, '16:9 clips').toBeGreaterThan(5);
  }).toPass({ timeout: 10_000 });
});

test('Continue on a card works without opening it', async ({ page, open }) => {
  await open();
  const card = clipCards(page).first();
  await card.hover();
  await card.getByTestId('continue').click();
  await expect(page.getByTestId('continues')).toContainText('A lighthouse on a black cliff');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  await expect(page.getByTestId('prompt')).toBeFocused();
});

test('a card has its buttons once somebody comes to it, and after a while by itself', async ({ page, open }) => {
  await open({ clips: 3_000 });
  const buttons = (place: number) => clipCards(page).nth(place).getByRole('button');
  await clipCards(page).nth(1).hover();
  await expect(buttons(1), 'itself, Continue, the star and the menu').toHaveCount(4);
  await buttons(2).first().focus();
  await page.keyboard.press('Tab');
  await expect(clipCards(page).nth(2).getByTestId('continue')).toBeFocused();
  // Scrolled to now, nobody has been here.
  const bare = '[data-testid="clip-card"]:not(:has(.acts button))';
  const most = await page.locator('[data-testid="place-gallery"] .scroller').evaluate(async (node, selector) => {
    node.scrollTo(0, 60_000);
    let found = 0;
    for (let frame = 0; frame < 30; frame += 1) {
      await new Promise((done) => requestAnimationFrame(done));
      found = Math.max(found, document.querySelectorAll(selector).length);
    }
    return found;
  }, bare);
  expect(most).toBeGreaterThan(5);
  await expect(page.locator(bare), 'soon all have them').toHaveCount(0);
});

test('a card dragged to the first slot brings its last frame', async ({ page, open }) => {
  await open();
  await clipCards(page).nth(1).dragTo(page.getByTestId('first-frame'));
  await expect(page.getByTestId('first-frame').locator('img')).toBeVisible();
});

test('days are headed with what they add up to, rehearsals apart', async ({ page, open }) => {
  await open();
  const headings = page.getByRole('heading', { level: 2 });
  await expect(headings.first()).toBeVisible();
  const gallery = page.getByTestId('place-gallery');
  await expect(gallery).toContainText('15 clips');
  await expect(gallery, 'the pretend $0.22 of the aurora is in no sum').toContainText(/\d clips · \d+ s · \$\d\.\d\d/);
});

test('three thousand clips: only what is in sight is in the document, and all of them can be reached', async ({
  page,
  open,
}) => {
  await open({ years: 200 });
  const gallery = page.getByTestId('place-gallery');
  await expect(gallery).toContainText('3,000 clips');
  expect(await clipCards(page).count()).toBeLessThan(60);
  await page.locator('[data-testid="job-card"][data-state="running"]').focus();
  await page.keyboard.press('End');
  await expect(
    clipCards(page)
      .last()
      .getByRole('button', { name: /^Open: Gold on the swell/ }),
  ).toBeFocused();
  const height = await gallery.locator('.scroller').evaluate((node) => node.scrollHeight);
  expect(height, 'as high as all of them').toBeGreaterThan(150_000);
  expect(await clipCards(page).count(), 'still only what is in sight').toBeLessThan(60);
});
