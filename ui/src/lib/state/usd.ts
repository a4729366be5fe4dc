// Sums of money, exact: amounts are decimal strings and stay so.

import type { Usd } from '$lib/ipc/bindings';

/** Decimal digits kept while adding: more than the service writes. */
const DIGITS = 10;

/** An amount in units of its last digit kept. */
function unitsOf(amount: Usd): bigint {
  const [, sign = '', whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const units = BigInt(whole + part.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return sign === '-' ? -units : units;
}

/** Adds amounts without rounding them. */
export function addUsd(amounts: readonly Usd[]): Usd {
  const total = amounts.reduce((sum, amount) => sum + unitsOf(amount), 0n);
  const negative = total < 0n;
  const digits = String(negative ? -total : total).padStart(DIGITS + 1, '0');
  const text = `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`.replace(/\.?0+$/, '');
  return negative ? `-${text}` : text;
}

/** `first` minus `second`. */
export const subtractUsd = (first: Usd, second: Usd): Usd =>
  addUsd([first, second.startsWith('-') ? second.slice(1) : `-${second}`]);

/** Whether the first amount is more than the second. */
export const exceedsUsd = (first: Usd, second: Usd): boolean => unitsOf(first) > unitsOf(second);

/** The product, cut after ten decimals. */
export function timesUsd(first: Usd, second: Usd): Usd {
  const units = (unitsOf(first) * unitsOf(second)) / 10n ** BigInt(DIGITS);
  const digits = String(units < 0n ? -units : units).padStart(DIGITS + 1, '0');
  return addUsd([`${units < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`]);
}

/** How much of `whole` the `part` is, 0 – 1 and to a thousandth; 1 when nothing is left. */
export function shareOfUsd(part: Usd, whole: Usd): number {
  const [spent, all] = [unitsOf(part), unitsOf(whole)];
  if (spent >= all) return 1;
  return spent <= 0n ? 0 : Number((spent * 1000n) / all) / 1000;
}

/**
 * An amount as a person types it (`20`, `$0.50`, ` 007.10 `), in its one spelling: `null` when nothing is typed,
 * `undefined` when it is no amount. A comma is no amount: it means a thousand to some and a tenth to others.
 */
export function readUsd(text: string): Usd | null | undefined {
  if (text.trim() === '') return null;
  const typed = text.trim().replace(/^\$\s*/, '');
  const [, whole = '', part = ''] = /^(\d{0,12})(?:\.(\d{0,6}))?$/.exec(typed) ?? [];
  return whole + part === '' ? undefined : addUsd([`${whole || '0'}.${part}0`]);
}
