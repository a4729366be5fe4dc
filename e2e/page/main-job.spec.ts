// The whole job of the app, as a person does it the first time.

import { clipCards, expect, expectFrame, generate, jobCard, test, view } from './window';

test('from the first run to the second shot of a film', async ({ page, open }) => {
  await open({ scenario: 'first-run', speed: 2 });

  await test.step('two doors, no account wall', async () => {
    await expect(page.getByTestId('first-run')).toBeVisible();
    await expect(page.getByTestId('door-connect')).toBeVisible();
    await page.getByTestId('door-rehearse').click();
    await expect(page.getByTestId('place-gallery')).toContainText('Nothing here yet');
  });

  await test.step('the price is on the button before it is pressed', async () => {
    await page.getByTestId('prompt').fill('A paper boat drifts down a rainy street');
    await expect(page.getByTestId('generate')).toContainText('Generate');
    await expect(page.getByTestId('price')).toContainText('$0.19');
  });

  const place = await test.step('a card stands at once where the clip will be', async () => {
    await page.getByTestId('generate').click();
    const card = page.getByTestId('job-card');
    await expect(card).toBeVisible({ timeout: 2_000 });
    await expect(card.getByRole('progressbar')).toHaveCount(1);
    await expect(card).toContainText('Rehearsal');
    return card.boundingBox();
  });

  await test.step('it turns into the clip, in its place', async () => {
    const card = clipCards(page);
    await expect(card).toBeVisible();
    await expect(page.getByTestId('job-card')).toHaveCount(0);
    await expect(card).toHaveAttribute('data-state', 'done');
    await expect(card).toContainText('5 s · 720p · pretend $0.19');
    const now = await card.boundingBox();
    expect([now?.x, now?.y], 'the same place').toEqual([place?.x, place?.y]);
    await expect(page.getByTestId('place-gallery')).toContainText('1 clip · 5 s · pretend $0.19');
  });

  await test.step('it plays, seeks and steps by frames', async () => {
    const video = await view(page, clipCards(page));
    await expect(video, 'opening a clip plays it').toHaveAttribute('data-motion', 'forward');
    await expect.poll(() => video.evaluate((node: HTMLVideoElement) => node.currentTime)).toBeGreaterThan(0.2);
    await page.keyboard.press('Space');
    await expect(video).toHaveAttribute('data-motion', 'still');
    await page.keyboard.press('End');
    await expect(page.getByTestId('frame-count')).toHaveText('121 / 121');
    await expectFrame(video, 120);
    await expect(page.getByTestId('viewer-facts')).toContainText('pretend $0.1853');
  });

  await test.step('Continue brings its last frame and links the next clip to it', async () => {
    await page.getByTestId('place-viewer').getByTestId('continue').click();
    await expect(page.getByTestId('continues')).toContainText('A paper boat drifts');
    await expect(page.getByTestId('prompt')).toBeFocused();
    await expect(page.getByTestId('prompt')).toHaveValue('');
    await expect(
      page.getByTestId('adjustments'),
      'the text model takes no picture, and the move is said',
    ).toContainText('Lite i2v');
    await generate(page, 'It meets a leaf');
    await expect(page.getByTestId('place-gallery'), 'where the new card is').toBeVisible();
    await expect(clipCards(page)).toHaveCount(2);
  });

  await test.step('the second clip says which one it continues, and the film is a strip', async () => {
    await view(page, clipCards(page).first());
    await expect(page.getByTestId('from-clip')).toContainText('A paper boat drifts');
    const strip = page.getByTestId('film-strip');
    await expect(strip).toContainText('2 clips · 10 s · pretend $0.37');
    await expect(strip.getByRole('button', { name: /^Clip/ })).toHaveCount(2);
    await expect(strip.locator('[aria-current="true"]')).toHaveAccessibleName('Clip 2: It meets a leaf');
    await page.getByTestId('from-clip').click();
    await expect(strip.locator('[aria-current="true"]')).toHaveAccessibleName(/^Clip 1: A paper boat/);
  });
});

test('without a percent the card tells what is being done, and how long it took so far', async ({ page, open }) => {
  await open({ scenario: 'empty', progress: 'none', speed: 0.7 });
  await generate(page, 'A paper boat');
  const card = jobCard(page, 'running');
  await expect(card).toContainText('Making it');
  await expect(card).not.toContainText('%');
  await expect(card.getByRole('timer')).toHaveText(/^0:0[1-9]$/);
});

test('an example of the empty gallery fills the form and sends nothing', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await page.getByRole('button', { name: /One figure crosses the ridge/ }).click();
  await expect(page.getByTestId('prompt')).toHaveValue('One figure crosses the ridge of a great dune');
  await expect(page.getByTestId('ratio')).toContainText('21:9');
  await expect(page.getByTestId('length')).toContainText('8 s');
  await expect(page.getByTestId('job-card')).toHaveCount(0);
});

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('in Chinese a picture outside the limits says the range in Chinese', async ({ page, open }) => {
  await open({ scenario: 'empty', lang: 'zh-CN' });
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: '选择首帧' }).click();
  await (await chooser).setFiles({ name: 'pixel.png', mimeType: 'image/png', buffer: PIXEL });
  await expect(page.getByText('图片为 1 × 1 像素；每边须在 300 到 6000 像素之间。')).toBeVisible();
  await expect(page.getByText('The picture is')).toHaveCount(0);
});

test('the last frame comes from the service, or from the file when that is switched off', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  const control = page.getByRole('switch', { name: 'Last frame from the service' });
  await expect(control).toBeChecked();
  await expect(control).toHaveAccessibleDescription(
    'As a clean picture to continue from. Off: it is taken from the file instead.',
  );
  await control.click();
  await expect(control).not.toBeChecked();
});
