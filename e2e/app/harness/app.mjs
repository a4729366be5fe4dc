// The built app in its real window, driven by WebDriver. WebKitWebDriver starts the program itself, so the environment of
// the driver is the environment of the app: one driver per start of the app.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { remote } from 'webdriverio';
import { built } from '../../../scripts/lib/repository.mjs';
import { alive, childrenOf, until } from './processes.mjs';
import { askToClose, windowsOf } from './x11.mjs';

/** How long anything in the window may take that is not a job. Milliseconds; generous, for a busy computer. */
export const patience = 30_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function connect(port, program) {
  return remote({
    hostname: '127.0.0.1',
    port,
    logLevel: 'silent',
    connectionRetryCount: 0,
    waitforTimeout: patience,
    capabilities: {
      // The driver speaks classic WebDriver only, and refuses capabilities it has not heard of.
      'wdio:enforceWebDriverClassic': true,
      'webkitgtk:browserOptions': { binary: program, args: [] },
    },
  });
}

/**
 * Both the driver and, for its talk with the app, WebKit choose a port that is free and open it a moment later; another
 * program may have it by then. Says nothing about the app, so the start is tried again.
 */
class PortTaken extends Error {}

const portTaken = (log) =>
  /remote inspector server on .*: Error binding to address|Unable to listen for HTTP server/.test(log);

/**
 * Never resolves; throws once the app that the driver started has ended, or cannot be reached. The driver itself would wait
 * for it for ever.
 */
async function endOfStart(app) {
  const words = 'the app ended before its window was there';
  const driver = app.driver.pid;
  const stopped = () => portTaken(app.log) || !alive(driver);
  await until(() => stopped() || childrenOf(driver).length > 0, words, patience);
  const [child] = childrenOf(driver);
  while (!stopped() && alive(child)) await sleep(100);
  throw portTaken(app.log) ? new PortTaken('a port was taken by another program') : new Error(words);
}

/** Tries once more, twice at most, when a port was taken. */
async function withPorts(start) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error.cause instanceof PortTaken) || tries === 3) throw error;
    }
  }
}

export class App {
  /**
   * Starts the app.
   *
   * @param {{display: string, home: string, env?: Record<string, string | undefined>, program?: string}} options
   *   `home` becomes LASTFRAME_HOME; a variable of `env` that is `undefined` is unset.
   */
  static start(options) {
    return withPorts(() => App.#start(options));
  }

  static async #start({ display, home, env = {}, program = built('lastframe-desktop') }) {
    const port = await freePort();
    const whole = {
      ...process.env,
      LASTFRAME_HOME: home,
      LASTFRAME_API_KEY: undefined,
      LASTFRAME_ENDPOINT: undefined,
      DISPLAY: display,
      WAYLAND_DISPLAY: undefined,
      GDK_BACKEND: 'x11',
      LANG: 'C.UTF-8',
      // What makes a Tauri window controllable at all: without it the driver waits for ever.
      TAURI_WEBVIEW_AUTOMATION: 'true',
      ...env,
    };
    const log = [];
    const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
      env: Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [driver.stdout, driver.stderr])
      stream.setEncoding('utf8').on('data', (text) => log.push(text));
    const app = new App(driver, display, home, log);
    try {
      const listens = async () => (await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined))?.ok;
      await until(async () => portTaken(app.log) || (await listens()), 'WebKitWebDriver listens', patience);
      if (portTaken(app.log)) throw new PortTaken('the driver’s port was taken by another program');
      app.browser = await Promise.race([connect(port, program), endOfStart(app)]);
      [app.pid] = childrenOf(driver.pid);
      await app.browser.setTimeout({ script: 60_000 });
    } catch (error) {
      await app.end();
      throw new Error(`${error.message}\n--- what the app said ---\n${app.log}`, { cause: error });
    }
    return app;
  }

  constructor(driver, display, home, log) {
    this.driver = driver;
    this.display = display;
    this.home = home;
    this.lines = log;
  }

  /** What the app and its driver printed. */
  get log() {
    return this.lines.join('');
  }

  /** Clicks the window's ×, as a person does, and waits until the app is gone. */
  async close() {
    const windows = await windowsOf(this.pid, this.display);
    if (windows.length === 0) throw new Error('the app has no visible window to close');
    for (const window of windows) await askToClose(window, this.display);
    await until(() => !alive(this.pid), 'the app ends after its window was closed', patience);
    await this.#stopDriver();
  }

  /** Kills the app at once, as a power cut would. */
  async kill() {
    process.kill(this.pid, 'SIGKILL');
    await until(() => !alive(this.pid), 'the app ends after SIGKILL', patience);
    await this.#stopDriver();
  }

  /** Ends whatever still runs. Safe to call at any time, more than once. */
  async end() {
    const started = this.pid ? [this.pid] : childrenOf(this.driver.pid);
    for (const pid of started) if (alive(pid)) process.kill(pid, 'SIGTERM');
    for (const pid of started)
      await until(() => !alive(pid), 'the app ends after SIGTERM', 5000).catch(() => process.kill(pid, 'SIGKILL'));
    await this.#stopDriver();
  }

  async #stopDriver() {
    if (this.driver.exitCode !== null || this.driver.signalCode !== null) return;
    const gone = once(this.driver, 'exit');
    this.driver.kill();
    await gone;
  }
}
