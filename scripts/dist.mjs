// Builds what people install, for the system it runs on. On Linux the .deb, unless arguments after
// `--` say otherwise: the AppImage needs downloads and is made by the release workflow.
import { must, script } from './lib/run.mjs';
import { systemPackages } from './lib/system.mjs';
import { nodeAndRust, npmPackages } from './lib/tools.mjs';

await script(async () => {
  await nodeAndRust();
  await systemPackages(['build', 'run']);
  await npmPackages();
  const more = process.argv.slice(2);
  const bundles = process.platform === 'linux' && !more.includes('--bundles') ? ['--bundles', 'deb'] : [];
  await must('npx', ['tauri', 'build', ...bundles, ...more]);
});
