// What a person does outside the window: copy a text, press keys that the window hears as a keyboard's.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until } from './processes.mjs';
import { windowsOf } from './x11.mjs';

/** How long keys may take to have their effect, on a busy computer. Milliseconds. */
const patience = 20_000;

const call = promisify(execFile);
const on = (display) => ({ ...process.env, DISPLAY: display });

/** Copies a text, as another program would; it stays on the clipboard until the returned function is called. */
export async function copy(world, text) {
  const owner = spawn('xclip', ['-selection', 'clipboard', '-quiet'], {
    env: on(world.display.name),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = once(owner, 'exit');
  owner.stdin.end(text);
  const look = () => call('xclip', ['-selection', 'clipboard', '-o'], { env: on(world.display.name) });
  for (let tries = 0; (await look().catch(() => ({}))).stdout !== text; tries += 1) {
    if (tries > 50) throw new Error('the text did not get onto the clipboard');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const forget = async () => {
    owner.kill();
    await gone;
  };
  world.atEnd(forget);
  return forget;
}

/** Presses keys (in xdotool's names) while the window has the keyboard. There is no window manager to give it. */
export async function press(app, ...keys) {
  const [window] = await windowsOf(app.pid, app.display);
  const env = on(app.display);
  await call('xdotool', ['windowfocus', '--sync', String(window)], { env });
  await call('xdotool', ['key', ...keys], { env });
}

/** Types a text on the keyboard, one key after another. */
export async function type(app, text) {
  const [window] = await windowsOf(app.pid, app.display);
  await call('xdotool', ['windowfocus', '--sync', String(window)], { env: on(app.display) });
  await call('xdotool', ['type', '--delay', '12', text], { env: on(app.display) });
}

/** Presses keys at a window that nobody drives, until what they lead to has come about. */
export async function pressUntil(app, come, what, ...keys) {
  for (const end = Date.now() + patience; Date.now() < end;) {
    await press(app, ...keys);
    for (let looks = 0; looks < 10; looks += 1) {
      if (await come()) return;
      await sleep(100);
    }
  }
  throw new Error(`pressing ${keys.join(' ')} did not lead to it: ${what}`);
}

/**
 * Answers the system's own dialog that asks for a file's name, which `ask` brings up: types the path and confirms. Returns
 * once the dialog has gone.
 */
export async function nameFile(app, ask, path) {
  const dialog = await askedFor(app, ask);
  await answer(app, dialog, path);
}

/** Lets the system's dialog choose what is there already, a file or a folder, by its path. */
export async function pickFile(app, ask, path) {
  const dialog = await askedFor(app, ask);
  // A slash opens the line for a path; what is typed before that line is there would be lost.
  await answer(app, dialog, path, async () => {
    await call('xdotool', ['type', '/'], { env: on(app.display) });
    await sleep(1000);
  });
}

/** Asks for a dialog and puts it away. */
export async function putAway(app, ask) {
  const dialog = await askedFor(app, ask);
  for (const end = Date.now() + patience; Date.now() < end && !(await dialog.isGone());) {
    await call('xdotool', ['key', '--window', String(dialog.window), 'Escape'], { env: on(app.display) }).catch(
      () => {},
    );
    await until(dialog.isGone, 'it goes', 2000).catch(() => {});
  }
  if (!(await dialog.isGone())) throw new Error('the dialog did not go away');
}

/** The system's dialog that comes when it is asked for. Without a window manager nobody else gives it the keyboard. */
async function askedFor(app, ask) {
  const before = await windowsOf(app.pid, app.display);
  const dialogs = async () => (await windowsOf(app.pid, app.display)).filter((window) => !before.includes(window));
  await ask();
  await until(async () => (await dialogs()).length > 0, 'the system asks', patience);
  const [window] = await dialogs();
  await call('xdotool', ['windowfocus', '--sync', String(window)], { env: on(app.display) });
  return { window, isGone: async () => (await dialogs()).length === 0 };
}

/** Types a path where the dialog takes one, once `ready`, and confirms it. */
async function answer(app, { window, isGone }, path, ready = async () => {}) {
  const env = on(app.display);
  // A dialog that is still being made may miss some of it: then all is typed again.
  for (let tries = 0; tries < 3 && !(await isGone()); tries += 1) {
    await ready();
    await call('xdotool', ['key', 'ctrl+a'], { env });
    await call('xdotool', ['type', '--delay', '12', path], { env });
    // Until the dialog has read the folder, it may not hear the key.
    for (const end = Date.now() + patience / 2; Date.now() < end && !(await isGone());) {
      await call('xdotool', ['key', '--window', String(window), 'Return'], { env }).catch(() => {});
      await until(isGone, 'it goes', 2000).catch(() => {});
    }
  }
  if (!(await isGone())) throw new Error('the dialog for a file did not go away');
}

/** What is on the screen, as a file. */
export async function photograph(world, name) {
  const file = join(world.folder, `${name}.png`);
  await call('import', ['-window', 'root', file], { env: on(world.display.name) });
  return file;
}

/** The share of points (0 – 1) in which two pictures of one size differ visibly. */
export async function difference(one, other) {
  // It tells by its exit code that they differ, and by how many points on the other stream.
  const { stderr } = await call('compare', ['-metric', 'AE', '-fuzz', '8%', one, other, 'null:']).catch((said) => said);
  const { stdout } = await call('identify', ['-format', '%[fx:w*h]', one]);
  const points = Number.parseFloat(stderr);
  if (Number.isNaN(points)) throw new Error(`the pictures could not be compared: ${stderr}`);
  return points / Number(stdout);
}
