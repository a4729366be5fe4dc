// The program that is killed: `lastframe` on a library of its own. What it knows is asked of it through its own commands.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { built } from '../../../scripts/lib/repository.mjs';

const ask = promisify(execFile);

export class Victim {
  constructor(home, key) {
    this.home = home;
    // No keychain is asked and nothing of the person's own session is used.
    this.env = {
      PATH: process.env.PATH,
      LASTFRAME_API_KEY: key,
      LASTFRAME_HOME: home,
      LASTFRAME_LOG: 'warn',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/lastframe-test-bus',
    };
    mkdirSync(home, { recursive: true });
  }

  /** How many jobs it may have at one address at a time, from its next start on. */
  settings(parallel_jobs) {
    writeFileSync(join(this.home, 'settings.json'), JSON.stringify({ parallel_jobs }));
  }

  /** Starts a command. `said` collects its words. */
  start(...args) {
    const child = spawn(built('lastframe'), args, { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (child.said += text));
    return child;
  }

  /** Runs a command to its end and returns what it printed, or throws with its words. */
  async json(...args) {
    const options = { env: this.env, maxBuffer: 64 << 20, timeout: 120_000 };
    const { stdout } = await ask(built('lastframe'), [...args, '--json'], options);
    return JSON.parse(stdout);
  }

  jobs() {
    return this.json('jobs');
  }

  /** Every file of the clips folder. */
  files(folder = join(this.home, 'clips')) {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? this.files(path) : [path];
    });
  }
}

/** Ends a process in the middle of whatever it does. Whether it still ran. */
export async function strike(child) {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return child.signalCode === 'SIGKILL';
}
