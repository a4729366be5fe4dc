// A service that speaks the contract and says in it whatever a test wants said: words, ids, links, refusals.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** A small MP4 (29 frames of 480p, H.264), as the service would send one. */
async function video(world) {
  const file = join(world.folder, 'scripted.mp4');
  const args = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=864x480:rate=24', '-frames:v', '29'];
  await call('ffmpeg', [...args, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', file]);
  return readFileSync(file);
}

/** Listens on a free port of this computer until the world ends; returns the address. */
async function listen(world, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** A server that nobody has any business with: it keeps every request that reaches it. */
export async function startBait(world) {
  const requests = [];
  const page = '<!doctype html><title>bait</title><script>window.pwned = true</script>';
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' }).end(page);
  });
  return { address: await listen(world, server), requests };
}

const json = (status, value, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

/**
 * Starts the service.
 *
 * @param world it ends with
 * @param {{key: string, submit?: Function, poll?: Function, file?: Function}} answers what it says instead of the usual;
 *   each may return nothing, and is looked up anew for every call, so that a test may change its mind.
 */
export async function startScripted(world, answers) {
  const mp4 = await video(world);
  const polls = new Map();
  const seen = { submits: [], polls: [], files: [], refused: [], keyElsewhere: [] };
  let next = 0;

  const submit = (body) => {
    seen.submits.push(body);
    return (
      answers.submit?.(body, seen.submits.length) ?? json(200, { id: `task-${(next += 1)}`, status: 'in_progress' })
    );
  };
  const poll = (id) => {
    seen.polls.push(id);
    if (id === 'lastframe-key-check') return json(404, { error: { message: 'no such task' } });
    const times = (polls.get(id) ?? 0) + 1;
    polls.set(id, times);
    const said = answers.poll?.(id, times);
    if (said) return said;
    if (times < 2) return json(200, { id, status: 'in_progress', progress: 0.5 });
    return json(200, completed(id, `${address}/files/clip.mp4?sig=signed-${times}`));
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, 'http://service');
    const authorised = request.headers.authorization === `Bearer ${answers.key}`;
    const [, task] = /^\/model\/v1\/generation\/task\/(.*)$/.exec(url.pathname) ?? [];
    let said;
    if (url.pathname.startsWith('/files/')) {
      seen.files.push(request.url);
      if (request.headers.authorization) seen.keyElsewhere.push(request.url);
      said = answers.file?.(url) ?? { status: 200, headers: { 'content-type': 'video/mp4' }, body: mp4 };
    } else if (!authorised) {
      seen.refused.push(`${request.method} ${request.url}`);
      said = answers.refuse?.(request) ?? json(401, { error: { message: 'invalid key' } });
    } else if (request.method === 'POST') said = submit(Buffer.concat(chunks).toString());
    else if (task !== undefined) said = poll(decodeURIComponent(task));
    else said = json(404, { message: 'not found' });
    response.writeHead(said.status, said.headers).end(said.body);
  });
  const address = await listen(world, server);
  /** Makes the service unreachable: whoever asks for it is refused the connection. */
  const away = async () => {
    const gone = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await gone;
  };
  /** The same service at the same address again. */
  const back = async () => {
    server.listen(Number(new URL(address).port), '127.0.0.1');
    await once(server, 'listening');
  };
  return { address, seen, json, away, back };
}

/** The reply of a finished task. */
export const completed = (id, url, extra = {}) => ({
  id,
  status: 'completed',
  progress: 1,
  output: [{ content: [{ type: 'video', url, format: 'mp4' }] }],
  usage: { cost: '0.0100' },
  ...extra,
});
