// ARCHITECTURE.md names a test for each fault. A row whose test is gone or renamed promises what nobody shows.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inside } from './repository.mjs';

const left = new Set(['node_modules', 'target', 'dist', 'out']);

/** Every source file under a folder: its path and its text. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return left.has(entry.name) ? [] : sources(path);
    return /\.(rs|mjs|ts)$/.test(entry.name) ? [{ path, text: readFileSync(path, 'utf8') }] : [];
  });
}

/** The names in the last column of the tables under that heading. */
function named(page, heading) {
  const part = page.slice(page.indexOf(`\n## ${heading}`));
  const rows = part.split('\n').filter((line) => /^\|.*\|$/.test(line) && !/^\|(---| fault )/.test(line));
  return rows.map((row) => ({
    row,
    tests: [
      ...row
        .split('|')
        .at(-2)
        .matchAll(/`([^`]+)`/g),
    ].map((match) => match[1]),
  }));
}

/** Whether a file holds that test: a Rust function in a file or folder of that name, or a title. */
function holds({ path, text }, name) {
  const rust = name.match(/^(?:(\w+)::)?(\w+)$/);
  if (!rust) return !path.endsWith('.rs') && path !== import.meta.filename && text.includes(name);
  return path.includes(rust[1] ?? '') && new RegExp(`#\\[(tokio::)?test[^\\]]*\\][^}]*?fn ${rust[2]}\\(`).test(text);
}

test('every fault names a test that exists', () => {
  const rows = named(readFileSync(inside('ARCHITECTURE.md'), 'utf8'), 'What can go wrong and what happens then');
  assert.ok(rows.length > 40, 'the page has its rows');
  const files = ['crates', 'src-tauri', 'ui/src', 'e2e', 'scripts'].flatMap((folder) => sources(inside(folder)));
  for (const { row, tests } of rows) {
    assert.ok(tests.length > 0, `a fault without a test: ${row}`);
    for (const name of tests)
      assert.ok(
        files.some((file) => holds(file, name)),
        `there is no test “${name}”`,
      );
  }
});
