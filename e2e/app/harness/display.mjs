// An X display of our own: `Xvfb` picks a free number itself, so that nothing on this computer is in its way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * @param {{width?: number, height?: number}} size in pixels
 * @returns {Promise<{name: string, stop: () => Promise<void>}>} `name` is what DISPLAY is set to, e.g. `:3`
 */
export async function startDisplay({ width = 1440, height = 900 } = {}) {
  const screen = ['-screen', '0', `${width}x${height}x24`];
  // Without `-noreset` it begins anew whenever its last client leaves, and refuses whoever comes in that moment.
  const server = spawn('Xvfb', ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const gone = once(server, 'exit');
  const [number] = await Promise.race([
    once(server.stdio[3], 'data'),
    gone.then(([code]) => Promise.reject(new Error(`Xvfb ended with ${code} before it gave a display`))),
  ]);
  return {
    name: `:${String(number).trim()}`,
    async stop() {
      server.kill();
      await gone;
    },
  };
}
