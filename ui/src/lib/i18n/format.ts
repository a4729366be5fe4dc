// Money, dates, numbers and lengths as the person's language writes them. All read the locale rune.

import type { Usd } from '$lib/ipc/bindings';
import { locale, type LocaleName } from './locale.svelte';
import { t } from './translate';

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function once<F extends Intl.NumberFormat | Intl.DateTimeFormat>(id: string, make: (name: LocaleName) => F): F {
  const name = locale.name;
  const key = `${name}/${id}`;
  const known = formats.get(key) as F | undefined;
  if (known) return known;
  const made = make(name);
  formats.set(key, made);
  return made;
}

const dollars = (digits: number): Intl.NumberFormat =>
  once(
    `usd${digits}`,
    (name) =>
      new Intl.NumberFormat(name, {
        style: 'currency',
        currency: 'USD',
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );

/** US dollars to the cent: `$0.19`. Amounts under a cent keep four places, so that nothing paid reads as nothing. */
export function money(amount: Usd): string {
  const value = Number(amount);
  return dollars(value !== 0 && Math.abs(value) < 0.01 ? 4 : 2).format(value);
}

/** US dollars as billed, with four places: `$0.1853`. */
export const exactMoney = (amount: Usd): string => dollars(4).format(Number(amount));

/** A whole or decimal number: `102,960`. */
export const number = (value: number, digits = 0): string =>
  once(`n${digits}`, (name) => new Intl.NumberFormat(name, { maximumFractionDigits: digits })).format(value);

/** A seed in groups of three, thin spaces between: `2 871 449 036`. */
export const seed = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** Length of a clip: `5 s`, `2.375 s`. */
export const seconds = (value: number): string => t('app.seconds', { value: number(value, 3) });

/** Time that has passed, from milliseconds: `0:07`, `1:12`, `1:02:09`. */
export function elapsed(milliseconds: number): string {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Size of a file from bytes: `1.8 MB`. */
export function fileSize(bytes: number): string {
  const [value, unit] =
    bytes >= 1e9
      ? ([bytes / 1e9, 'GB'] as const)
      : bytes >= 1e6
        ? ([bytes / 1e6, 'MB'] as const)
        : ([bytes / 1e3, 'kB'] as const);
  return `${number(value, 1)} ${unit}`;
}

/** Time of day: `14:08`. */
export const clock = (at: string): string =>
  once('clock', (name) => new Intl.DateTimeFormat(name, { hour: '2-digit', minute: '2-digit', hour12: false })).format(
    new Date(at),
  );

/** Calendar day of a time, in the person's zone, as a key to group by: `2026-11-22`. */
export function dayKey(at: string | Date): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** The day in words: Today, Yesterday, `Thursday, November 19`, with the year when it is another. */
export function day(at: string, now: Date = new Date()): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (dayKey(at) === dayKey(now)) return t('app.today');
  if (dayKey(at) === dayKey(yesterday)) return t('app.yesterday');
  const date = new Date(at);
  const sameYear = date.getFullYear() === now.getFullYear();
  return once(
    `day${sameYear}`,
    (name) =>
      new Intl.DateTimeFormat(name, {
        weekday: 'long',
        month: 'long',
        day: 'numeric',
        year: sameYear ? undefined : 'numeric',
      }),
  ).format(date);
}

/** Day and time to the second: `Today 14:08:05`. */
export const exactMoment = (at: string, now?: Date): string =>
  `${day(at, now)} ${once(
    'clock-seconds',
    (name) => new Intl.DateTimeFormat(name, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
  ).format(new Date(at))}`;

/** Day and time: `Today 14:08`. */
export const moment = (at: string, now?: Date): string => `${day(at, now)} ${clock(at)}`;
