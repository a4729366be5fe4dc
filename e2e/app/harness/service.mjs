// The rehearsal service standing alone, in the place of the hosted one: its own program, address and key.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../../scripts/lib/repository.mjs';

/**
 * Starts `lastframe rehearsal` on a free port.
 *
 * @returns {Promise<{address: string, key: string}>} It ends with the world.
 */
export async function startService(world, { speed = 4 } = {}) {
  // Its tasks are kept beside the home, never in it: what is found in the home was written by the app.
  const folder = mkdtempSync(join(world.folder, 'service-'));
  const args = ['--home', folder, 'rehearsal', '--port', '0', '--speed', String(speed), '--json'];
  const service = spawn(built('lastframe'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(service, 'exit');
  world.atEnd(async () => {
    service.kill();
    await gone;
  });

  // One JSON document, printed over several lines, once it can be reached; then nothing more.
  let said = '';
  const reachable = new Promise((resolve) => {
    service.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.trimEnd().endsWith('}')) resolve(JSON.parse(said));
    });
  });
  let words = '';
  service.stderr.setEncoding('utf8').on('data', (text) => (words += text));
  const ended = gone.then(([code]) => Promise.reject(new Error(`lastframe rehearsal ended with ${code}: ${words}`)));
  ended.catch(() => {}); // its ordinary end, when the world ends
  return Promise.race([reachable, ended]);
}
