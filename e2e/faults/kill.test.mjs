// The program is killed at random moments while it has fifty jobs, and started again each time. Two records that it
// cannot write to say what really happened: the door that every submit came through, and the service's own ledger.
// `LASTFRAME_TEST_SEED=N` repeats the moments of a run.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recorder } from './harness/recorder.mjs';
import { Rehearsal } from './harness/rehearsal.mjs';
import { seeded } from './harness/random.mjs';
import { Victim, strike } from './harness/victim.mjs';

const KILLS = 200;
const JOBS = 50;
/** One address may have ten jobs at a time, which is the program's own limit; five addresses have fifty. */
const DOORS = 5;
/** Kills during which jobs are sent and rendered slowly; in those after them they come to their ends. */
const SENDING = 90;
/** Jobs that are held back from their ends, so that the last kill strikes something too. */
const KEPT_BACK = 5;
/** Longest life of the program between two kills, milliseconds, beside what a start takes on this computer. */
const LIFE = 500;

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const isOpen = ({ state }) => ['queued', 'submitting', 'running', 'downloading'].includes(state);
const since = (start) => Math.round((Date.now() - start) / 1000);
const counted = (items) => {
  const counts = new Map();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

/** Everything of one run. */
class Siege {
  constructor(folder, seed) {
    this.random = seeded(seed);
    this.service = new Rehearsal(join(folder, 'service'));
    this.home = join(folder, 'home');
    const target = () => new URL(this.service.address);
    // Mostly short, sometimes long.
    const pause = () => (this.random() < 0.15 ? 500 : 50) * this.random();
    this.doors = Array.from({ length: DOORS }, () => new Recorder(target, pause));
    this.struck = new Map();
    this.most = 0;
    this.compared = new Set();
  }

  posts() {
    return this.doors.flatMap((door) => door.posts);
  }

  /** Jobs enter the queue while nobody listens at the doors: what is refused a connection has not been sent. */
  async fill() {
    await this.service.start(0.2);
    this.victim = new Victim(this.home, this.service.key);
    for (const door of this.doors) await door.reserve();
    let wanted = 0;
    for (const door of this.doors) {
      for (const count of [8, JOBS / DOORS - 8]) {
        const what = ['--prompt', 'Waves', '--resolution', '480p', '--frames', '29', '--count', String(count)];
        const child = this.victim.start('--endpoint', door.address, 'generate', ...what);
        wanted += count;
        for (let tries = 0; (await this.victim.jobs()).length < wanted; tries += 1) {
          assert.ok(tries < 600 && child.exitCode === null, `the jobs were not taken: ${child.said}`);
          await sleep(50);
        }
        await strike(child);
      }
    }
    for (const door of this.doors) await door.open();
    const began = Date.now();
    for (let start = 0; start < 5; start += 1) await this.victim.jobs();
    this.life = LIFE + Date.now() - began;
  }

  /** One life of the program, ended at a random moment; then a look at what it left. */
  async live(number) {
    this.victim.settings(Math.min(10, 1 + Math.floor(number / 6)));
    const child = this.victim.start('run');
    await sleep(this.life * this.random());
    if (!(await strike(child))) {
      this.why = `the program ended by itself with ${child.exitCode}: ${child.said}`;
      return false;
    }
    const jobs = await this.victim.jobs();
    for (const [state, count] of counted(jobs.map((job) => job.state))) {
      // What was in the middle of something when it was struck.
      if (['submitting', 'running', 'downloading'].includes(state))
        this.struck.set(state, (this.struck.get(state) ?? 0) + count);
    }
    this.most = Math.max(this.most, jobs.filter(({ state }) => ['running', 'downloading'].includes(state)).length);
    this.compare(jobs);
    this.steer(number, jobs);
    this.why = 'no job is open any more';
    return jobs.some(isOpen);
  }

  /** Slows downloads down when jobs end faster than kills come, so that to the last kill there is something to hit. */
  steer(number, jobs) {
    const due = ((JOBS - KEPT_BACK) * (number - SENDING)) / (KILLS - SENDING);
    this.ended = jobs.filter((job) => !isOpen(job)).length;
    const ahead = number > SENDING ? this.ended / Math.max(KEPT_BACK, due) : 0;
    // However quick the computer is: in the life of a program next to nothing comes through at the slowest pace.
    const slow = ahead > 1 ? 5_000 : ahead > 0.85 ? 300_000 : 3_000_000;
    if (slow !== this.slow) this.service.tell({ always: { download: { slow } } });
    this.slow = slow;
  }

  /** Whatever has a final name is, at any moment, byte for byte what the service serves for that job's task. */
  compare(jobs) {
    for (const file of this.victim.files().filter((name) => name.endsWith('.mp4') && !this.compared.has(name))) {
      const job = jobs.find(({ id }) => id === basename(file, '.mp4'));
      assert.ok(job?.task_id, `${file} belongs to a job that was accepted`);
      assert.equal(hash(readFileSync(file)), hash(readFileSync(this.service.result(job.task_id))), file);
      this.compared.add(file);
    }
  }

  /**
   * The promises about money, from the two records and the library. Right after a kill a job may still be `submitting`;
   * the next start calls it unknown.
   */
  audit(jobs, struck = false) {
    const accepted = this.service.accepted();
    const posts = this.posts();
    for (const [sha256, times] of counted(posts.map((post) => post.sha256)))
      assert.equal(times, 1, `the door saw the POST ${sha256} ${times} times`);
    for (const [sha256, times] of counted(accepted.map((line) => line.sha256)))
      assert.equal(times, 1, `the service accepted ${sha256} ${times} times`);
    assert.equal(jobs.length, JOBS, 'no job appeared and none was lost');
    const seeds = new Map(jobs.map((job) => [job.request.seed, job]));
    assert.equal(seeds.size, JOBS, 'each job has a seed of its own, by which it is known outside');
    const job = new Map(posts.map((post) => [post.sha256, seeds.get(post.seed)]));
    for (const line of accepted) {
      const owner = job.get(line.sha256);
      assert.ok(owner, `the task ${line.id} belongs to a job`);
      if (owner.task_id) assert.equal(owner.task_id, line.id, `${owner.id} has its own task`);
      else if (!struck || owner.state !== 'submitting')
        assert.equal(owner.state, 'unknown', `the library has no id for the task ${line.id}, so its job is unknown`);
    }
    const ids = new Set(accepted.map((line) => line.id));
    for (const { id, task_id } of jobs) assert.ok(!task_id || ids.has(task_id), `${id} has a task that exists`);
    return { accepted, posts, taskOf: new Map(accepted.map((line) => [job.get(line.sha256).id, line.id])) };
  }

  /** Gives unknown jobs their task ids, as a person does who finds them in the service's list. How many. */
  async adopt(most) {
    const jobs = await this.victim.jobs();
    const { taskOf } = this.audit(jobs, true);
    const found = jobs.filter(({ id, state }) => state === 'unknown' && taskOf.has(id)).slice(0, most);
    for (const { id } of found) await this.resolve(id, '--task', taskOf.get(id));
    return found.length;
  }

  /** The service that is asked about a task may answer nonsense, as it was told to; whoever resolves a job asks again. */
  async resolve(...words) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.victim.json('resolve', ...words);
      } catch (error) {
        if (tries === 4) throw error;
      }
    }
  }

  /** Lives as long as it takes. What is unknown makes it end with 3, so the exit code says nothing here. */
  async finish() {
    const child = this.victim.start('run');
    const began = Date.now();
    while (child.exitCode === null) {
      if (Date.now() - began > 120_000) {
        await strike(child);
        assert.fail(`jobs are stuck: ${JSON.stringify((await this.victim.jobs()).filter(isOpen), null, 1)}`);
      }
      await sleep(100);
    }
    const jobs = await this.victim.jobs();
    assert.deepEqual(jobs.filter(isOpen), [], `no job is left in the middle: ${child.said}`);
    return jobs;
  }

  async end() {
    for (const door of this.doors) if (door.server.listening) await door.close();
    await this.service.kill();
  }
}

test(`${KILLS} kills over ${JOBS} jobs: nothing is paid for twice and nothing that was paid for is lost`, async () => {
  const began = Date.now();
  const seed = Number(process.env.LASTFRAME_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`kill test: seed ${seed}`);
  const folder = mkdtempSync(join(tmpdir(), 'lastframe-kill-'));
  const siege = new Siege(folder, seed);
  try {
    siege.service.tell({});
    await siege.fill();
    const filled = since(began);
    const fighting = Date.now();
    let kills = 0;
    let adopted = 0;
    while (kills < KILLS) {
      if (kills === SENDING) {
        // The service dies too, once, and comes back faster.
        await siege.service.kill();
        siege.service.tell({
          downloads: Array.from({ length: 40 }, (_, number) => (number % 4 ? null : { cut_after: 200_000 })),
          polls: Array.from({ length: 60 }, (_, number) => (number % 20 ? null : 'html')),
        });
        await siege.service.start(6);
      }
      assert.ok(await siege.live(kills), `only ${kills} kills struck open jobs: ${siege.why}`);
      kills += 1;
      if (kills % 20 === 0) adopted += await siege.adopt(JOBS);
    }
    const struck = [...siege.struck].map(([state, count]) => `${count} ${state}`).join(', ');
    const fought = since(fighting);
    const open = JOBS - siege.ended;
    siege.service.tell({});
    let jobs = await siege.finish();
    const { accepted, posts, taskOf } = siege.audit(jobs);
    const unknown = jobs.filter((job) => job.state === 'unknown');
    const lost = accepted.filter((line) => !jobs.some((job) => job.task_id === line.id));
    assert.equal(unknown.filter((job) => taskOf.has(job.id)).length, lost.length, 'one unknown job for each lost id');
    adopted += await siege.adopt(JOBS);
    for (const { id } of unknown.filter((job) => !taskOf.has(job.id))) await siege.resolve(id, '--not-submitted');
    jobs = await siege.finish();

    siege.compare(jobs);
    assert.equal(siege.posts().length, posts.length, 'finding lost tasks sends nothing');
    siege.audit(jobs);
    const done = jobs.filter((job) => job.state === 'done');
    const failed = jobs.filter((job) => job.state === 'failed');
    assert.equal(done.length, accepted.length, 'everything that was accepted is a clip in the end');
    assert.equal(done.length + failed.length, JOBS);
    for (const job of failed) assert.equal(job.failure.code, 'not_sent', `${job.id}: ${job.failure.message}`);
    const { clips } = await siege.victim.json('clips');
    for (const clip of clips) {
      assert.equal(clip.sha256, hash(readFileSync(clip.file)), `${clip.file} is what its row says`);
      for (const beside of ['.last.png', '.poster.webp', '.json'])
        assert.ok(existsSync(clip.file.replace('.mp4', beside)), `${clip.id} has its ${beside}`);
    }
    assert.equal(clips.length, done.length);
    assert.equal(siege.compared.size, done.length, 'each was compared with what was served');
    assert.equal(siege.victim.files().length, 4 * done.length, 'nothing unfinished is left beside the clips');
    for (const state of ['submitting', 'running', 'downloading'])
      assert.ok(siege.struck.has(state), `some kill struck a job while ${state}: ${struck}`);

    console.log(
      `kill test: ${kills} kills in ${fought} s; jobs they struck: ${struck}; most at the service: ${siege.most}; ` +
        `${open} still open after the last`,
    );
    console.log(
      `kill test: ${JOBS} jobs, ${posts.length} POSTs seen (at most 1 a job), ${accepted.length} accepted, ` +
        `${adopted + unknown.length - lost.length} unknown (${adopted} adopted, the others never arrived), ` +
        `${done.length} done, ${failed.length} marked as not sent`,
    );
    console.log(
      `kill test: ${siege.compared.size} files compared, 0 differ; ` +
        `${filled} s to fill the queue, ${fought} s under fire, ${since(began)} s in all`,
    );
  } finally {
    await siege.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
