// Looking at one clip: every frame by number, and what can be done with it.

import { clipCards, expect, expectFrame, readyVideo, test, view } from './window';

test.beforeEach(async ({ page }) => {
  // Without motion a clip opens standing still, so that frames can be counted.
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

test('frames are exact: the number shown is the frame sought', async ({ page, open }) => {
  await open();
  const video = await view(page, clipCards(page).first());
  const count = page.getByTestId('frame-count');
  await expect(count).toHaveText('1 / 121');
  for (const [key, frame] of [
    ['ArrowRight', 1],
    ['ArrowRight', 2],
    ['ArrowLeft', 1],
    ['End', 120],
    ['ArrowRight', 120],
    ['ArrowLeft', 119],
    ['Home', 0],
    ['ArrowLeft', 0],
  ] as const) {
    await page.keyboard.press(key);
    await expect(count, `after ${key}`).toHaveText(`${frame + 1} / 121`);
    await expectFrame(video, frame, `after ${key}`);
  }
});

test('the line of time goes to the frame that is pressed', async ({ page, open }) => {
  await open();
  const video = await view(page, clipCards(page).first());
  const slider = page.getByRole('slider', { name: 'Position' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('the line of time is not drawn');
  await slider.click({ position: { x: box.width / 2, y: 12 } });
  await expect(page.getByTestId('frame-count')).toHaveText('61 / 121');
  await expect(page.getByTestId('timecode')).toHaveText('00:02:12');
  await expectFrame(video, 60);
});

test('J K L shuttle: backward, still, forward, faster', async ({ page, open }) => {
  await open();
  const video = await view(page, clipCards(page).first());
  await page.keyboard.press('l');
  await expect(video).toHaveAttribute('data-motion', 'forward');
  await page.keyboard.press('l');
  expect(await video.evaluate((node: HTMLVideoElement) => node.playbackRate)).toBe(2);
  await expect(page.getByTestId('place-viewer')).toContainText('2×');
  await page.keyboard.press('k');
  await expect(video).toHaveAttribute('data-motion', 'still');
  await page.keyboard.press('End');
  await page.keyboard.press('j');
  await expect(video).toHaveAttribute('data-motion', 'backward');
  await expect.poll(async () => Number(await video.getAttribute('data-frame'))).toBeLessThan(110);
  await page.keyboard.press('k');
  const frame = Number(await video.getAttribute('data-frame'));
  await expectFrame(video, frame, 'it stands on the frame that it shows');
});

test('sound and loop are kept from clip to clip', async ({ page, open }) => {
  await open();
  let video = await view(page, clipCards(page).first());
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Loop' }).click();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('place-viewer')).toContainText('2 of 15');
  video = await readyVideo(page);
  expect(await video.evaluate((node: HTMLVideoElement) => [node.muted, node.loop])).toEqual([true, true]);
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('place-viewer')).toContainText('1 of 15');
});

test('Use as first frame takes the frame that is shown', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Use as first frame' }).click();
  await expect(page.getByTestId('first-frame').locator('img')).toBeVisible();
  await expect(page.getByTestId('announcements')).toContainText('Frame 2');
});

test('Save frame says where it is', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'Save frame' }).click();
  await expect(page.getByTestId('toast')).toContainText('Frame 121 saved: /home/you/Pictures/');
});

test('Use these settings fills in everything; another take asks for a new seed', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const facts = page.getByTestId('viewer-facts');
  await facts.getByRole('button', { name: 'Use these settings' }).click();
  await expect(page.getByTestId('prompt')).toHaveValue(/^A lighthouse on a black cliff/);
  await expect(page.getByTestId('seed')).toHaveValue(/^2\D*871\D*449\D*036$/);
  await expect(page.getByTestId('first-frame').locator('img')).toBeVisible();
  await facts.getByRole('button', { name: 'Make another take' }).click();
  await expect(page.getByTestId('seed')).toHaveValue('');
});

test('the facts are complete, and the reply is there as it was received', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const facts = page.getByTestId('viewer-facts');
  for (const words of [
    'Spark Dance 1.0 Lite i2v',
    '1248 × 704',
    '121 frames, 24 fps',
    '$0.1853',
    'as estimated',
    '102,960',
  ]) {
    await expect(facts).toContainText(words);
  }
  await facts.getByRole('button', { name: 'Details' }).click();
  await expect(page.getByTestId('reply')).toContainText('"status": "completed"');
});

test('the film can be walked, and continued at its end', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).first());
  const strip = page.getByTestId('film-strip');
  await expect(strip).toContainText('4 clips · 20 s · $0.74');
  await strip.getByRole('button', { name: /^Clip 1/ }).click();
  await expect(strip.locator('[aria-current="true"]')).toHaveAccessibleName(/^Clip 1: Gold on the swell/);
  await strip.getByRole('button', { name: 'Continue here' }).click();
  await expect(page.getByTestId('continues'), 'the end of the film, not the clip being looked at').toContainText(
    'A lighthouse on a black cliff',
  );
});

test('Esc closes the viewer and the focus is on the card again', async ({ page, open }) => {
  await open();
  await view(page, clipCards(page).nth(2));
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
  await expect(
    clipCards(page)
      .nth(2)
      .getByRole('button', { name: /^Open:/ }),
  ).toBeFocused();
});

test.describe('when the file is missing', () => {
  test('the viewer says so, and plays when it is back', async ({ page, open, complaints }) => {
    let missing = true;
    await page.route('**/*.mp4', (route) => (missing ? route.fulfill({ status: 404 }) : route.continue()));
    await open();
    await clipCards(page)
      .first()
      .getByRole('button', { name: /^Open:/ })
      .click();
    const trouble = page.getByTestId('video-trouble');
    await expect(trouble).toContainText('The file of this clip is missing');
    await expect(trouble).toContainText('/home/you/Videos/Lastframe/2026-11/');
    missing = false;
    await trouble.getByRole('button', { name: 'Try again' }).click();
    await readyVideo(page);
    await expect(trouble).toHaveCount(0);
    expect(
      complaints.splice(0).every((line) => line.includes('404')),
      'only the missing file was complained of',
    ).toBe(true);
  });
});
