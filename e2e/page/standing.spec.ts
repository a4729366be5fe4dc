// What holds up everything is told once, and goes by itself.

import { away, change, clipCards, expect, generate, jobCard, test } from './window';

test('a service that is away is one line; the cards wait quietly and go on by themselves', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', speed: 3 });
  await change(page, { services: away('offline') });
  const bar = page.getByTestId('standing');
  await expect(bar).toContainText('cloud.vtrix.ai cannot be reached. Nothing is lost');
  await expect(bar, 'the program’s English stays out of sight').not.toContainText('os error');
  await expect(page.getByTestId('announcements')).toContainText('cloud.vtrix.ai cannot be reached.');
  await generate(page, 'One');
  await generate(page, 'Two');
  await expect(jobCard(page, 'queued')).toHaveCount(2);
  await expect(page.getByText('cannot be reached'), 'once, and not on each card').toHaveCount(1);
  await expect(page.getByTestId('job-card').first()).toContainText('First in line');
  await expect(page.getByTestId('job-card').first().getByRole('heading'), 'not an error').toHaveCount(0);
  await change(page, { services: [] });
  await expect(bar.getByText('cannot be reached')).toHaveCount(0);
  await expect(page.getByTestId('announcements')).toContainText('All is well again.');
  await expect(clipCards(page)).toHaveCount(2);
  await expect(bar).toHaveCount(0);
});

test('a job under way waits quietly too', async ({ page, open }) => {
  await open({ scenario: 'empty', door: 'connect', progress: 'none' });
  await generate(page, 'One');
  const card = jobCard(page, 'running');
  await expect(card).toContainText('Making it');
  await change(page, { services: away('rate_limited') });
  await expect(card).toContainText('Waits for the service');
  await expect(page.getByTestId('standing')).toContainText('asks to slow down');
  await change(page, { services: [] });
  await expect(card).toContainText('Making it');
});

test('a refused key leads to Settings', async ({ page, open }) => {
  await open({ door: 'connect' });
  await change(page, { services: away('key_refused') });
  const bar = page.getByTestId('standing');
  await expect(bar).toContainText('cloud.vtrix.ai does not accept the key.');
  await bar.getByRole('button', { name: 'Open Settings' }).click();
  await expect(page.getByTestId('place-settings')).toBeVisible();
  await expect(bar.getByRole('button', { name: 'Open Settings' }), 'one is there').toHaveCount(0);
});

test('downloads that stand still say what to do, in Chinese too', async ({ page, open }) => {
  await open({ lang: 'zh-CN' });
  await change(page, { downloads: { reason: 'disk_full', message: 'no space left on device' } });
  const bar = page.getByTestId('standing');
  await expect(bar).toContainText('磁盘已满。已完成的片段会在服务端保留约一天。请腾出空间，之后会自动取回。');
  await change(page, { downloads: { reason: 'folder_gone', message: 'not found' } });
  await expect(bar).toContainText('无法使用片段文件夹。');
  await change(page, { downloads: null });
  await expect(bar).toHaveCount(0);
});
