// Lists, as far as the page needs them without the program: comma-separated with a header, or a prompt a line. The
// program's own reading is in crates/model/src/batch; tests of it belong there.

import type { Batch, BatchRow, Request, Unread } from '../bindings';
import { CommandError } from '../host';
import { addUsd } from '$lib/state/usd';
import { fullRequest } from '$lib/state/request';
import { check } from './check';

const COLUMNS = ['prompt', 'duration', 'ratio', 'count', 'seed'];

const refuse = (message: string, code: { why: 'empty' } | { why: 'too_many_rows'; at: number }): CommandError =>
  new CommandError({ code: 'invalid', message, field: null, hint: null, reason: { kind: 'list', code } });

/** The cells of a line, with quotation marks. */
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
  );

export function readBatch(text: string, base: Request): Batch {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const header = cellsOf(lines[0]?.line ?? '').map((name) => name.toLowerCase());
  const isTable = header.includes('prompt');
  const data = isTable ? lines.slice(1) : lines;
  if (data.length === 0) throw refuse('There is nothing in the list.', { why: 'empty' });
  if (data.length > 1_000)
    throw refuse(`A list has at most 1,000 rows; this one has ${data.length}.`, {
      why: 'too_many_rows',
      at: data.length,
    });
  const rows = data.map(({ line, number }) =>
    rowOf(isTable ? cellsOf(line) : [line.trim()], isTable ? header : ['prompt'], base, number),
  );
  const costs = rows.filter((row) => row.problems.every((one) => one.warning)).map((row) => row.total ?? '0');
  return {
    rows,
    unknown_columns: isTable ? header.filter((name) => !COLUMNS.includes(name)) : [],
    total: addUsd(costs),
  };
}

function rowOf(cells: string[], header: string[], base: Request, line: number): BatchRow {
  const request = fullRequest({ ...base, prompt: '' });
  const unread: Unread[] = [];
  let count = 1;
  for (const [index, column] of header.entries()) {
    const text = cells[index] ?? '';
    if (text === '') continue;
    const no = (field: Unread['field']): number =>
      unread.push({ field, column, text, message: `“${text}” cannot be read.` });
    const whole = /^\d+$/.test(text) ? Number(text) : null;
    if (column === 'prompt') request.prompt = text;
    else if (column === 'ratio') {
      if (/^(21:9|16:9|4:3|1:1|3:4|9:16)$/.test(text)) request.ratio = text as typeof request.ratio;
      else no('ratio');
    } else if (column === 'duration') {
      if (whole === null) no('length');
      else request.length = { unit: 'seconds', value: whole };
    } else if (column === 'count') {
      if (whole === null) no('count');
      else count = whole;
    } else if (column === 'seed') {
      if (whole === null) no('seed');
      else request.seed = whole;
    }
  }
  const checked = check(request, count);
  const code = 'cell_unread' as const;
  const told = unread.map(({ field, message }) => ({ field, code, message, warning: false, parameter: null }));
  const others = checked.problems.filter((one) => !unread.some((cell) => cell.field === one.field));
  return {
    line,
    request,
    count,
    unread,
    problems: [...told, ...others],
    estimate: checked.estimate,
    total: checked.total,
  };
}
