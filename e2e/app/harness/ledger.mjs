// The practice service's own books: one line per submit that it accepted, whatever the app believes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many submits the practice service of a home has accepted. */
export function submits(home) {
  const ledger = join(home, 'rehearsal', 'ledger.jsonl');
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n').length : 0;
}
