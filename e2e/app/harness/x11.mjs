// Closes a window as the person's desktop does: with the X11 message that a click on its × sends. There is no window
// manager on a test display to do it, and no small tool for it, so the four requests are written out here.
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** The visible windows of a process, as X11 ids. */
export async function windowsOf(pid, display) {
  try {
    const env = { ...process.env, DISPLAY: display };
    // Without --all those of any process with a name would be found.
    const args = ['search', '--all', '--onlyvisible', '--pid', String(pid), '--name', '.'];
    const { stdout } = await call('xdotool', args, { env });
    return stdout.trim().split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // xdotool says "none" by its exit code
  }
}

/** Whether there is any visible window with a name on a display. */
export async function anyWindow(display) {
  const env = { ...process.env, DISPLAY: display };
  const found = await call('xdotool', ['search', '--onlyvisible', '--name', '.'], { env }).catch(() => undefined);
  return found !== undefined && found.stdout.trim() !== '';
}

/** Reads exactly as many bytes as asked for, in order. */
function reader(socket) {
  let buffer = Buffer.alloc(0);
  let wake = () => {};
  let ended;
  socket.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    wake();
  });
  socket.on('error', (error) => ((ended = error), wake()));
  socket.on('end', () => ((ended = new Error('the X server hung up')), wake()));
  return async (length) => {
    while (buffer.length < length) {
      if (ended) throw ended;
      await new Promise((resolve) => (wake = resolve));
    }
    const taken = buffer.subarray(0, length);
    buffer = buffer.subarray(length);
    return taken;
  };
}

/** Opens a connection without authorisation, which a display of our own does not ask for. */
async function open(display) {
  const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
  const read = reader(socket);
  const hello = Buffer.alloc(12);
  hello.write('l', 0); // little-endian
  hello.writeUInt16LE(11, 2); // protocol 11.0
  socket.write(hello);
  const reply = await read(8);
  await read(reply.readUInt16LE(6) * 4);
  if (reply[0] !== 1) throw new Error('the X server refused the connection');
  return { socket, read };
}

/** InternAtom: the number of a name. */
async function atom({ socket, read }, name) {
  const padded = Math.ceil(name.length / 4) * 4;
  const request = Buffer.alloc(8 + padded);
  request[0] = 16;
  request.writeUInt16LE(request.length / 4, 2);
  request.writeUInt16LE(name.length, 4);
  request.write(name, 8);
  socket.write(request);
  return (await read(32)).readUInt32LE(8);
}

/** Asks a window to close: WM_DELETE_WINDOW, as ICCCM 4.2.8 describes it. */
export async function askToClose(window, display) {
  const connection = await open(display);
  const protocols = await atom(connection, 'WM_PROTOCOLS');
  const deleteWindow = await atom(connection, 'WM_DELETE_WINDOW');
  const request = Buffer.alloc(44);
  request[0] = 25; // SendEvent
  request.writeUInt16LE(11, 2);
  request.writeUInt32LE(window, 4);
  request[12] = 33; // ClientMessage
  request[13] = 32; // of 32-bit items
  request.writeUInt32LE(window, 16);
  request.writeUInt32LE(protocols, 20);
  request.writeUInt32LE(deleteWindow, 24);
  connection.socket.write(request);
  await atom(connection, 'WM_PROTOCOLS'); // its reply says that the server has dealt with the event
  connection.socket.end();
}
