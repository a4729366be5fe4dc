// The queue: its order, its pause, and what is taken out of it before it is sent.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, generate, jobCard, test } from './window';

const PROMPTS = ['One', 'Two', 'Three', 'Four'];

/** Four jobs that wait behind the one under way. */
async function fill(page: Page): Promise<void> {
  for (const [index, prompt] of PROMPTS.entries()) {
    await generate(page, prompt);
    await expect(jobCard(page, 'queued')).toHaveCount(index + 1);
  }
}

/** The prompts of the queued cards, in reading order. */
const order = (page: Page): Promise<string[]> =>
  jobCard(page, 'queued').evaluateAll((cards) =>
    cards
      .map((card) => ({ box: card.getBoundingClientRect(), name: card.getAttribute('aria-label') ?? '' }))
      .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
      .map(({ name }) => name.split(': ').at(-1) ?? ''),
  );

const queued = (page: Page, prompt: string): Locator => jobCard(page, 'queued').filter({ hasText: prompt });

test('is paused and goes on by button, and says so in one place', async ({ page, open }) => {
  await open({ parallel: 1, speed: 4 });
  await expect(page.getByTestId('standing'), 'there is nothing to pause').toHaveCount(0);
  await fill(page);
  const bar = page.getByTestId('standing');
  await expect(bar).toContainText('4 wait in the queue.');
  await page.getByRole('button', { name: 'Pause the queue' }).click();
  await expect(bar).toContainText('Paused: nothing new is sent. 4 wait.');
  await expect(page.getByTestId('announcements')).toContainText('Paused: nothing new is sent. 4 wait.');
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await expect(bar, 'it is in sight in every place').toContainText('Paused');
  await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click();
  // The one under way ends; nothing takes its place.
  await page.getByRole('button', { name: 'Stop following' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop following' }).click();
  await expect(jobCard(page, 'running')).toHaveCount(0);
  await page.waitForTimeout(600);
  await expect(jobCard(page, 'queued')).toHaveCount(4);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(clipCards(page)).toHaveCount(15 + 4, { timeout: 20_000 });
  await expect(bar, 'nothing waits any more').toHaveCount(0);
});

test('is paused and goes on by key, but not while a prompt is written', async ({ page, open }) => {
  await open({ parallel: 1 });
  await page.keyboard.press('p');
  await fill(page);
  await page.getByTestId('prompt').fill('');
  await page.getByTestId('prompt').press('p');
  const control = page.getByTestId('pause-queue');
  await expect(control).toHaveText('Pause the queue');
  await jobCard(page, 'queued').first().focus();
  await page.keyboard.press('p');
  await expect(control).toHaveText('Resume');
  await page.keyboard.press('p');
  await expect(control).toHaveText('Pause the queue');
});

test('is put in order by the keyboard alone', async ({ page, open }) => {
  await open({ parallel: 1 });
  await fill(page);
  await expect.poll(() => order(page), 'the first that was pressed is the first that is sent').toEqual(PROMPTS);
  await queued(page, 'Three').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => order(page)).toEqual(['One', 'Three', 'Two', 'Four']);
  await expect(queued(page, 'Three'), 'the focus goes with the card').toBeFocused();
  await expect(page.getByTestId('announcements')).toHaveText('Now number 2 of 4 in line.');
  await page.keyboard.press('Alt+Home');
  await expect.poll(() => order(page)).toEqual(['Three', 'One', 'Two', 'Four']);
  await expect(queued(page, 'Three')).toContainText('First in line');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => order(page), 'it is the first already').toEqual(['Three', 'One', 'Two', 'Four']);
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => order(page)).toEqual(['One', 'Three', 'Two', 'Four']);
  await page.keyboard.press('Alt+End');
  await expect.poll(() => order(page)).toEqual(['One', 'Two', 'Four', 'Three']);
  await expect(queued(page, 'Three')).toBeFocused();
  await expect(queued(page, 'Three')).toHaveAccessibleName('Waiting for its turn, number 4 of 4: Three');
});

test('is put in order by the menu, and the program keeps that order', async ({ page, open }) => {
  await open({ parallel: 1, speed: 4 });
  await fill(page);
  const choose = async (prompt: string, name: string): Promise<void> => {
    await queued(page, prompt).getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await queued(page, 'One').getByRole('button', { name: 'More actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Send next' }), 'it is next').toHaveAttribute('data-disabled');
  await page.keyboard.press('Escape');
  await choose('Four', 'Send next');
  await expect.poll(() => order(page)).toEqual(['Four', 'One', 'Two', 'Three']);
  await choose('One', 'Move down');
  await expect.poll(() => order(page)).toEqual(['Four', 'Two', 'One', 'Three']);
  await choose('Three', 'Move up');
  await expect.poll(() => order(page)).toEqual(['Four', 'Two', 'Three', 'One']);
  await choose('Four', 'Move to end');
  await expect.poll(() => order(page)).toEqual(['Two', 'Three', 'One', 'Four']);
  await page.getByRole('button', { name: 'Stop following' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop following' }).click();
  await expect.poll(() => order(page), 'the first in line was sent').toEqual(['Three', 'One', 'Four']);
});

test('is put in order by dragging', async ({ page, open }) => {
  await open({ parallel: 1 });
  await fill(page);
  const target = await queued(page, 'One').boundingBox();
  await queued(page, 'Three').dragTo(queued(page, 'One'), {
    sourcePosition: { x: 40, y: 60 },
    targetPosition: { x: 10, y: (target?.height ?? 100) / 2 },
  });
  await expect.poll(() => order(page)).toEqual(['Three', 'One', 'Two', 'Four']);
  const last = await queued(page, 'Four').boundingBox();
  await queued(page, 'One').dragTo(queued(page, 'Four'), {
    sourcePosition: { x: 40, y: 60 },
    targetPosition: { x: (last?.width ?? 100) - 10, y: 60 },
  });
  await expect.poll(() => order(page)).toEqual(['Three', 'Two', 'Four', 'One']);
});

test('lets a job go before it is sent, without a question, and says that nothing was sent', async ({ page, open }) => {
  await open({ parallel: 1 });
  await fill(page);
  const remove = queued(page, 'Two').getByRole('button', { name: 'Remove' });
  await expect(remove).toHaveAttribute('title', 'Remove from the queue; nothing was sent');
  await remove.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByTestId('toast')).toContainText('Removed from the queue; nothing was sent.');
  await expect.poll(() => order(page)).toEqual(['One', 'Three', 'Four']);
  await expect(page.getByTestId('standing')).toContainText('3 wait');
});

test('a job that has just been sent stays and is followed, in English and Chinese', async ({ page, open }) => {
  for (const [lang, remove, said] of [
    ['en', 'Remove', 'It has just been sent, so it stays'],
    ['zh-CN', '移除', '它刚刚已发送，因此会保留'],
  ] as const) {
    await open({ parallel: 1, lang });
    await fill(page);
    // Sent between the look and the press: the window has not heard of it yet.
    await page.evaluate(() => void dispatchEvent(new CustomEvent('fake-send-first')));
    await queued(page, 'One').getByRole('button', { name: remove }).click();
    await expect(page.getByTestId('toast')).toContainText(said);
  }
});

test('pauses itself after two unknown outcomes, says why, and goes on when told to', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', parallel: 1, speed: 4 });
  await generate(page, '[unknown] One');
  await generate(page, '[unreadable] Two');
  await generate(page, 'Three');
  const bar = page.getByTestId('standing');
  await expect(bar).toContainText('the last 2 jobs sent to cloud.vtrix.ai may have been accepted and billed');
  await expect(jobCard(page, 'unknown')).toHaveCount(2);
  await expect(jobCard(page, 'queued'), 'no third is sent').toHaveCount(1);
  await bar.getByRole('button', { name: 'Go on' }).click();
  await expect(clipCards(page)).toHaveCount(1);
});
