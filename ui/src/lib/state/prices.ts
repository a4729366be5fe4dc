// The table of prices as the page shows and edits it. What a request costs by it is the program's to say.

import type { ModelId, Price, PriceTable, Request, Usd } from '$lib/ipc/bindings';
import { timesUsd } from './usd';

/** One price of the table: of a model, with sound or silent, online or flex. */
export interface Cell {
  model: ModelId;
  sound: boolean;
  flex: boolean;
}

const FIELDS = {
  online: { silent: 'silent', sound: 'with_audio' },
  flex: { silent: 'flex_silent', sound: 'flex_with_audio' },
} as const;

const fieldOf = ({ sound, flex }: Cell): 'silent' | 'with_audio' | 'flex_silent' | 'flex_with_audio' =>
  FIELDS[flex ? 'flex' : 'online'][sound ? 'sound' : 'silent'];

const rowOf = (table: PriceTable, model: ModelId): Price | undefined => table.prices.find((row) => row.model === model);

/** The cell that a request is priced by. */
export const cellOf = (request: Request): Cell => ({
  model: request.model ?? '',
  sound: request.generate_audio ?? false,
  flex: request.service_tier === 'flex',
});

/** What stands in the cell; null when nothing does. */
export const priceIn = (table: PriceTable, cell: Cell): Usd | null => rowOf(table, cell.model)?.[fieldOf(cell)] ?? null;

/** The price in force: a flex price that is not there is the table's share of the one online. */
export function priceOf(table: PriceTable, cell: Cell): Usd | null {
  const own = priceIn(table, cell);
  if (own !== null || !cell.flex) return own;
  const online = priceIn(table, { ...cell, flex: false });
  return online === null ? null : timesUsd(online, table.flex_share);
}

/**
 * The table with a price in its cell. A model that makes no sound (`silentOnly`), or has no price yet, gets the online one
 * for both. Nothing in the flex cell is the share of online again; nothing online takes the model's price away.
 */
export function withPrice(table: PriceTable, cell: Cell, price: Usd | null, silentOnly: boolean): PriceTable {
  const row = rowOf(table, cell.model);
  const others = table.prices.filter((one) => one !== row);
  if (!cell.flex && price === null) return { ...table, prices: others };
  if (!row) {
    if (cell.flex || price === null) return table;
    return { ...table, prices: [...others, { model: cell.model, silent: price, with_audio: price }] };
  }
  const both = silentOnly ? { [fieldOf({ ...cell, sound: !cell.sound })]: price } : {};
  const changed = { ...row, ...both, [fieldOf(cell)]: price };
  return { ...table, prices: table.prices.map((one) => (one === row ? changed : one)) };
}

const same = (a: Usd | null | undefined, b: Usd | null | undefined): boolean =>
  a === b || (!!a && !!b && Number(a) === Number(b));

/** Whether both tables say the same. */
export function sameTable(a: PriceTable, b: PriceTable): boolean {
  const cells = ['silent', 'with_audio', 'flex_silent', 'flex_with_audio'] as const;
  return (
    same(a.flex_share, b.flex_share) &&
    a.prices.length === b.prices.length &&
    a.prices.every((row) => {
      const other = rowOf(b, row.model);
      return other !== undefined && cells.every((cell) => same(row[cell] ?? null, other[cell] ?? null));
    })
  );
}
