// Writes ui/src/lib/ipc/bindings.ts from the Rust types. The same test, without the variable, fails when the file is stale.
import { existsSync } from 'node:fs';
import { inside } from './lib/repository.mjs';
import { must, script } from './lib/run.mjs';
import { page } from './lib/tools.mjs';

await script(async () => {
  // The desktop crate takes the page into itself, whatever state the page is in.
  if (!existsSync(inside('ui', 'dist'))) await page();
  await must('cargo', ['test', '-p', 'lastframe-desktop', '--features', 'custom-protocol', '--lib', 'typescript'], {
    env: { LASTFRAME_WRITE_BINDINGS: '1' },
  });
});
