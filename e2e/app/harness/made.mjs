// Clips that are there before the window opens: made by the command line with the practice service, quickly and small.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { built } from '../../../scripts/lib/repository.mjs';

const call = promisify(execFile);

/** What `lastframe` prints as its one JSON document about a home. */
export async function told(home, ...words) {
  const { stdout } = await call(built('lastframe'), ['--home', home, '--json', ...words], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

/**
 * Makes one clip a prompt, all in one list, and lets the person be through the door *Rehearse*.
 *
 * @returns {Promise<string[]>} their ids, in the order of the prompts
 */
export async function makeClips(world, prompts, flags = ['--resolution', '480p', '--duration', '2']) {
  world.writeSettings({ door: 'rehearse' });
  const list = join(mkdtempSync(join(world.folder, 'list-')), 'prompts.txt');
  writeFileSync(list, prompts.map((prompt) => `${prompt}\n`).join(''));
  await told(world.home, '--rehearsal', '--rehearsal-speed', '50', 'generate', '--batch', list, ...flags);
  const { clips } = await told(world.home, 'clips');
  return prompts.map((prompt) => clips.find((clip) => clip.request.prompt === prompt).id);
}
