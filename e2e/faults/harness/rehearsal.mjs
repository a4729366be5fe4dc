// The practice service as a process of its own, standing in for a hosted service. Its folder is the independent record:
// what it accepted (`ledger.jsonl`) and what it served (`results/`).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../../scripts/lib/repository.mjs';

export class Rehearsal {
  constructor(home) {
    this.home = home;
    this.folder = join(home, 'rehearsal', 'alone');
    this.faults = join(home, 'faults.json');
    mkdirSync(home, { recursive: true });
  }

  /** What goes wrong from now on; the form is in crates/rehearsal/src/faults.rs. */
  tell(faults) {
    writeFileSync(this.faults, JSON.stringify(faults));
  }

  /** Starts it; a second start uses the port of the first. */
  async start(speed) {
    const args = ['--home', this.home, '--json', 'rehearsal', '--speed', String(speed), '--faults', this.faults];
    if (this.address) args.push('--port', new URL(this.address).port);
    this.child = spawn(built('lastframe'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    for await (const chunk of this.child.stdout) {
      text += chunk;
      if (text.trimEnd().endsWith('}')) break;
    }
    const { address, key } = JSON.parse(text);
    Object.assign(this, { address, key });
  }

  /** Kills it, as a service's computer dies. */
  async kill() {
    if (!this.child || this.child.signalCode) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Every submit that it accepted: `{id, sha256}` of the task and of the body. */
  accepted() {
    const file = join(this.folder, 'ledger.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse);
  }

  /** The file that it serves for a task. */
  result(task) {
    return join(this.folder, 'results', `${task}.mp4`);
  }
}
