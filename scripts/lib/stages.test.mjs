import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inside } from './repository.mjs';
import { stages, walls } from './stages.mjs';

test('the tests of the walls are there, and belong to `npm run test:faults`', () => {
  for (const name of walls) assert.ok(existsSync(inside('e2e', 'app', `${name}.test.mjs`)), `${name} has a file`);
  const { scripts } = JSON.parse(readFileSync(inside('package.json'), 'utf8'));
  assert.deepEqual(scripts['test:faults'].split(' ').slice(2), ['faults', 'walls']);
  const names = stages.map(({ name }) => name);
  for (const name of ['faults', 'walls', 'window']) assert.ok(names.includes(name), `there is a stage ${name}`);
});
