// How long the ledger's sums take over 100,000 jobs, in a release build, beside a query that reads every row's JSON.
// `node bench/usage.mjs`
import { must, script } from '../scripts/lib/run.mjs';

const test = 'usage::the_sums_of_a_hundred_thousand_jobs_are_measured';

await script(() =>
  must('cargo', [
    ...['test', '--release', '-p', 'lastframe-library', '--test', 'it', test],
    ...['--', '--ignored', '--exact', '--nocapture'],
  ]),
);
