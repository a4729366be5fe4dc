import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cargo, playwright, verdict, vitest } from './counts.mjs';

test('cargo: every binary counts, and what is ignored does not', () => {
  const output = [
    'running 3 tests',
    'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s',
    'test prints::test result: ok. 9 passed; 9 failed; … ok',
    'test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s',
  ].join('\n');
  assert.deepEqual(cargo(output), { passed: 7, failed: 2 });
});

test('vitest: a file that does not load is a failure', () => {
  const testResults = [
    { status: 'passed', assertionResults: [{}, {}] },
    { status: 'failed', assertionResults: [] },
  ];
  assert.deepEqual(vitest({ numPassedTests: 2, numFailedTests: 0, testResults }), { passed: 2, failed: 1 });
});

test('playwright: flaky tests and errors outside of tests are failures', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 3 };
  assert.deepEqual(playwright({ stats, errors: [{}] }), { passed: 5, failed: 3 });
});

test('a stage passes only when figures and exit code agree', () => {
  assert.deepEqual(verdict({ passed: 2, failed: 0 }, 0), { passed: 2, failed: 0 });
  assert.equal(verdict({ passed: 2, failed: 0 }, 101).failed, 1, 'a tool that ends badly failed');
  assert.equal(verdict({ passed: 0, failed: 0 }, 0).failed, 1, 'no tests is no success');
  assert.equal(verdict({ passed: 2, failed: 3 }, 1).failed, 3, 'the figures win where there are some');
});
