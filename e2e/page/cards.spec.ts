// Jobs that do not go well: what their cards say, and what can be done.

import type { Locator, Page } from '@playwright/test';
import { clipCards, expect, generate, jobCard, test } from './window';

/** Presses an act of a card, on the card or behind its dots. */
async function act(page: Page, card: Locator, name: RegExp): Promise<void> {
  await card.waitFor();
  const button = card.getByRole('button', { name });
  if ((await button.count()) === 0) {
    await card.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  } else {
    await button.click();
  }
}

test.describe('a failed job', () => {
  test('says the money first, then the reason of the service', async ({ page, open }) => {
    await open();
    const card = jobCard(page, 'failed');
    await expect(card).toContainText('The service could not make this one');
    await expect(card).toContainText(/You were not charged\. The service says: internal generation error/);
  });

  test('Try again shows its price, makes a new job and puts the old card away', async ({ page, open }) => {
    await open({ speed: 3 });
    const old = await jobCard(page, 'failed').getAttribute('data-id');
    await expect(jobCard(page, 'failed').getByRole('button', { name: 'Try again · about $0.19' })).toBeVisible();
    await act(page, jobCard(page, 'failed'), /^Try again/);
    await expect(page.locator(`[data-id="${old}"]`)).toHaveCount(0);
    await expect(
      page.getByRole('button', { name: /^Open: A night train crosses the iron bridge/ }),
      'the same request arrives as a clip',
    ).toBeVisible();
  });

  test('Edit brings the whole request back to the form', async ({ page, open }) => {
    await open();
    await act(page, jobCard(page, 'failed'), /^Edit$/);
    await expect(page.getByTestId('prompt')).toHaveValue('A night train crosses the iron bridge, every window lit');
    await expect(jobCard(page, 'failed'), 'the card stays until it is put away').toHaveCount(1);
  });

  test('Dismiss puts it away, and the focus goes to the next card', async ({ page, open }) => {
    await open();
    await jobCard(page, 'failed').focus();
    await act(page, jobCard(page, 'failed'), /^Dismiss$/);
    await expect(jobCard(page, 'failed')).toHaveCount(0);
    await expect(page.locator('[data-key] :focus')).toHaveCount(1);
  });

  test('Details shows the reply as it was received', async ({ page, open }) => {
    await open();
    await act(page, jobCard(page, 'failed'), /^Details$/);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('003004095');
    await expect(dialog).toContainText('{"status":"failed","error":');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByTestId('place-gallery'), 'Esc closed the dialog and nothing else').toBeVisible();
  });
});

test.describe('a failed job that the service has given an id', () => {
  test('is looked at again before anything is paid again, and becomes its clip', async ({ page, open }) => {
    await open({ scenario: 'empty', door: 'connect', speed: 3 });
    await generate(page, '[gone] A ferry leaves the harbour');
    const card = jobCard(page, 'failed');
    await expect(card).toContainText('It may have cost you $0.19.');
    const id = await card.getAttribute('data-id');
    const first = card.locator('.act').first();
    await expect(first, 'what costs nothing comes first').toHaveText(/^Check again/);
    await expect(first).toHaveAttribute('title', 'Asks the service about this task once more; costs nothing.');
    await first.click();
    await expect(clipCards(page)).toHaveCount(1);
    await expect(page.locator(`[data-id="${id}"]`), 'the same job, not another').toHaveCount(0);
    await expect(page.getByTestId('job-card')).toHaveCount(0);
  });

  test('of a rehearsal costs nothing, and says so', async ({ page, open }) => {
    await open({ scenario: 'empty', speed: 3 });
    await generate(page, '[gone] A ferry leaves the harbour');
    await expect(jobCard(page, 'failed')).toContainText('A rehearsal: nothing was spent.');
    await expect(page.getByTestId('announcements')).not.toContainText('billed');
  });
});

test('a task that expired is checked again, and becomes its clip when it is there after all', async ({
  page,
  open,
}) => {
  await open({ scenario: 'empty', door: 'connect', speed: 3 });
  await generate(page, '[expired] A ferry leaves the harbour');
  await expect(jobCard(page, 'failed')).toContainText('It expired before it was made');
  await act(page, jobCard(page, 'failed'), /^Check again/);
  await expect(clipCards(page)).toHaveCount(1);
});

test.describe('a job of unknown outcome', () => {
  test('says that it may cost, and is never sent again by itself', async ({ page, open }) => {
    await open();
    const card = jobCard(page, 'unknown');
    await expect(card).toContainText('We could not tell whether this was accepted');
    await expect(card).toContainText(
      'It may cost you $0.19. The reply was lost; Lastframe will not send it again by itself.',
    );
  });

  test('with a reply that says nothing shows it, and does not call it lost', async ({ page, open }) => {
    await open({ scenario: 'empty', door: 'connect', speed: 3 });
    await generate(page, '[unreadable] A ferry leaves the harbour');
    const card = jobCard(page, 'unknown');
    await expect(card).toContainText('No usable reply came; Lastframe will not send it again by itself.');
    await act(page, card, /^Details$/);
    await expect(page.getByRole('dialog')).toContainText('<html>502 Bad Gateway</html>');
  });

  test('takes a task ID, refuses a wrong one in the dialog, and follows the right one', async ({ page, open }) => {
    await open({ speed: 3 });
    const id = await jobCard(page, 'unknown').getAttribute('data-id');
    const before = await clipCards(page).count();
    await act(page, jobCard(page, 'unknown'), /^Paste task ID$/);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Look it up and follow it' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('Paste the ID first.');
    await dialog.getByRole('textbox', { name: 'Task ID' }).fill('nothing');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('The service knows no task of that id.');
    await dialog.getByRole('textbox', { name: 'Task ID' }).fill('d758n65e878c73cmdg20');
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(page.locator(`[data-testid="job-card"][data-id="${id}"]`)).toHaveCount(0);
    await expect.poll(() => clipCards(page).count()).toBeGreaterThan(before);
  });

  test('It was not sent: nothing is owed', async ({ page, open }) => {
    await open();
    const id = await jobCard(page, 'unknown').getAttribute('data-id');
    await act(page, jobCard(page, 'unknown'), /^It was not sent$/);
    const card = page.locator(`[data-testid="job-card"][data-id="${id}"]`);
    await expect(card).toHaveAttribute('data-state', 'failed');
    await expect(card).toContainText('You were not charged.');
  });

  test('Send again shows its price', async ({ page, open }) => {
    await open({ speed: 3 });
    const id = await jobCard(page, 'unknown').getAttribute('data-id');
    await act(page, jobCard(page, 'unknown'), /^Send again · about \$0\.19$/);
    await expect(page.locator(`[data-id="${id}"]`)).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^Open: The keeper climbs the last turn/ })).toBeVisible();
  });
});

test.describe('an open job', () => {
  test('Stop following says what it means for the money before it does it', async ({ page, open }) => {
    await open();
    const card = jobCard(page, 'running');
    await expect(card).toContainText('64%');
    await act(page, card, /^Stop following$/);
    const dialog = page.getByRole('dialog', { name: 'Stop following this clip?' });
    await expect(dialog).toContainText('It may still cost you about $0.19.');
    await dialog.getByRole('button', { name: 'Keep following' }).click();
    await expect(card).toBeVisible();
    await act(page, card, /^Stop following$/);
    await dialog.getByRole('button', { name: 'Stop following' }).click();
    await expect(card).toHaveCount(0);
  });

  test('that was sent and then lost its key does not say that nothing was sent', async ({ page, open }) => {
    await open({ scenario: 'empty', door: 'connect', speed: 3 });
    await generate(page, '[no key] A ferry leaves the harbour');
    const card = jobCard(page, 'running');
    await expect(card).toContainText('It was sent and goes on at the service. Add a key to fetch it.');
    await expect(card).not.toContainText('Nothing was sent');
  });

  test('waits quietly when the service cannot be reached, and can be taken back', async ({ page, open }) => {
    await open({ scenario: 'empty', door: 'connect' });
    await generate(page, '[offline] A ferry leaves the harbour');
    const card = jobCard(page, 'queued');
    await expect(card).toContainText('Waits for the service');
    await expect(page.getByTestId('standing')).toContainText('goes on by itself');
    await act(page, card, /^Remove$/);
    await expect(page.getByRole('dialog'), 'nothing was sent, so there is nothing to ask').toHaveCount(0);
    await expect(page.getByTestId('job-card')).toHaveCount(0);
  });
});
