// Looking at a clip as with a good player: at once, at any pace, with a look ahead under the pointer, on the whole screen.

import { change, clipCards, expect, readyVideo, test, view } from './window';

test('the poster is there at once, and gives way to the video alone', async ({ page, open }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/*.mp4', async (route) => {
    await held;
    await route.continue();
  });
  await open();
  await clipCards(page)
    .first()
    .getByRole('button', { name: /^Open:/ })
    .click();
  const video = page.getByTestId('viewer-video');
  const poster = page.locator('img.poster');
  await expect(poster).toBeVisible();
  expect(await poster.evaluate((node: HTMLImageElement) => node.complete && node.naturalWidth > 0)).toBe(true);
  await expect(video, 'until it has a frame it is not seen').toHaveCSS('opacity', '0');
  await expect(video.locator('..'), 'nor does its room cover the poster').toHaveCSS(
    'background-color',
    'rgba(0, 0, 0, 0)',
  );
  const [a, b] = [await poster.boundingBox(), await video.boundingBox()];
  expect(a, 'they lie on each other').toEqual(b);
  release();
  await expect(poster).toHaveCount(0);
  await expect(video).toHaveCSS('opacity', '1');
});

test('a clip that plays under the pointer goes on in the viewer, from its beginning', async ({ page, open }) => {
  await open();
  const card = clipCards(page).first();
  await card.hover();
  const small = card.locator('video');
  await expect.poll(() => small.evaluate((node: HTMLVideoElement) => node.currentTime)).toBeGreaterThan(0.2);
  await small.evaluate((node) => node.setAttribute('data-mark', 'played'));
  await card.getByRole('button', { name: /^Open:/ }).click();
  const video = await readyVideo(page);
  await expect(video, 'the very element').toHaveAttribute('data-mark', 'played');
  await expect(video).not.toHaveAttribute('aria-hidden');
  await expect(video, 'it plays').toHaveAttribute('data-motion', 'forward');
  expect(await video.evaluate((node: HTMLVideoElement) => [node.muted, node.loop])).toEqual([false, false]);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  // The card that it was opened from has the focus again, and plays with another.
  await expect(page.locator('[data-mark]'), 'and is let go of').toHaveCount(0);
});

test('a clip is loaded while its card is pressed', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  const asked: string[] = [];
  page.on('request', (request) => void (/\.mp4$/.test(request.url()) && asked.push(request.url())));
  await clipCards(page).nth(1).hover();
  await page.waitForTimeout(300);
  expect(asked, 'nothing plays for who wants no motion').toEqual([]);
  await page.mouse.down();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  await page.waitForTimeout(500);
  await page.mouse.up();
  await readyVideo(page);
  await expect(page.locator('img.poster'), 'what had its first frame before is shown as well').toHaveCount(0);
});

test('a card that the keyboard comes to plays, and stops when it is left', async ({ page, open }) => {
  await open();
  const [first, second] = [clipCards(page).nth(0), clipCards(page).nth(1)];
  await first.getByRole('button', { name: /^Open:/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(second.locator('video')).toHaveCount(1);
  await page.keyboard.press('ArrowLeft');
  await expect(first.locator('video')).toHaveCount(1);
  await expect(second.locator('video')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await readyVideo(page);
});

test('a card that the keyboard scrolled to plays as well', async ({ page, open }) => {
  await page.setViewportSize({ width: 960, height: 640 });
  await open();
  await clipCards(page)
    .first()
    .getByRole('button', { name: /^Open:/ })
    .focus();
  const scrolled = (): Promise<number> =>
    page.evaluate(() => document.querySelector('[data-testid="place-gallery"] .scroller')?.scrollTop ?? 0);
  for (let presses = 0; presses < 8 && (await scrolled()) === 0; presses += 1) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(50);
  }
  expect(await scrolled()).toBeGreaterThan(0);
  await expect(page.locator('[data-testid="clip-card"]:focus-within video')).toHaveCount(1);
});

test('the next clip on the way through the gallery is loaded ahead', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const asked: string[] = [];
  page.on('request', (request) => void (/\.mp4$/.test(request.url()) && asked.push(request.url())));
  await page.waitForTimeout(1000);
  expect(asked, 'no way is known yet').toEqual([]);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('place-viewer')).toContainText('2 of 15');
  await expect.poll(() => asked.length, { message: 'the second one, and the third ahead' }).toBeGreaterThan(1);
  const ahead = page.evaluate(() => document.querySelectorAll('video').length);
  expect(await ahead, 'what waits is not in the page').toBe(1);
  await page.keyboard.press('ArrowDown');
  await readyVideo(page);
});

test('how soon the first frame is there is measured at each opening, for the bench', async ({ page, open }) => {
  await open();
  for (let turn = 0; turn < 3; turn += 1) {
    await view(page, clipCards(page).nth(turn));
    const measured = (): Promise<number[]> =>
      page.evaluate(() => performance.getEntriesByName('viewer: first frame').map((entry) => entry.duration));
    await expect.poll(async () => (await measured()).length).toBe(turn + 1);
    expect((await measured())[turn]).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
  }
});

test('the pace is chosen from a list or by keys, and holds for the next clip', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  let video = await view(page, clipCards(page).first());
  const rate = (): Promise<number> => video.evaluate((node: HTMLVideoElement) => node.playbackRate);
  await page.keyboard.press('>');
  expect(await rate()).toBe(1.25);
  await page.keyboard.press('<');
  await page.keyboard.press('<');
  await page.keyboard.press('<');
  expect(await rate()).toBe(0.5);
  await expect(page.getByTestId('pace')).toHaveText('0.5×');
  await page.getByTestId('pace').click();
  await page.getByRole('menuitem', { name: /^2×/ }).click();
  expect(await rate()).toBe(2);
  await page.getByTestId('viewer-video').click();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('place-viewer')).toContainText('2 of 15');
  video = await readyVideo(page);
  expect(await rate()).toBe(2);
});

test('sound, volume and loop are remembered across a restart', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('r');
  await page.getByRole('slider', { name: 'Volume' }).fill('0.4');
  await page.keyboard.press('m');
  await open();
  const video = await view(page, clipCards(page).first());
  expect(
    await video.evaluate((node: HTMLVideoElement) => [node.loop, node.muted, Math.round(node.volume * 100)]),
  ).toEqual([true, true, 40]);
});

test('under the pointer the line of time shows the frame that is there', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  await view(page, clipCards(page).first());
  const slider = page.getByRole('slider', { name: 'Position' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('the line of time is not drawn');
  const preview = page.getByTestId('scrub-preview');
  const small = preview.locator('.small');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 12);
  await expect(preview).toContainText('00:01:06');
  await expect(small, 'the small frame follows the time, once it is there').toBeVisible();
  await expect(small).toHaveAttribute('data-frame', '30');
  // Picture 12 of 48 in rows of eight: fifth in the second row.
  await expect(small).toHaveCSS('background-position', /^57\.14\d*% 20%$/);
  const { width, height } = (await small.boundingBox()) ?? { width: 0, height: 0 };
  expect(Math.round((width / height) * 10)).toBe(18);
  await expect(page.getByTestId('frame-count'), 'looking ahead moves nothing').toHaveText('1 / 121');
  // At the ends it stays over the line.
  await page.mouse.move(box.x + 1, box.y + 12);
  expect((await preview.boundingBox())?.x ?? 0).toBeGreaterThanOrEqual(Math.floor(box.x));
  // While dragging it goes along.
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 12, { steps: 5 });
  await expect(small).toHaveAttribute('data-frame', '60');
  await expect(page.getByTestId('frame-count')).toHaveText('61 / 121');
  await page.mouse.up();
  await page.mouse.move(box.x, box.y - 200);
  await expect(preview).toHaveCount(0);
});

test('a clip without small frames shows the time alone, and nothing is said', async ({ page, open, complaints }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.route('**/*strip*.webp', (route) => route.fulfill({ status: 404 }));
  await open();
  await view(page, clipCards(page).first());
  const slider = page.getByRole('slider', { name: 'Position' });
  await slider.hover();
  await expect(page.getByTestId('scrub-preview')).toHaveText('00:02:12');
  await expect(page.getByTestId('scrub-preview').locator('.small')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.waitForTimeout(700);
  expect(complaints.splice(0).every((line) => line.includes('404'))).toBe(true);
});

test('full screen: what stands over the picture goes when nobody moves, and Esc leaves it before the viewer', async ({
  page,
  open,
}) => {
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('r');
  await page.keyboard.press('f');
  const stage = page.locator('[data-full]');
  await expect(stage).toBeVisible();
  const box = await stage.boundingBox();
  const size = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  expect(box).toMatchObject(size);
  const controls = stage.locator('.controls');
  await page.mouse.move(300, 300);
  await expect(controls).toHaveCSS('opacity', '1');
  await expect(controls).toHaveCSS('opacity', '0');
  await page.mouse.move(320, 300);
  await expect(controls).toHaveCSS('opacity', '1');
  await page.keyboard.press('k');
  await page.waitForTimeout(2500);
  await expect(controls, 'standing still they stay').toHaveCSS('opacity', '1');
  // A menu is drawn outside of the picture, and is seen all the same.
  await stage.getByTestId('pace').click();
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(stage, 'the menu alone was closed').toBeVisible();
  await stage.focus();
  await page.keyboard.press('Escape');
  await expect(stage).toHaveCount(0);
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a frame becomes the first, the last or a reference, and it is said which', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'More uses of this frame' }).click();
  await page.getByRole('menuitem', { name: 'Use as last frame' }).click();
  await expect(page.getByTestId('last-frame').locator('img')).toBeVisible();
  await expect(page.getByTestId('announcements')).toContainText('Frame 121 is the last frame now');
});

test('times, hash and address are told, and the file can be checked from the viewer', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const facts = page.getByTestId('viewer-facts');
  for (const name of ['Queued', 'Submitted', 'Finished', 'Downloaded', 'Discount', 'SHA-256', 'Address']) {
    await expect(facts.getByText(name, { exact: true })).toBeVisible();
  }
  await expect(page.getByTestId('hash')).toHaveText(/^[0-9a-f]{64}$/);
  await facts.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByTestId('toast')).toBeVisible();
  await expect(page.getByTestId('differs')).toHaveCount(0);
});

test('a file for which the player would wait for ever is looked at, and said to be damaged', async ({ page, open }) => {
  // The bytes never come: as of a file that ends before its first frame does.
  await page.route('**/wide*.mp4', () => new Promise(() => undefined));
  await open();
  const card = clipCards(page).first();
  const id = (await card.getAttribute('data-id')) ?? '';
  await change(page, { files: { [id]: 'changed' } });
  await card.getByRole('button', { name: /^Open:/ }).click();
  await expect(page.locator('img.poster')).toBeVisible();
  await expect(page.getByTestId('video-trouble')).toContainText('This file cannot be played');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a file cut short is said, and the next clip plays', async ({ page, open, complaints }) => {
  await page.route('**/wide*.mp4', (route) =>
    route.fulfill({ status: 200, contentType: 'video/mp4', body: Buffer.from('not a video at all') }),
  );
  await open();
  await clipCards(page)
    .first()
    .getByRole('button', { name: /^Open:/ })
    .click();
  const trouble = page.getByTestId('video-trouble');
  await expect(trouble).toBeVisible();
  await expect(trouble.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(page.locator('img.poster'), 'no still that looks like a video').toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await expect(trouble).toHaveCount(0);
  await readyVideo(page);
  complaints.splice(0);
});
