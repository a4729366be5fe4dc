// A loopback door to a service, which keeps its own record of every submit that came through, before the service sees
// it. Passes everything on, submits with pauses before and after, so that moments which are short become long.
import { createHash } from 'node:crypto';
import { createServer, request as call } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export class Recorder {
  /**
   * @param {() => URL} target where the service is now
   * @param {() => number} pause how long a submit is held, in milliseconds, each time anew
   */
  constructor(target, pause) {
    this.target = target;
    this.pause = pause;
    /** Bodies that arrived whole, in order: `{sha256, seed}`. */
    this.posts = [];
    this.server = createServer((request, response) => {
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  /** A port that is free now. Nobody listens there until {@link open}: connections are refused. */
  async reserve() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    this.address = `http://127.0.0.1:${this.port}`;
    this.server.close();
    await once(this.server, 'close');
  }

  async open() {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async close() {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  async pass(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const submit = request.method === 'POST';
    if (submit) {
      this.posts.push({
        sha256: createHash('sha256').update(body).digest('hex'),
        seed: JSON.parse(body).input[0].params.seed,
      });
      await sleep(this.pause());
    }
    // From here on it goes to the service whether or not the sender still lives, as on a real network.
    const { hostname, port } = this.target();
    const onward = call({ hostname, port, method: request.method, path: request.url, headers: request.headers });
    onward.end(body);
    const [reply] = await once(onward, 'response');
    const answer = [];
    for await (const chunk of reply) answer.push(chunk);
    if (submit) await sleep(this.pause());
    response.writeHead(reply.statusCode, reply.headers);
    response.end(Buffer.concat(answer));
  }
}
