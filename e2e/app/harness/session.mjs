// Desktop sessions with a keychain in a state of its own: locked, without a collection, or with none at all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './processes.mjs';

const password = 'lastframe-tests';

/** Starts a program that ends with the world, or when it is told to. */
function start(world, program, args, env, input) {
  const child = spawn(program, args, { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'] });
  const gone = once(child, 'exit');
  child.stdin?.end(input);
  const stop = async () => {
    child.kill();
    await gone;
  };
  world.atEnd(stop);
  return { child, stop };
}

/**
 * A session with its own bus and folders.
 *
 * @param {{display: boolean}} options whether the keychain can show a window that asks for its password
 */
export async function startSession(world, { display = false } = {}) {
  const folder = mkdtempSync(join(world.folder, 'session-'));
  const env = { ...process.env };
  for (const name of ['runtime', 'data', 'config', 'cache']) {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    env[name === 'runtime' ? 'XDG_RUNTIME_DIR' : `XDG_${name.toUpperCase()}_HOME`] = path;
  }
  delete env.DISPLAY;
  delete env.WAYLAND_DISPLAY;
  if (display) env.DISPLAY = world.display.name;
  const bus = start(world, 'dbus-daemon', ['--session', '--nofork', '--print-address=1'], env);
  const [address] = await once(bus.child.stdout.setEncoding('utf8'), 'data');
  env.DBUS_SESSION_BUS_ADDRESS = address.trim();
  let keychain;
  return {
    env,
    /** What the app has to be started with to be in this session. */
    forApp: Object.fromEntries(
      ['XDG_RUNTIME_DIR', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'DBUS_SESSION_BUS_ADDRESS'].map(
        (name) => [name, env[name]],
      ),
    ),
    /** Starts the keychain, in place of one that runs: unlocked, with a collection; or as it is after a login without one. */
    async keychain({ unlocked }) {
      await keychain?.stop();
      const args = ['--foreground', '--components=secrets', ...(unlocked ? ['--unlock'] : [])];
      keychain = start(world, 'gnome-keyring-daemon', args, env, unlocked ? password : undefined);
      const owned = async () => {
        const question = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/'];
        const name = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
        const ask = start(world, 'dbus-send', [...question, ...name], env);
        let said = '';
        ask.child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
        await once(ask.child, 'close');
        return said.includes('boolean true');
      };
      await until(owned, 'the keychain is on the bus', 10_000);
    },
  };
}
