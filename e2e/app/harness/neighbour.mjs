// Another program beside the app's window: what a person drags out of it and into it, with the mouse.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { built } from '../../../scripts/lib/repository.mjs';
import { patience } from './app.mjs';
import { until } from './processes.mjs';

const call = promisify(execFile);

/** Where its window is: beside the app's, which is 1280 pixels wide in the corner of the display. */
const corner = { x: 1310, y: 60 };
/** The middle of its window, which is 100 pixels wide and high. */
const middle = { x: corner.x + 50, y: corner.y + 50 };

/** Milliseconds for which what is dragged is held before it is let go, and within which something comes of it. */
const [lingers, arrives] = [500, 10_000];

export class Neighbour {
  #said = [];

  /** Starts it with a file to give. It ends with the world. */
  static async start(world, file) {
    const neighbour = new Neighbour();
    neighbour.display = world.display.name;
    const env = { ...process.env, DISPLAY: world.display.name, GDK_BACKEND: 'x11', WAYLAND_DISPLAY: '' };
    const program = spawn(built('examples/neighbour'), [file, String(corner.x), String(corner.y)], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const gone = once(program, 'exit');
    world.atEnd(async () => {
      program.kill();
      await gone;
    });
    program.stdout
      .setEncoding('utf8')
      .on('data', (text) => neighbour.#said.push(...text.split('\n').filter((line) => line !== '')));
    await until(() => neighbour.#said.includes('ready'), 'the program beside the window shows itself', patience);
    return neighbour;
  }

  /** The URIs of the files that were let go over it. */
  get given() {
    return this.#said.filter((line) => line !== 'ready');
  }

  #mouse(...words) {
    return call('xdotool', words, { env: { ...process.env, DISPLAY: this.display } });
  }

  /** Presses the button in one place and moves on to another, until what that leads to has come about. */
  async #carry(from, to, come, what) {
    await this.#mouse('mousemove', String(from.x), String(from.y), 'mousedown', '1');
    // In steps, as a hand moves: a drag begins after some pixels, and who is under it hears of it by motion.
    const steps = 8;
    for (let step = 1; step <= steps; step += 1) {
      const along = (one, other) => String(Math.round(one + ((other - one) * step) / steps));
      await this.#mouse('mousemove', along(from.x, to.x), along(from.y, to.y));
    }
    let turn = 0;
    const moved = async () => {
      turn += 1;
      await this.#mouse('mousemove', String(to.x + (turn % 2)), String(to.y));
      return come();
    };
    await until(moved, what, patience);
    // Nor does a hand let go in the very moment: the window's yes has to reach the other program first.
    for (const end = Date.now() + lingers; Date.now() < end;) await moved();
    await this.#mouse('mouseup', '1');
  }

  /**
   * Drags its file onto a place of the window and lets it go there, once `taken` says that the window has seen it, until
   * `come` says what came of it. A drag may end in nothing on a busy computer, and the hand begins it again.
   */
  async giveTo(place, taken, come, what) {
    for (const end = Date.now() + patience; Date.now() < end;) {
      await this.#carry(middle, place, taken, 'the window sees that a file is dragged over it');
      const came = until(come, what, arrives);
      if (
        await came.then(
          () => true,
          () => false,
        )
      )
        return;
    }
    throw new Error(`a file was let go over the window in vain: ${what}`);
  }

  /** Drags something from a place of the window onto this program, and returns the URI that it was given. */
  async takeFrom(place) {
    const before = this.given.length;
    // It is let go blindly: GTK tells nobody but the two programs how far the drag has come, so it is tried until it arrives.
    for (const end = Date.now() + patience; Date.now() < end;) {
      const began = Date.now();
      await this.#carry(place, middle, () => Date.now() - began > 1500, 'the drag gets here');
      const arrived = () => this.given.length > before;
      await until(arrived, 'it arrives', 2000).catch(() => {});
      if (arrived()) return this.given.at(-1);
    }
    throw new Error('nothing that was dragged out of the window arrived');
  }
}
