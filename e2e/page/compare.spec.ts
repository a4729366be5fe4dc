// Two clips in sync: chosen from the viewer, driven by one transport, told apart.

import type { Page } from '@playwright/test';
import { clipCards, expect, seriousFaults, test, view } from './window';

test.beforeEach(async ({ page }) => {
  // Without motion clips open standing still, so that frames can be counted.
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

const side = (page: Page, name: 'left' | 'right') => page.getByTestId(`compare-${name}`);

/** Opens the first clip beside the one that a search finds. */
async function compare(page: Page, search = 'swell goes copper'): Promise<void> {
  await view(page, clipCards(page).first());
  await page.keyboard.press('y');
  const dialog = page.getByRole('dialog', { name: 'Compare with' });
  await expect(dialog).toBeVisible();
  await page.keyboard.type(search);
  await expect(dialog.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('compare')).toBeFocused();
  for (const name of ['left', 'right'] as const) {
    await expect.poll(() => side(page, name).evaluate((node: HTMLVideoElement) => node.readyState)).toBeGreaterThan(1);
  }
}

/** Both videos stand in the middle of a frame, the same one unless told otherwise. */
async function bothOn(page: Page, left: number, right = left): Promise<void> {
  for (const [name, frame] of [
    ['left', left],
    ['right', right],
  ] as const) {
    await expect(side(page, name)).toHaveAttribute('data-frame', String(frame));
    const stands = (): Promise<number> =>
      side(page, name).evaluate((node: HTMLVideoElement) =>
        node.seeking ? -1 : Math.floor(node.currentTime * 24 + 1e-6),
      );
    await expect.poll(stands, `${name} stands in frame ${frame}`).toBe(Math.min(frame, 120));
  }
}

test('one transport drives both, frame by frame', async ({ page, open }) => {
  await open();
  await compare(page);
  await bothOn(page, 0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await bothOn(page, 2);
  await page.keyboard.press('ArrowLeft');
  await bothOn(page, 1);
  const slider = page.getByRole('slider', { name: 'Position', exact: true });
  const box = await slider.boundingBox();
  if (!box) throw new Error('the line of time is not drawn');
  await slider.click({ position: { x: box.width / 2, y: 12 } });
  await bothOn(page, 60);
  await page.keyboard.press('Home');
  await bothOn(page, 0);
});

test('they play together, and stop on the same frame', async ({ page, open }) => {
  await open();
  await compare(page);
  await page.keyboard.press('Space');
  for (const name of ['left', 'right'] as const) {
    await expect(side(page, name)).toHaveAttribute('data-motion', 'forward');
    await expect
      .poll(() => side(page, name).evaluate((node: HTMLVideoElement) => node.currentTime))
      .toBeGreaterThan(0.8);
  }
  // One may begin later and be hurried until they are together.
  const apart = (): Promise<number> =>
    page.evaluate(() => {
      const [left, right] = ['left', 'right'].map((name) =>
        document.querySelector<HTMLVideoElement>(`[data-testid="compare-${name}"]`),
      );
      if (!left || !right || left.paused || right.paused) return Infinity;
      return Math.abs(left.currentTime - right.currentTime) * 24;
    });
  await expect.poll(apart, 'frames apart while they play').toBeLessThan(3);
  await page.keyboard.press('Space');
  const frame = Number(await side(page, 'left').getAttribute('data-frame'));
  expect(frame).toBeGreaterThan(10);
  await bothOn(page, frame);
});

test('clips of different lengths: the shorter one waits on its last frame, and it is said', async ({ page, open }) => {
  await open();
  await compare(page, 'great dune'); // 8 s beside 5 s
  await expect(page.getByTestId('compare-note')).toHaveText('Left is 3 s shorter and waits on its last frame.');
  await page.keyboard.press('End');
  await expect(page.getByTestId('frame-count')).toHaveText('193 / 193');
  await expect(side(page, 'left')).toHaveAttribute('data-frame', '120');
  await expect(page.getByTestId('compare-count-left')).toHaveText('waits on its last frame');
  await expect(page.getByTestId('compare-count-right')).toHaveText('193 / 193');
});

test('the same shot made again is offered first', async ({ page, open }) => {
  await open({ speed: 8 });
  await view(page, clipCards(page).first());
  const redo = page.getByTestId('redo');
  await expect(redo).toBeEnabled();
  await redo.click();
  await expect(page.getByTestId('place-viewer')).toContainText('2 of 16', { timeout: 30_000 });
  await page.keyboard.press('y');
  const dialog = page.getByRole('dialog', { name: 'Compare with' });
  await expect(dialog.getByRole('group').first()).toContainText('The same shot, same seed');
  await page.keyboard.press('Enter');
  const facts = page.getByTestId('compare-facts');
  await expect(facts.locator('[data-fact="size"]')).toContainText('720p');
  await expect(facts.locator('[data-fact="size"]')).toContainText('1080p');
  await expect(facts.locator('[data-fact="billed"]')).toBeVisible();
  await expect(facts.locator('[data-fact="seed"]'), 'what is the same is not repeated').toHaveCount(0);
  await expect(facts).toContainText(/\d+ other facts are the same/);
});

test('a wipe that is moved by pointer and by keys, without moving the film', async ({ page, open }) => {
  await open();
  await compare(page);
  await page.keyboard.press('w');
  const line = page.getByTestId('compare-line');
  await expect(line).toHaveAttribute('aria-valuenow', '50');
  await line.focus();
  await page.keyboard.press('ArrowRight');
  await expect(line).toHaveAttribute('aria-valuenow', '52');
  await page.keyboard.press('Home');
  await expect(line).toHaveAttribute('aria-valuenow', '0');
  await bothOn(page, 0);
  const box = await line.boundingBox();
  const room = await page.locator('.pics').boundingBox();
  if (!box || !room) throw new Error('the line is not drawn');
  await page.mouse.move(box.x + 12, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(room.x + room.width * 0.75, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(line).toHaveAttribute('aria-valuenow', '75');
  await page.keyboard.press('w');
  await expect(line).toHaveCount(0);
});

test('100 % shows both at one scale and moves both together', async ({ page, open }) => {
  await open();
  await compare(page, 'harbour'); // 480p beside 720p
  await page.keyboard.press('z');
  const boxes = (): Promise<{ x: number; width: number; height: number }[]> =>
    page.evaluate(() =>
      ['left', 'right'].map((name) => {
        const { x, width, height } =
          document.querySelector(`[data-testid="compare-${name}"]`)?.getBoundingClientRect() ?? new DOMRect();
        const pic = document.querySelector(`[data-testid="compare-${name}"]`)?.parentElement?.getBoundingClientRect();
        return { x: x - (pic?.x ?? 0), width, height };
      }),
    );
  const before = await boxes();
  expect(before.map(({ width, height }) => [width, height])).toEqual([
    [1248, 704],
    [1248, 704],
  ]);
  await page.keyboard.press('Shift+ArrowRight');
  const after = await boxes();
  expect(after.map((box, index) => Math.round(box.x - (before[index]?.x ?? 0)))).toEqual([-40, -40]);
  await bothOn(page, 0);
});

test('one side is heard at a time', async ({ page, open }) => {
  await open();
  await compare(page);
  const muted = (): Promise<boolean[]> =>
    Promise.all(
      (['left', 'right'] as const).map((name) => side(page, name).evaluate((node: HTMLVideoElement) => node.muted)),
    );
  expect(await muted()).toEqual([false, true]);
  await page.keyboard.press('a');
  expect(await muted()).toEqual([true, false]);
  await page.keyboard.press('m');
  expect(await muted()).toEqual([true, true]);
});

test('Esc ends the comparison, then the viewer; another clip can be chosen and sides swapped', async ({
  page,
  open,
}) => {
  await open();
  await compare(page);
  const facts = page.getByTestId('compare-facts');
  const first = await side(page, 'left').getAttribute('src');
  await facts.getByRole('button', { name: 'Swap sides' }).click();
  await expect(facts.locator('button').first()).toContainText('Last light');
  expect(await side(page, 'right').getAttribute('src')).toBe(first);
  await facts.getByRole('button', { name: 'Choose another' }).click();
  await page.keyboard.type('great dune');
  await page.keyboard.press('Enter');
  await expect(facts).toContainText('A lone figure');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('compare')).toHaveCount(0);
  await expect(page.getByTestId('viewer-video')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a clip whose file is missing is said on its side; the other one still plays on its own', async ({
  page,
  open,
  complaints,
}) => {
  await page.route('**/square*.mp4', (route) => route.fulfill({ status: 404 }));
  await open();
  await view(page, clipCards(page).first());
  await page.keyboard.press('y');
  await page.keyboard.type('pale moon');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('compare-trouble')).toHaveText('The file of this clip is missing');
  await page.keyboard.press('ArrowRight');
  await expect(side(page, 'left')).toHaveAttribute('data-frame', '1');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('viewer-video')).toBeVisible();
  expect(complaints.splice(0).every((line) => line.includes('404'))).toBe(true);
});

for (const theme of ['darkroom', 'lightbox'] as const) {
  for (const [lang, size] of [
    ['en', { width: 1440, height: 900 }],
    ['zh-CN', { width: 960, height: 640 }],
  ] as const) {
    test(`comparing is accessible and nothing is cut off: ${theme}, ${lang}`, async ({ page, open }) => {
      await page.setViewportSize(size);
      await open({ theme, lang });
      await view(page, clipCards(page).first());
      await page.keyboard.press('y');
      await expect(page.getByRole('option').first()).toBeVisible();
      await page.keyboard.type('dune');
      await page.keyboard.press('Enter');
      await expect(page.getByTestId('compare')).toBeVisible();
      await page.keyboard.press('w');
      expect(await seriousFaults(page)).toEqual([]);
      const beyond = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, [role=radio], [role=slider]')]
          .map((node) => ({ name: node.innerText || node.ariaLabel, box: node.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 13))
          .map(({ name }) => name),
      );
      expect(beyond).toEqual([]);
    });
  }
}
