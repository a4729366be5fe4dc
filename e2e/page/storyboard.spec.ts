// Storyboards: shots written ahead, priced together, made one after the other, stopped and gone on with.
import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, jobCard, seriousFaults, test } from './window';

const shots = (page: Page): Locator => page.getByTestId('shot');
const prompt = (page: Page, number: number): Locator =>
  page.getByRole('textbox', { name: new RegExp(`^(Prompt of shot ${number}|镜头 ${number} 的提示词)$`) });
const start = (page: Page): Locator => page.getByTestId('storyboard-start');
const made = (page: Page): Locator => page.getByTestId('board-shot');
const next = (page: Page): Locator => page.getByTestId('board-next');

/** Writes shots, and chooses how they are to go on. */
async function write(page: Page, prompts: string[], approval: 'each_seam' | 'run_through'): Promise<void> {
  await page.getByTestId('storyboard-open').click();
  await prompt(page, 1).fill(prompts[0] ?? '');
  for (const [index, text] of prompts.slice(1).entries()) {
    if ((await shots(page).count()) < index + 2) await page.getByTestId('shot-add').click();
    await prompt(page, index + 2).fill(text);
  }
  while ((await shots(page).count()) > prompts.length)
    await shots(page)
      .last()
      .getByRole('button', { name: /^(Remove shot|移除镜头)/ })
      .click();
  await page.locator(`[data-testid="approval"] [data-value="${approval}"]`).click();
  await expect(start(page)).toHaveAttribute('aria-disabled', 'false');
}

/** Closes a storyboard that was just started: a click that was meant for its button does not close it. */
async function leave(page: Page): Promise<void> {
  await expect(page.getByTestId('board')).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('board')).toHaveCount(0, { timeout: 300 });
  }).toPass();
}

test('shots are written, ordered and priced by the keyboard', async ({ page, open }) => {
  await open({ scenario: 'empty', progress: 'none' });
  await page.getByTestId('prompt').fill('A boat drifts');
  await page.getByTestId('storyboard-open').click();
  await expect(prompt(page, 1), 'it begins with what stands in the composer').toHaveValue('A boat drifts');
  await expect(prompt(page, 2), 'and goes on with the first shot without words').toBeFocused();
  await expect(start(page), 'shots without a prompt cannot go').toHaveAttribute('aria-disabled', 'true');
  await prompt(page, 2).fill('It turns');
  await page.keyboard.press('Enter');
  await expect(prompt(page, 3)).toBeFocused();
  await page.keyboard.type('It lands');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(prompt(page, 2)).toHaveValue('It lands');
  await expect(prompt(page, 2), 'the focus goes with the shot').toBeFocused();
  await prompt(page, 4).focus();
  await page.keyboard.press('Backspace');
  await expect(shots(page)).toHaveCount(3);
  await expect(shots(page).nth(1), 'what had to change is said').toContainText('takes a first frame');
  await expect(start(page)).toHaveText(/^Start 3 shots\s*·\s*pretend \$0\.56/);
  await shots(page)
    .nth(2)
    .getByRole('button', { name: /^Length of shot 3/ })
    .click();
  await page.getByRole('menuitem', { name: '10 s' }).click();
  await expect(start(page), 'a longer shot costs more').toHaveText(/pretend \$0\.74/);
  await page.keyboard.press('Escape');
  await page.getByTestId('storyboard-open').click();
  await expect(shots(page), 'what was written is still there').toHaveCount(3);
});

test('what is being written survives the end of the window, until it is discarded or started', async ({
  page,
  open,
}) => {
  await open({ scenario: 'empty', progress: 'none' });
  await write(page, ['A boat drifts', 'It turns'], 'run_through');
  await page.reload();
  await page.getByTestId('storyboard-open').click();
  await expect(shots(page)).toHaveCount(2);
  await expect(prompt(page, 2)).toHaveValue('It turns');
  await expect(page.locator('[data-testid="approval"] [data-value="run_through"]')).toHaveAttribute(
    'aria-checked',
    'true',
  );
  await page.getByTestId('storyboard-discard').click();
  await expect(page.getByTestId('storyboard')).toHaveCount(0);
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(prompt(page, 2), 'and back').toHaveValue('It turns');
  await page.getByTestId('storyboard-discard').click();
  await page.reload();
  await page.getByTestId('storyboard-open').click();
  await expect(shots(page), 'another one begins').toHaveCount(3);
  await expect(page.getByTestId('storyboard-discard'), 'nothing is written yet').toHaveCount(0);
  await prompt(page, 1).fill('A cat');
  await prompt(page, 2).fill('It sleeps');
  await shots(page).last().getByRole('button', { name: 'Remove shot 3' }).click();
  await expect(start(page)).toHaveAttribute('aria-disabled', 'false');
  await start(page).click();
  await expect(page.getByTestId('board')).toBeVisible();
  await page.reload();
  await page.getByTestId('storyboard-open').click();
  await expect(prompt(page, 1), 'what was started is not being written any more').toHaveValue('');
});

test('a storyboard goes on from the last clip of a film, or from a shot of it', async ({ page, open }) => {
  await open({ films: 1 });
  await page.getByTestId('prompt').fill('Something else');
  await page.getByRole('navigation').getByRole('button', { name: 'Films' }).click();
  await expect(page.getByTestId('film-title')).toHaveText('Night watch');
  await page.getByTestId('film-storyboard').click();
  const written = page.getByTestId('storyboard');
  await expect(written).toContainText('The first shot continues a clip.');
  await expect(prompt(page, 1), 'its words are its own').toHaveValue('');
  await prompt(page, 1).fill('The lamp turns');
  await prompt(page, 2).fill('A gull crosses its beam');
  await written.getByRole('button', { name: 'Remove shot 3' }).click();
  await expect(start(page)).toHaveAttribute('aria-disabled', 'false');
  await start(page).click();
  await leave(page);
  await expect(page.getByTestId('film-title'), 'the film is still there').toHaveText('Night watch');
  await expect(page.getByTestId('film-pending').filter({ hasText: 'The lamp turns' }), 'and it goes on').toBeVisible();
  await page.getByTestId('film-shot').nth(1).click();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Storyboard from its last frame…' }).click();
  await expect(written).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('continues')).toContainText('Last light');
});

test('a pasted list becomes one shot a line, and shots are dragged', async ({ page, open }) => {
  await open({ scenario: 'empty', progress: 'none' });
  await page.getByTestId('storyboard-open').click();
  await prompt(page, 1).focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'One\nTwo\n\nThree\n');
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  await expect(prompt(page, 3)).toHaveValue('Three');
  const grip = shots(page)
    .nth(2)
    .getByRole('button', { name: /^Move shot 3/ });
  const [from, to] = [(await grip.boundingBox())!, (await shots(page).nth(0).boundingBox())!];
  await page.mouse.move(from.x + 4, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 4, to.y + 60, { steps: 4 });
  await page.mouse.move(from.x + 4, to.y + 4, { steps: 4 });
  await page.mouse.up();
  await expect(prompt(page, 1)).toHaveValue('Three');
  await expect(prompt(page, 2)).toHaveValue('One');
});

test('shots run through by themselves, and the film is in the gallery', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 20 });
  await write(page, ['A boat drifts', 'It turns', 'It lands'], 'run_through');
  await start(page).dblclick();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'done');
  await expect(page.getByTestId('board-state')).toHaveText('All 3 shots are made');
  await expect(made(page).locator('img')).toHaveCount(3);
  await made(page).nth(1).getByRole('button', { name: 'Open shot 2' }).click();
  await expect(page.getByTestId('place-viewer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(clipCards(page)).toHaveCount(3);
});

test('each seam is looked at, the next prompt is mended, and two clicks make one clip', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 20 });
  await write(page, ['A boat drifts', 'It turns'], 'each_seam');
  await start(page).click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'waiting');
  await expect(next(page)).toHaveText(/^Make shot 2 · pretend \$0\.19/);
  await leave(page);
  const line = page.getByTestId('board-line');
  await expect(line, 'it is not forgotten').toContainText('Shot 2 of 2 waits for you');
  await line.getByRole('button', { name: 'Show' }).click();
  await made(page).nth(1).getByRole('textbox').fill('It turns north');
  await next(page).dblclick();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'done');
  await expect(made(page).nth(1)).toContainText('It turns north');
  await page.keyboard.press('Escape');
  await expect(line).toHaveCount(0);
  await expect(clipCards(page)).toHaveCount(2);
});

test('a shot that fails stops the chain, and is made again from there at its price', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 20 });
  await write(page, ['A boat drifts', 'It turns [gone]', 'It lands'], 'run_through');
  await start(page).click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'stopped');
  await expect(page.getByTestId('board-state')).toHaveText('Stopped at shot 2 of 3');
  await expect(made(page).nth(0), 'what is done stays').toHaveAttribute('data-state', 'done');
  await expect(made(page).nth(2)).toHaveAttribute('data-state', 'planned');
  await expect(next(page)).toHaveText(/^Make again from here · pretend \$0\.37/);
  // Another take of the first is made from its own row.
  await expect(made(page).nth(0).getByTestId('shot-again')).toBeVisible();
});

test('an unknown outcome is settled first', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 20 });
  await write(page, ['A boat drifts [unknown]', 'It turns'], 'run_through');
  await start(page).click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'stopped');
  await expect(next(page), 'nothing is offered that might pay twice').toHaveCount(0);
  await page.getByTestId('board').page().getByRole('button', { name: 'To its card' }).click();
  await expect(jobCard(page, 'unknown')).toBeVisible();
  await jobCard(page, 'unknown').getByRole('button', { name: 'It was not sent' }).click();
  await page.getByTestId('board-line').getByRole('button', { name: 'Show' }).click();
  await expect(next(page)).toBeVisible();
});

test('a storyboard beyond the budget asks once for all of it, and again where money went elsewhere', async ({
  page,
  open,
}) => {
  await open({ scenario: 'empty', door: 'connect', budget: '0.60', speed: 2 });
  await write(page, ['One', 'Two', 'Three', 'Four'], 'run_through');
  await start(page).click();
  await expect(page.getByTestId('breach')).toContainText('$0.74');
  await page.getByTestId('consent-no').click();
  await expect(shots(page), 'it is still there').toHaveCount(4);
  await shots(page).last().getByRole('button', { name: 'Remove shot 4' }).click();
  await expect(start(page)).toHaveAttribute('aria-disabled', 'false');
  await start(page).click();
  await leave(page);
  await page.getByTestId('prompt').fill('Elsewhere');
  await page.getByTestId('generate').click();
  await expect(page.getByTestId('board-line')).toContainText('waits for you', { timeout: 20_000 });
  await page.getByTestId('board-line').getByRole('button').click();
  await expect(page.getByTestId('board')).toContainText('It would pass a guard on spending');
  await next(page).click();
  await expect(page.getByTestId('consent-no')).toBeFocused();
  await page.getByTestId('consent-yes').click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'done', { timeout: 20_000 });
});

test('who stops it lets nothing more start', async ({ page, open }) => {
  await open({ scenario: 'empty', speed: 2 });
  await write(page, ['One', 'Two'], 'run_through');
  await start(page).click();
  await expect(jobCard(page, 'running'), 'it is under way').toHaveCount(1);
  await page.getByTestId('board-halt').click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'halted');
  await expect(made(page).nth(0)).toHaveAttribute('data-state', 'done');
  await expect(next(page)).toHaveText(/^Go on · pretend \$0\.19/);
  await next(page).click();
  await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'done');
  await page.getByTestId('board-put-away').click();
  await expect(page.getByTestId('board')).toHaveCount(0);
});

for (const [theme, lang] of [
  ['darkroom', 'en'],
  ['lightbox', 'zh-CN'],
] as const) {
  for (const [width, height] of [
    [960, 640],
    [1440, 900],
  ] as const) {
    test(`storyboards have no serious finding and fit ${width} × ${height} (${theme}, ${lang})`, async ({
      page,
      open,
    }, info) => {
      await page.setViewportSize({ width, height });
      await open({ theme, lang, speed: 20 });
      const look = async (name: string): Promise<void> => {
        expect(await seriousFaults(page, '[role="dialog"]')).toEqual([]);
        await info.attach(name, {
          body: await page.screenshot({ path: info.outputPath(`${name}.png`) }),
          contentType: 'image/png',
        });
        const box = (await page.getByRole('dialog').boundingBox())!;
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      };
      await write(
        page,
        ['A paper boat drifts down a rainy street', 'It turns', 'It lands', 'The rain stops'],
        'each_seam',
      );
      await look('writing');
      await start(page).click();
      await expect(page.getByTestId('board')).toHaveAttribute('data-state', 'waiting');
      await look('waiting');
      await page.keyboard.press('Escape');
      await expect(page.getByTestId('board-line')).toBeVisible();
      await page.screenshot({ path: info.outputPath('bar.png') });
    });
  }
}
