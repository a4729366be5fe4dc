import { describe, expect, it } from 'vitest';
import type { PriceTable } from '$lib/ipc/bindings';
import { cellOf, priceIn, priceOf, sameTable, withPrice } from './prices';
import { timesUsd } from './usd';

const table: PriceTable = {
  prices: [
    { model: 'lite', silent: '1.8', with_audio: '1.8' },
    { model: 'pro', silent: '1.2', with_audio: '2.4', flex_silent: null, flex_with_audio: '1.5' },
  ],
  flex_share: '0.5',
};
const cell = (model: string, sound = false, flex = false) => ({ model, sound, flex });

describe('a price', () => {
  it('is found by model, sound and tier; flex is the share unless it has its own', () => {
    expect(priceOf(table, cell('lite'))).toBe('1.8');
    expect(priceOf(table, cell('lite', false, true))).toBe('0.9');
    expect(priceOf(table, cell('pro', true))).toBe('2.4');
    expect(priceOf(table, cell('pro', true, true))).toBe('1.5');
    expect(priceIn(table, cell('pro', false, true)), 'nothing stands there').toBeNull();
    expect(priceOf(table, cell('new'))).toBeNull();
    expect(cellOf({ model: 'pro', generate_audio: true, service_tier: 'flex' })).toEqual(cell('pro', true, true));
  });

  it('is put into its own cell only', () => {
    const changed = withPrice(table, cell('pro', true), '2.6', false);
    expect(changed.prices[1]).toEqual({ ...table.prices[1], with_audio: '2.6' });
    expect(changed.prices[0]).toBe(table.prices[0]);
    expect(table.prices[1]?.with_audio, 'the old table is as it was').toBe('2.4');
  });

  it('of a model without sound counts for both', () => {
    expect(withPrice(table, cell('lite'), '1.9', true).prices[0]).toMatchObject({ silent: '1.9', with_audio: '1.9' });
    const flex = withPrice(table, cell('lite', false, true), '1', true);
    expect(flex.prices[0]).toMatchObject({ silent: '1.8', flex_silent: '1', flex_with_audio: '1' });
  });

  it('begins a row with the one online, and its absence ends it', () => {
    const begun = withPrice(table, cell('new'), '3', false);
    expect(begun.prices[2]).toEqual({ model: 'new', silent: '3', with_audio: '3' });
    expect(withPrice(table, cell('new', false, true), '3', false), 'flex alone is no price').toBe(table);
    expect(withPrice(begun, cell('new'), null, false).prices).toEqual(table.prices);
    const cleared = withPrice(table, cell('pro', true, true), null, false);
    expect(priceOf(cleared, cell('pro', true, true)), 'the share again').toBe('1.2');
  });
});

describe('two tables', () => {
  it('are the same by amount, not by spelling', () => {
    const spelled = { ...table, prices: table.prices.map((row) => ({ ...row, silent: `${row.silent}0` })) };
    expect(sameTable(table, spelled)).toBe(true);
    expect(sameTable(table, { ...table, flex_share: '0.6' })).toBe(false);
    expect(sameTable(table, withPrice(table, cell('lite', false, true), '1', true))).toBe(false);
    expect(sameTable(table, withPrice(table, cell('lite'), null, true))).toBe(false);
  });
});

it('multiplies exactly', () => {
  expect(timesUsd('1.8', '0.5')).toBe('0.9');
  expect(timesUsd('0.1', '0.2'), 'which floats cannot').toBe('0.02');
  expect(timesUsd('50', '0.01')).toBe('0.5');
  expect(timesUsd('-2', '0.25')).toBe('-0.5');
});
