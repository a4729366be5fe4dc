// Draws every size of the icon from icons/lastframe.svg. Run it after changing the drawing, and commit the result.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inside } from './lib/repository.mjs';
import { must, script } from './lib/run.mjs';

/** What the bundles, the tray and the window use. The tool draws mobile and store sizes too; they stay out. */
const used = ['32x32.png', '64x64.png', '128x128.png', '128x128@2x.png', 'icon.png', 'icon.icns', 'icon.ico'];

await script(async () => {
  const drawn = mkdtempSync(join(tmpdir(), 'lastframe-icons-'));
  try {
    await must('npx', ['tauri', 'icon', inside('icons', 'lastframe.svg'), '--output', drawn], { show: false });
    mkdirSync(inside('icons'), { recursive: true });
    for (const name of used) copyFileSync(join(drawn, name), inside('icons', name));
  } finally {
    rmSync(drawn, { recursive: true });
  }
  console.log(`icons/: ${used.join(' ')}`);
});
