// Films: the list, the path with its takes, the seam that is judged, playing the whole path, and letting it leave.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, test, view } from './window';

const shots = (page: Page): Locator => page.getByTestId('film-shot');
const takes = (page: Page): Locator => page.getByTestId('film-take');
const card = (page: Page, title: string): Locator =>
  page.getByTestId('film-list').getByRole('button', { name: new RegExp(`^${title}, \\d+ clip`) });
const pathOf = async (page: Page): Promise<string[]> =>
  (await page.getByTestId('film-shot').evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''))).map((label) =>
    label.replace(/^Shot \d+ of \d+: /, '').replace(/, .*$/, ''),
  );

/** Comes to the films, to the one of that name. */
async function toFilm(page: Page, title = 'Night watch'): Promise<void> {
  await page.keyboard.press('f');
  await card(page, title).click();
  await expect(page.getByTestId('film-title')).toHaveText(title);
}

/** What the exports to come do; see ui/src/lib/ipc/fake/films.ts. */
const exportsToCome = (page: Page, detail: { pace?: number; fails?: boolean }): Promise<void> =>
  page.evaluate((told) => void dispatchEvent(new CustomEvent('fake-exports', { detail: told })), detail);

async function openExport(page: Page): Promise<Locator> {
  await page.getByTestId('film-export').click();
  await page.getByRole('menuitem', { name: 'One video file (MP4)…' }).click();
  const plan = page.getByTestId('export-plan');
  await expect(plan).toBeVisible();
  return plan;
}

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

test('the list names every film with its length and cost, is searched, and opens one', async ({ page, open }) => {
  await open({ films: 1 });
  await page.getByRole('navigation').getByRole('button', { name: 'Films' }).click();
  const first = page.getByTestId('film-card').first();
  await expect(first).toHaveAccessibleName('Night watch, 4 clips, 20 s, $0.74');
  await expect(first, 'the newest is open').toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('/');
  await page.keyboard.type('cross');
  await expect(page.getByTestId('film-card')).toHaveCount(1);
  await page.getByTestId('film-card').click();
  await expect(page.getByTestId('film-title')).toHaveText('The crossing');
  await expect(shots(page).first(), 'a trimmed shot shows its shown length').toHaveAccessibleName(/3 s of 5 s/);
  await page.getByTestId('film-search').fill('zzz');
  await expect(page.getByTestId('film-list').getByRole('status')).toHaveText('No film is called that.');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('film-card')).toHaveCount(5);
});

test('of thousands of films only those in sight are made, and all are come to by wheel, keyboard and search', async ({
  page,
  open,
}) => {
  await open({ films: 1, reels: 3000 });
  await page.keyboard.press('f');
  const cards = page.getByTestId('film-card');
  const reel = (at: number): Locator => card(page, `Reel ${at}`);
  await expect(reel(1)).toBeVisible();
  expect(await cards.count()).toBeLessThan(40);
  await page
    .getByTestId('film-list')
    .getByRole('list')
    .evaluate((list) => (list.scrollTop = list.scrollHeight / 2));
  await expect(reel(1500)).toBeVisible();
  await reel(1500).focus();
  await page.keyboard.press('ArrowDown');
  await expect(reel(1501)).toBeFocused();
  await page
    .getByTestId('film-list')
    .getByRole('list')
    .evaluate((list) => (list.scrollTop = 0));
  await expect(reel(1501), 'the focus is not lost by scrolling away').toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(reel(1500)).toBeFocused();
  const list = page.getByTestId('film-list').getByRole('list');
  for (const by of [-10, 10]) {
    await list.evaluate(async (lines, by) => {
      for (let step = 0; step < 180; step += 1) {
        lines.scrollTop += by;
        await new Promise((done) => requestAnimationFrame(done));
      }
    }, by);
    await expect(reel(1500), 'nor little by little').toBeFocused();
  }
  await page.keyboard.press('End');
  await expect(reel(3000)).toBeFocused();
  await expect(reel(3000)).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await expect(reel(2999)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('film-title')).toHaveText('Reel 2999');
  await expect(reel(2999)).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('Home');
  await expect(cards.first()).toBeFocused();

  await page.keyboard.press('/');
  await page.keyboard.type('reel 123');
  await expect(reel(123)).toBeVisible();
  await expect(reel(1)).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('reel 29');
  await page.getByRole('option', { name: /^Reel 29\b/ }).click();
  await expect(page.getByTestId('film-title')).toHaveText('Reel 29');
});

test('where a film of the end of a long list is deleted, there is another to look at', async ({ page, open }) => {
  await open({ films: 1, reels: 300 });
  await page.keyboard.press('f');
  const list = page.getByTestId('film-list').getByRole('list');
  await expect(card(page, 'Reel 1')).toBeVisible();
  await list.evaluate((lines) => (lines.scrollTop = lines.scrollHeight));
  await card(page, 'Reel 300').click();
  await expect(page.getByTestId('film-title')).toHaveText('Reel 300');
  await page.getByTestId('film-more').click();
  await page.getByRole('menuitem', { name: 'Delete the film' }).click();
  await expect(card(page, 'Reel 300')).toHaveCount(0);
  await expect(page.getByTestId('film-title')).toHaveText('Night watch');
});

test('without films the place says how one begins', async ({ page, open }) => {
  await open({ scenario: 'empty' });
  await page.keyboard.press('f');
  await expect(page.getByTestId('films-empty')).toContainText('press Continue on a clip');
  await page.getByRole('button', { name: 'To the gallery' }).click();
  await expect(page.getByTestId('place-gallery')).toBeVisible();
});

test('a card has a seam where a clip continues the other, and a plain line at a cut', async ({ page, open }) => {
  await open({ films: 1 });
  await page.keyboard.press('f');
  const seams = (title: string): Promise<(string | undefined)[]> =>
    card(page, title)
      .locator('[data-seam]')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.seam));
  await expect.poll(() => seams('Night watch')).toEqual(['continues', 'continues', 'continues']);
  expect(await seams('The crossing')).toEqual(['continues', 'cut']);
  const colours = await card(page, 'The crossing')
    .locator('[data-seam]')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
  expect(new Set(colours).size, 'they look different').toBe(2);
});

test('a take is put on the path by a click, and back by keyboard', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page);
  expect(await pathOf(page)).toEqual(['Gold on the swell', 'Last light', 'The sea goes dark', 'The lamp comes on']);
  await expect(page.getByTestId('film-sums')).toContainText('whole tree: 7 clips');
  await takes(page).filter({ hasText: 'Take 1' }).click();
  await expect(shots(page), 'what continued the other take is no longer on it').toHaveCount(3);
  await expect(shots(page).nth(2)).toBeFocused();
  await expect(page.getByTestId('announcements')).toContainText('is on the path now');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(takes(page).nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(shots(page), 'the take and its newest continuation').toHaveCount(4);
  expect((await pathOf(page))[2]).toBe('The sea goes dark');
});

test('a film is renamed, noted, copied, deleted and had back', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page);
  await page.keyboard.press('F2');
  await page.keyboard.type('The watch');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('film-title')).toHaveText('The watch');
  await expect(card(page, 'The watch')).toHaveCount(1);
  await page.getByTestId('film-more').click();
  await page.getByRole('menuitem', { name: 'Edit the note' }).click();
  await page.getByTestId('film-note').fill('For the end');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Note: For the end' })).toBeVisible();
  await page.getByTestId('film-more').click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(page.getByTestId('film-title')).toHaveText('The watch, copy');
  await page.getByTestId('film-more').click();
  await page.getByRole('menuitem', { name: 'Delete the film' }).click();
  await expect(card(page, 'The watch, copy')).toHaveCount(0);
  await page.getByTestId('toast').last().getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('film-title')).toHaveText('The watch, copy');
  await expect(shots(page)).toHaveCount(4);
});

test('shots are moved, taken out, brought back and added by keyboard', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page, 'The crossing');
  await shots(page).nth(2).focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(shots(page).nth(1)).toHaveAccessibleName(/Fog between ridges/);
  await expect(shots(page).nth(1), 'the focus goes with it').toBeFocused();
  await expect(page.getByTestId('film-seam').first()).toHaveAccessibleName(/a cut/);
  await page.keyboard.press('Delete');
  await expect(shots(page)).toHaveCount(2);
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => pathOf(page)).toEqual(['The ridge', 'Fog between ridges', 'Over the crest']);
  await shots(page).nth(2).click();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Add a clip after…' }).click();
  await page.keyboard.type('pale moon');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(shots(page)).toHaveCount(4);
  await expect(shots(page).nth(3)).toBeFocused();
  await expect(shots(page).nth(3)).toHaveAccessibleName(/A pale moon/);
});

test('a film of five hundred shots draws those in sight, and the keyboard reaches all of them', async ({
  page,
  open,
}) => {
  await open({ films: 1, long: 500 });
  await toFilm(page, 'The long night');
  await expect(shots(page)).toHaveCount(500);
  const drawn = (): Promise<number> =>
    shots(page).evaluateAll((all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length);
  await expect(shots(page).last(), 'it begins at its end').toBeInViewport();
  expect(await drawn()).toBeLessThan(60);
  await shots(page).last().focus();
  await page.keyboard.press('Home');
  await expect(shots(page).first()).toBeFocused();
  await expect(shots(page).first()).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('ArrowRight');
  await expect(shots(page).nth(1)).toBeFocused();
  await page.keyboard.press('End');
  await expect(shots(page).last()).toBeFocused();
  await expect(shots(page).last()).toBeInViewport({ ratio: 1 });
  expect(await drawn()).toBeLessThan(60);
});

test('a shot is dragged to another place', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page);
  await shots(page)
    .nth(0)
    .dragTo(shots(page).nth(2), { targetPosition: { x: 150, y: 50 } });
  await expect
    .poll(() => pathOf(page))
    .toEqual(['Last light', 'The sea goes dark', 'Gold on the swell', 'The lamp comes on']);
});

test('a seam says what it is, in words and figures, and loops', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page, 'The crossing');
  await page.getByTestId('film-seam').nth(1).click();
  await expect(page.getByTestId('seam-title')).toHaveText('Over the crest → Fog between ridges');
  await expect(page.getByTestId('seam-pane')).toContainText('A cut: the second does not continue the first');
  await expect(page.getByTestId('seam-verdict')).toContainText(
    /Another picture\s+11.3 dB · brightness −34.1 · colour 18.2/,
  );
  const duo = page.getByTestId('seam-duo');
  await expect(duo, 'it was chosen by hand').toHaveAttribute('data-motion', 'forward');
  await expect(duo).toHaveAttribute('data-side', '1');
  await expect(duo, 'and goes round').toHaveAttribute('data-side', '0');
  await page.getByTestId('seam-loop').click();
  await expect(duo).toHaveAttribute('data-motion', 'still');
});

test('the whole path plays over a seam without a gap, frame by exact frame', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page);
  await expect(page.getByTestId('seam-verdict')).toHaveAttribute('data-verdict', /./);
  await page.getByTestId('film-play').click();
  const film = page.getByTestId('path-view');
  await expect(film).toHaveAttribute('data-motion', 'forward');
  await page.keyboard.press('k');
  await page.keyboard.press('ArrowDown');
  await expect(film, 'the first frame of the second shot').toHaveAttribute('data-frame', '121');
  await expect(page.getByTestId('path-shot')).toHaveText('2 / 4 · Last light');
  for (let back = 0; back < 8; back += 1) await page.keyboard.press('ArrowLeft');
  await expect(film).toHaveAttribute('data-frame', '113');
  await expect(film).toHaveAttribute('data-shot', '0');
  const waiting = page.locator('[data-testid="path-video"]:not([data-shown])');
  const state = (): Promise<[number, boolean, boolean, number]> =>
    waiting.evaluate((node: HTMLVideoElement) => [node.readyState, node.paused, node.seeking, node.currentTime]);
  await expect
    .poll(async () => (await state())[0], { message: 'the next shot is preloaded' })
    .toBeGreaterThanOrEqual(2);
  await expect.poll(async () => (await state())[2]).toBe(false);
  const [, paused, , at] = await state();
  expect(paused, 'and waits').toBe(true);
  expect(
    [0.5 / 24, 1.5 / 24].some((time) => Math.abs(at - time) < 1e-3),
    `on its first frame, at ${at}`,
  ).toBe(true);

  const shown = page.locator('[data-testid="path-video"][data-shown]');
  await expect.poll(() => shown.evaluate((node: HTMLVideoElement) => node.seeking)).toBe(false);

  // What is seen while it plays, at every repaint, from here on until well into the second shot.
  await page.evaluate(() => {
    const seen: [number, number, boolean][] = [];
    const look = (): void => {
      const film = document.querySelector<HTMLElement>('[data-testid="path-view"]');
      const video = document.querySelector<HTMLVideoElement>('[data-testid="path-video"][data-shown]');
      if (film && video && film.dataset.motion === 'forward')
        seen.push([Number(film.dataset.shot), Number(film.dataset.frame), video.readyState >= 2]);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { seen });
  });
  await page.keyboard.press('Space');
  await expect.poll(async () => Number(await film.getAttribute('data-frame'))).toBeGreaterThan(130);
  await page.keyboard.press('Space');
  await expect(film).toHaveAttribute('data-motion', 'still');
  await expect(film).toHaveAttribute('data-shot', '1');
  const seen = await page.evaluate(() => (window as unknown as { seen: [number, number, boolean][] }).seen);
  const frames = seen.map(([, frame]) => frame);
  // A video that is put on another frame of its own goes on showing the last one; one that is not loaded shows nothing.
  const begun = seen.filter(([shot], index) => shot !== seen[index - 1]?.[0]);
  expect(
    begun.every(([, , picture]) => picture),
    'each shot has its picture in the moment in which it is shown',
  ).toBe(true);
  expect(
    frames.every((frame, index) => frame >= (frames[index - 1] ?? 0)),
    'it never goes back',
  ).toBe(true);
  expect(new Set(seen.map(([shot]) => shot)), 'over the seam').toEqual(new Set([0, 1]));

  await page.keyboard.press('End');
  const last = Number(await page.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuemax')) - 1;
  await expect(film).toHaveAttribute('data-frame', String(last));
  await page.getByRole('switch', { name: 'Skip repeated frames' }).click();
  await expect(page.getByRole('slider', { name: 'Position' }), 'every frame of every file').toHaveAttribute(
    'aria-valuemax',
    String(4 * 121),
  );
  await expect(film, 'it stays on its frame').toHaveAttribute('data-frame', String(4 * 121 - 1));
  await page.keyboard.press('Escape');
  await expect(film).toHaveCount(0);
});

test('a shot whose file is gone is passed over, and said', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page, 'Lanterns');
  await expect(shots(page).nth(1)).toHaveAccessibleName(/File missing/);
  await page.getByTestId('film-play').click();
  await expect(page.getByTestId('path-skipped')).toContainText('“Lanterns”');
  await page.keyboard.press('k');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('path-view')).toHaveAttribute('data-shot', '2');
});

test('the plan of an export is said before it begins; it runs, is revealed, and can be stopped', async ({
  page,
  open,
}) => {
  await open({ films: 1 });
  await toFilm(page);
  let plan = await openExport(page);
  await expect(plan).toHaveAttribute('data-route', 'join');
  await expect(plan).toContainText('bit for bit');
  await page.getByRole('switch', { name: 'Encode again' }).click();
  await expect(plan).toHaveAttribute('data-route', 'reencode');
  await page.getByTestId('export-size').getByText('480p').click();
  await expect(plan).toContainText('encoded once, to 850 × 480 at 24 frames per second');
  await page.getByRole('switch', { name: 'Encode again' }).click();
  await expect(plan).toHaveAttribute('data-route', 'join');
  await page.getByTestId('export-start').click();
  const bar = page.getByTestId('export-bar');
  await expect(bar).toHaveAttribute('data-state', 'done');
  await expect(bar).toContainText('/home/you/Films/Night watch.mp4');
  await bar.getByRole('button', { name: 'Reveal' }).click();
  await bar.getByRole('button', { name: 'Dismiss' }).click();
  await expect(bar).toHaveCount(0);

  await exportsToCome(page, { pace: 5_000 });
  plan = await openExport(page);
  await page.getByTestId('export-start').click();
  await expect(bar).toHaveAttribute('data-state', 'running');
  await exportsToCome(page, { pace: 5 });
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await expect(bar.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
  await expect(bar).toHaveCount(0);
  await expect(page.getByTestId('toast').last()).toContainText('Nothing was left behind');
});

test('what stands in the way of an export is said, and one that fails says so', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page, 'Lanterns');
  await openExport(page);
  await expect(page.getByTestId('export-problems')).toContainText('“Lanterns”: its file is missing');
  await expect(page.getByTestId('export-start')).toBeDisabled();
  await page.keyboard.press('Escape');
  await toFilm(page, 'The crossing');
  const plan = await openExport(page);
  await expect(plan).toContainText('A trimmed shot cannot be cut exactly without it.');
  await exportsToCome(page, { pace: 5, fails: true });
  await page.getByTestId('export-start').click();
  const bar = page.getByTestId('export-bar');
  await expect(bar).toHaveAttribute('data-state', 'failed');
  await expect(bar).toContainText('The disk is full. Nothing was left behind.');
  await page.getByTestId('film-export').click();
  await page.getByRole('menuitem', { name: 'Contact sheet (PNG)…' }).click();
  await expect(page.getByTestId('toast').last()).toContainText('Contact sheet saved');
});

test('Continue works at any shot, and what is under way is shown with its estimate', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page);
  await expect(page.getByTestId('film-open')).toHaveText('+ $0.19 expected');
  await expect(page.getByTestId('film-pending')).toContainText('38 %');
  await shots(page).nth(1).click();
  await page.keyboard.press('e');
  await expect(page.getByTestId('continues')).toContainText('Continues “Last light”');
  await expect(page.getByTestId('prompt')).toBeFocused();
  await expect(page.getByTestId('place-films'), 'beside the film').toBeVisible();
});

test('what continues the end of a film becomes its next shot as soon as it is made', async ({ page, open }) => {
  await open({ films: 1, speed: 60 });
  await toFilm(page);
  await page.getByTestId('film-continue').click();
  await page.getByTestId('prompt').fill('Then the fog comes in');
  await page.getByTestId('generate').click();
  await expect(shots(page)).toHaveCount(5);
  await expect(shots(page).nth(4)).toHaveAccessibleName(/Then the fog comes in/);
  await expect(page.getByTestId('film-sums')).toContainText('5 clips');
});

test('a long run of continuations says that it may drift, and leads back to where it began', async ({ page, open }) => {
  await open({ films: 1 });
  await toFilm(page, 'First snow');
  const hint = page.getByTestId('film-drift');
  await expect(hint).toContainText('5 continuations in a row');
  await hint.getByRole('button', { name: 'From an earlier frame…' }).click();
  await expect(page.getByTestId('place-viewer')).toContainText('First snow');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('film-title'), 'and back').toHaveText('First snow');
});

test('the viewer leads to the film of a clip, and a frame used from there continues it', async ({ page, open }) => {
  await open({ films: 1 });
  await view(page, clipCards(page).first());
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Use as first frame' }).click();
  await expect(page.getByTestId('continues')).toContainText('From its frame 2');
  await page.getByTestId('open-film').click();
  await expect(page.getByTestId('film-title')).toContainText('Gold on the swell, a slow push');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('night wat');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('film-title')).toHaveText('Night watch');
});

test('selected clips become a film', async ({ page, open }) => {
  await open();
  await clipCards(page)
    .nth(2)
    .getByRole('button', { name: /^Open:/ })
    .focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await page.getByTestId('bulk-film').click();
  await expect(page.getByTestId('place-films')).toBeVisible();
  await expect(shots(page)).toHaveCount(2);
  await expect(page.getByTestId('film-seam')).toHaveAccessibleName(/a cut/);
});

test('in a narrow window the list and the film take turns', async ({ page, open }) => {
  await page.setViewportSize({ width: 960, height: 640 });
  await open({ films: 1 });
  await toFilm(page);
  await page.keyboard.press('[');
  await expect(page.getByTestId('film-list')).toHaveCount(0);
  await page.getByTestId('film-back').click();
  await card(page, 'The crossing').click();
  await expect(page.getByTestId('film-title')).toHaveText('The crossing');
  await expect(page.getByTestId('film-list')).toHaveCount(0);
});
