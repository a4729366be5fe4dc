// Everything one test owns: a folder, a display, the programs it started. What a failing test saw is kept in e2e/app/out.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inside } from '../../../scripts/lib/repository.mjs';
import { App } from './app.mjs';
import { startDisplay } from './display.mjs';
import { Person } from './person.mjs';

/** How much quicker than a person would see it the practice service works, where its pace is not what is tested. */
const quick = '4';

export class World {
  /** @param {{width?: number, height?: number}} size of the screen in pixels */
  static async create(size) {
    return new World(await startDisplay(size));
  }

  constructor(display) {
    this.display = display;
    this.folder = mkdtempSync(join(tmpdir(), 'lastframe-window-'));
    this.home = join(this.folder, 'home');
    this.apps = [];
    this.ends = [];
  }

  /** Starts the app on this world's home, and returns the person in front of it. */
  async open(env = {}) {
    if (this.over) throw new Error('the test is over');
    const app = await App.start({
      display: this.display.name,
      home: this.home,
      env: { LASTFRAME_REHEARSAL_SPEED: quick, ...env },
    });
    this.apps.push(app);
    return new Person(app, this);
  }

  /**
   * Changes what is in settings.json, as if it had been chosen in the window. A hosted service's model specs are asked of
   * nobody: no test calls anything but this computer.
   */
  writeSettings(choices) {
    mkdirSync(this.home, { recursive: true });
    const file = join(this.home, 'settings.json');
    const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    writeFileSync(file, JSON.stringify({ specs_address: 'http://127.0.0.1:9', ...before, ...choices }));
  }

  /** Registers what has to be stopped when the test is over, newest first. */
  atEnd(stop) {
    this.ends.unshift(stop);
  }

  /** Keeps what there is to see of a failure. */
  async record(name) {
    const kept = inside('e2e', 'app', 'out', name.replaceAll(/[^a-z0-9]+/gi, '-'));
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(kept, { recursive: true });
    for (const [index, app] of this.apps.entries()) {
      writeFileSync(join(kept, `app-${index + 1}.log`), app.log);
      const picture = await app.browser?.takeScreenshot().catch(() => undefined);
      if (picture) writeFileSync(join(kept, `app-${index + 1}.png`), picture, 'base64');
    }
    cpSync(join(this.home, 'logs'), join(kept, 'logs'), { recursive: true, force: true });
  }

  async end() {
    this.over = true;
    for (const app of this.apps) await app.end();
    for (const stop of this.ends) await stop();
    await this.display.stop();
    // A child of the window's may write its last into it.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/**
 * One test in a world of its own. Not node:test's own time limit: that would abandon the programs of a test that hangs,
 * this one ends them.
 */
export function windowTest(name, body, { minutes = 6 } = {}) {
  test(name, async () => {
    const world = await World.create();
    const limit = new AbortController();
    const tooLong = sleep(minutes * 60_000, undefined, { signal: limit.signal }).then(() => {
      throw new Error(`it did not finish within ${minutes} minutes`);
    });
    try {
      await Promise.race([body(world), tooLong]);
    } catch (error) {
      await world.record(name).catch(() => {}); // the failure itself must not be hidden by one of recording it
      throw error;
    } finally {
      limit.abort();
      tooLong.catch(() => {});
      await world.end();
    }
  });
}
