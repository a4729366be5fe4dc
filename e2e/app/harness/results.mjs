// A reporter for node:test that leaves the figures in a file: {passed, failed, skipped}. Only tests count, not the
// suites and files around them.

const figures = { passed: 0, failed: 0, skipped: 0 };

const isContainer = ({ name, details, file }) =>
  details?.type === 'suite' || (file !== undefined && name === file) || name.endsWith('.mjs');

export default async function* results(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A file that fails without one of its tests failing (it could not be loaded, say) must not pass unseen.
    if (isContainer(data)) {
      if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') figures.failed += 1;
    } else if (data.skip !== undefined || data.todo !== undefined) figures.skipped += 1;
    else figures[type === 'test:pass' ? 'passed' : 'failed'] += 1;
  }
  yield `${JSON.stringify(figures)}\n`;
}
