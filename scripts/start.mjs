// `npm start`: from a fresh clone to an open window. Arguments after `--` go to the app.
import { homedir } from 'node:os';
import { built, embeddedPage } from './lib/repository.mjs';
import { must, run, script } from './lib/run.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages, page } from './lib/tools.mjs';

const prompt = 'A paper boat drifts down a rainy street';

async function build() {
  await nodeAndRust();
  await systemPackages(['build', 'run']);
  await npmPackages();
  console.log('Building (the first time takes some minutes)');
  await page();
  // One call for both programs: built apart, they would want their shared dependencies with different features, twice.
  await must('cargo', ['build', '-p', 'lastframe-desktop', '-p', 'lastframe-cli', ...embeddedPage]);
}

/** The same job without a window: one rehearsal clip, in the person's own library. */
async function withoutWindow() {
  console.log('\nThere is no display here (neither DISPLAY nor WAYLAND_DISPLAY), so no window can open.');
  console.log(`Rehearsing one clip without it: “${prompt}”`);
  console.log('This is free: the practice service runs on this computer.\n');
  const request = ['generate', '--rehearsal', '--prompt', prompt, '--json'];
  const made = JSON.parse(await must(built('lastframe'), request, { show: false }));
  const [{ file, media, billed }] = made.clips;
  console.log(`File:   ${file}`);
  console.log(`Length: ${media.seconds.toFixed(2)} s (${media.frames} frames, ${media.width}×${media.height})`);
  console.log(`Cost:   $${billed.cost}, pretended: a rehearsal is never billed`);
}

await script(async () => {
  await build();
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!display) return withoutWindow();
  const { code } = await run(built('lastframe-desktop'), process.argv.slice(2), { cwd: homedir() });
  return code;
});
