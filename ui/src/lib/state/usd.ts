// Sums of money, exact: amounts are decimal strings and stay so.

import type { Usd } from '$lib/ipc/bindings';

/** Decimal digits kept while adding: more than the service writes. */
const DIGITS = 10;

/** Adds amounts without rounding them. */
export function addUsd(amounts: readonly Usd[]): Usd {
  let total = 0n;
  for (const amount of amounts) {
    const [, sign = '', whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
    const units = BigInt(whole + part.slice(0, DIGITS).padEnd(DIGITS, '0'));
    total += sign === '-' ? -units : units;
  }
  const negative = total < 0n;
  const digits = String(negative ? -total : total).padStart(DIGITS + 1, '0');
  const text = `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`.replace(/\.?0+$/, '');
  return negative ? `-${text}` : text;
}

/** `first` minus `second`. */
export const subtractUsd = (first: Usd, second: Usd): Usd =>
  addUsd([first, second.startsWith('-') ? second.slice(1) : `-${second}`]);
