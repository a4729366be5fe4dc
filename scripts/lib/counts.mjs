// How many checks a tool really ran, read from its own report. A stage is believed only with figures.
// Everything here is pure: text or parsed JSON in, `{passed, failed}` out.

/** Sums the `test result:` lines of `cargo test`, one per binary and per set of doc examples. */
export function cargo(output) {
  const lines = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)];
  return {
    passed: lines.reduce((sum, [, passed]) => sum + Number(passed), 0),
    failed: lines.reduce((sum, [, , failed]) => sum + Number(failed), 0),
  };
}

/** The JSON report of vitest. A file that could not be loaded has no tests in it, and counts as one failure. */
export function vitest(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/** The JSON report of Playwright. A test that passed only on a second attempt is not one that passes. */
export function playwright(report) {
  const { expected, unexpected, flaky } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length };
}

/** The figures that our reporter for node:test leaves behind. */
export const nodeTest = ({ passed, failed }) => ({ passed, failed });

/**
 * What a stage comes to. A tool's exit code and its figures must agree on success: a stage fails as well when the tool
 * ended badly though nothing in its report failed, and when it ran nothing at all.
 *
 * @param {{passed: number, failed: number}} counted
 * @param {number} code the tool's exit code
 */
export function verdict({ passed, failed }, code) {
  if (code !== 0 && failed === 0) return { passed, failed: 1, why: `it ended with ${code}` };
  if (passed + failed === 0) return { passed, failed: 1, why: 'it ran no tests' };
  return { passed, failed };
}
