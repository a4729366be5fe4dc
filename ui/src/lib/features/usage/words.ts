// How the ledger's figures are written. Money stays a decimal text until it is set.

import type { Owed, Usd, UsageRow } from '$lib/ipc/bindings';
import { exactMoney, money } from '$lib/i18n/format';
import { locale } from '$lib/i18n/locale.svelte';
import { t } from '$lib/i18n/translate';
import { exceedsUsd } from '$lib/state/usd';

/** A difference with its sign: `+$0.0054`, `−$0.0125`; 0 when there is none. */
export function signed(amount: Usd, write: (amount: Usd) => string = exactMoney): string {
  if (exceedsUsd(amount, '0')) return `+${write(amount)}`;
  if (!exceedsUsd('0', amount)) return t('usage.same');
  return `−${write(amount.slice(1))}`;
}

/** The bar's day or month: `November 16`, `November 2026`. */
export function barName(at: string, byMonth: boolean): string {
  const date = new Date(`${at}${byMonth ? '-01' : ''}T12:00:00`);
  const form: Intl.DateTimeFormatOptions = byMonth
    ? { month: 'long', year: 'numeric' }
    : { month: 'long', day: 'numeric', weekday: 'short' };
  return new Intl.DateTimeFormat(locale.name, form).format(date);
}

/** The same on an axis: `16`, `Nov`. */
export function tickName(at: string, byMonth: boolean): string {
  if (!byMonth) return String(Number(at.slice(8)));
  return new Intl.DateTimeFormat(locale.name, { month: 'short' }).format(new Date(`${at}-01T12:00:00`));
}

/** The month of a day: `November`, `11月`. */
export const monthName = (day: string): string =>
  new Intl.DateTimeFormat(locale.name, { month: 'long' }).format(new Date(`${day}T12:00:00`));

/** What stands in the column of bills where there is no bill, and what that means. */
export function unbilled(row: UsageRow): { word: string; means: string; loud: boolean } {
  const owed: Owed = row.owed;
  const amount = row.counted;
  const perhaps =
    amount === null ? t('usage.owes.perhaps-unpriced') : t('usage.owes.perhaps', { amount: money(amount) });
  if (owed === 'nothing') {
    return {
      word: t(row.state === 'canceled' ? 'usage.state.canceled' : 'usage.state.failed'),
      means: '',
      loud: false,
    };
  }
  if (owed === 'perhaps') {
    return {
      word: t(row.state === 'unknown' ? 'usage.state.unknown' : 'usage.state.perhaps'),
      means: perhaps,
      loud: true,
    };
  }
  if (row.state === 'done') return { word: t('usage.state.untold'), means: t('usage.owes.untold'), loud: true };
  return { word: t('usage.state.open'), means: '', loud: false };
}
