// A whole program in the page, for tests and design in a plain browser: every command on data in memory, jobs that
// advance by timers, events as the engine sends them. It is never part of the desktop build.

import type { Clip, Event, Film, KeyStatus, Session, Settings } from '../bindings';
import { CommandError, type Commands, type Host } from '../host';
import { emptyRequest } from '$lib/state/request';
import { catalogue, check, fit, prices } from './check';
import { FakeJobs } from './jobs';
import { PictureShelf, pickFile } from './pictures';
import { idAt, sample } from './samples';
import { scenarioOf, type Scenario } from './scenario';

const DRAFT = 'fake-draft';

const refuse = (
  code: CommandError['code'],
  message: string,
  hint: string | null = null,
  reason: CommandError['reason'] = null,
): CommandError => new CommandError({ code, message, field: null, hint, reason });

const settingsOf = (scenario: Scenario): Settings => ({
  door:
    scenario.name === 'first-run' || scenario.name === 'no-keychain'
      ? null
      : scenario.connected
        ? 'connect'
        : 'rehearse',
  service_address: 'https://cloud.vtrix.ai',
  clips_folder: null,
  parallel_jobs: 3,
  theme: scenario.theme,
  language: scenario.language,
  prices,
});

/** The fake program, playing what the page's address asks for. */
export function fakeHost(query: URLSearchParams): Host {
  const scenario = scenarioOf(query);
  const listeners = new Set<(event: Event) => void>();
  // Snapshots, as over the wire: what the window does to one does not reach the program.
  const wire = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));
  const tell = (event: Event): void => listeners.forEach((heard) => heard(wire(event)));

  const stock =
    scenario.name === 'full' ? sample(Date.now(), scenario.years) : { clips: [], jobs: [], pictures: new Map() };
  const shelf = new PictureShelf(stock.pictures);
  const work = new FakeJobs(scenario, tell, (clip) =>
    shelf.dress(clip.id, clip.media.width, clip.media.height, clip.request.first_frame),
  );
  for (const clip of stock.clips) {
    work.clips.set(clip.id, clip);
    shelf.shape(clip.id, clip.media.width, clip.media.height);
  }
  for (const job of stock.jobs) work.jobs.set(job.id, job);
  if (scenario.name === 'full') heldJob(work);

  let settings = settingsOf(scenario);
  /** How often the session was asked for: a start-up that failed works the second time. */
  let openings = 0;
  let key: KeyStatus = scenario.connected
    ? { state: 'stored', last_four: '7f3a', problem: null, keychain: null, refused: false }
    : { state: 'missing', last_four: null, problem: null, keychain: null, refused: false };

  const newest = (): Clip[] => [...work.clips.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  const clipBy = (id: string): Clip => {
    const clip = work.clips.get(id);
    if (!clip) throw refuse('not_found', 'This clip is not in the library.');
    return clip;
  };
  const keyIs = (status: KeyStatus): KeyStatus => {
    key = status;
    tell({ kind: 'key', value: status });
    return status;
  };
  const path = (clip: string, frame: number): string => `/home/you/Pictures/${clip.slice(0, 8)}-${frame}.png`;

  const plain: { [Name in keyof Commands]: (...args: Parameters<Commands[Name]>) => unknown } = {
    session: async (): Promise<Session> => {
      openings += 1;
      if (openings > 1 && scenario.name === 'startup-failure') await pause(400);
      else if (scenario.name === 'startup-failure')
        throw refuse(
          'busy',
          'The library in /home/you/.local/share/lastframe is in use by lastframe (process 4242).',
          'Close that program, then try again.',
        );
      return {
        version: '0.1.0',
        settings,
        key,
        catalogue,
        media: 'fake:',
        clips_folder: settings.clips_folder ?? '/home/you/Videos/Lastframe',
        home: '/home/you/.local/share/lastframe',
        // Looked at afresh: another folder can be written.
        notices:
          scenario.notice && settings.clips_folder === null
            ? [
                {
                  code: 'clips_folder',
                  message:
                    'The clips folder /home/you/Videos/Lastframe cannot be written. Bring it back, or choose another in Settings.',
                },
              ]
            : [],
      };
    },
    changeSettings: (next) => {
      if (!/^https:\/\/[^\s/]+|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(next.service_address ?? ''))
        throw refuse('invalid', 'The service address must be an https URL.');
      settings = { ...next, service_address: next.service_address?.replace(/\/+$/, '') };
      tell({ kind: 'settings', value: settings });
      return settings;
    },
    draft: () => JSON.parse(sessionStorage.getItem(DRAFT) ?? 'null') as unknown,
    saveDraft: (request) => {
      sessionStorage.setItem(DRAFT, JSON.stringify(request));
      return null;
    },
    chooseFolder: () => '/home/you/Films/Lastframe',
    revealLogs: () => null,
    check,
    generate: (request, count, believed) => {
      const wrong = check(request, count).problems.find((problem) => !problem.warning);
      if (wrong)
        throw new CommandError({
          code: 'invalid',
          message: wrong.message,
          field: wrong.field,
          hint: null,
          reason: { kind: 'request', code: wrong.code },
        });
      const provider =
        settings.door === 'connect'
          ? ({ kind: 'service', address: settings.service_address ?? '' } as const)
          : ({ kind: 'rehearsal' } as const);
      if (JSON.stringify(believed) !== JSON.stringify(provider))
        throw refuse('wrong_state', 'The service was changed in the meantime; nothing was sent.');
      return Array.from({ length: count }, () => work.start(request, provider));
    },
    continueFrom: (id) => {
      const clip = clipBy(id);
      const { width, height } = clip.media;
      const frame = { id: `frame-${id}`, format: 'png', width, height, bytes: 900_000 } as const;
      const next = {
        ...clip.request,
        prompt: '',
        first_frame: frame,
        last_frame: null,
        reference_images: [],
        seed: null,
        callback_url: null,
        continues: id,
      };
      return fit(next, true);
    },
    fit: (request) => fit(request, true),
    fitToModel: (request) => fit(request, false),
    importImage: (data) => shelf.keep(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))),
    chooseImage: async () => {
      const bytes = await pickFile();
      return bytes ? shelf.keep(bytes) : null;
    },
    takeFrame: (id, frame) => {
      const { media } = clipBy(id);
      return { id: `frame-${id}@${frame}`, format: 'png', width: media.width, height: media.height, bytes: 900_000 };
    },
    jobs: () =>
      [...work.jobs.values()]
        .filter((job) => !job.dismissed && job.state !== 'done' && job.state !== 'canceled')
        .reverse(),
    stopFollowing: (id) => work.moveFrom(id, ['queued', 'submitting', 'running', 'downloading'], { state: 'canceled' }),
    sendAgain: (id) => {
      const old = work.moveFrom(id, ['failed', 'unknown'], { dismissed: true });
      return work.start(old.request, old.provider);
    },
    settle: (id, outcome) => {
      if (outcome.kind === 'not_sent')
        return work.moveFrom(id, ['unknown'], {
          state: 'failed',
          failure: {
            code: 'not_sent',
            message: 'The person said that it was not sent.',
            service_code: null,
            field: null,
            reply: null,
          },
        });
      if (outcome.id.length < 8) throw refuse('not_found', 'The service knows no task of that id.');
      const job = work.moveFrom(id, ['unknown', 'failed'], {
        state: 'running',
        task_id: outcome.id,
        failure: null,
        wait: null,
      });
      work.follow(id, 0.1);
      return job;
    },
    dismiss: (id) => work.moveFrom(id, ['failed', 'unknown', 'canceled'], { dismissed: true }),
    clips: (after, limit) => {
      const all = newest();
      const from = after === null ? 0 : all.findIndex((clip) => clip.id === after) + 1;
      return { clips: all.slice(from, from + limit), total: all.length };
    },
    clip: clipBy,
    film: (id): Film => {
      const clips = [clipBy(id)];
      for (let first = clips[0]; first?.request.continues; first = clips[0])
        clips.unshift(clipBy(first.request.continues));
      for (;;) {
        const last = clips.at(-1);
        const next = newest().find((clip) => clip.request.continues === last?.id);
        if (!next) break;
        clips.push(next);
      }
      const cost = clips.reduce((sum, clip) => sum + Number(clip.billed.cost ?? 0), 0);
      return { clips, seconds: clips.reduce((sum, clip) => sum + (clip.media.seconds ?? 0), 0), cost: cost.toFixed(4) };
    },
    reply: (id) => JSON.stringify({ id: clipBy(id).task_id, status: 'completed', progress: 1 }, null, 2),
    revealClip: () => null,
    saveFrame: (id, frame) => path(id, frame),
    saveKey: (value, sessionOnly) => {
      if (value.trim().length < 8) throw refuse('key_refused', 'The service does not accept this key.');
      if (scenario.name === 'no-keychain' && !sessionOnly)
        throw refuse(
          'keychain_unavailable',
          'No keychain was found on this computer.',
          'Start one and Lastframe again, or use the key for this session only.',
          { kind: 'keychain', code: 'no_store' },
        );
      const last_four = value.trim().length >= 12 ? value.trim().slice(-4) : null;
      return keyIs({
        state: sessionOnly ? 'session_only' : 'stored',
        last_four,
        problem: null,
        keychain: null,
        refused: false,
      });
    },
    checkKey: () => {
      if (key.state === 'missing') throw refuse('key_missing', 'There is no key for the service.');
      return key;
    },
    removeKey: () => keyIs({ state: 'missing', last_four: null, problem: null, keychain: null, refused: false }),
  };

  const commands: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
  for (const [name, command] of Object.entries(plain) as [string, (...args: unknown[]) => unknown][]) {
    commands[name] = async (...args) => wire(await command(...args.map(wire)));
  }

  return {
    commands: commands as unknown as Commands,
    listen: async (heard) => {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    mediaUrl: (_base, mediaPath) => shelf.url(mediaPath),
  };
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** A job that stands at 64 percent, so that its look can be judged at rest. */
function heldJob(work: FakeJobs): void {
  const at = Date.now() - 72_000;
  const sea = [...work.clips.values()].find((clip) => clip.request.prompt?.startsWith('Gold'));
  const request = {
    ...emptyRequest(),
    model: 'spark_dance_v1_0_lite_i2v',
    prompt: 'The sun touches the water and the swell turns to copper',
    seed: 7,
    first_frame: sea ? ({ id: `frame-${sea.id}`, format: 'png', width: 1248, height: 704, bytes: 9e5 } as const) : null,
    continues: sea?.id ?? null,
  };
  const id = idAt(at, 7_777);
  work.jobs.set(id, {
    id,
    request,
    provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
    state: 'running',
    task_id: 'd758n65e878c73cmdg20',
    progress: 0.64,
    estimate: check(request, 1).estimate,
    failure: null,
    wait: null,
    clip: null,
    created_at: new Date(at).toISOString(),
    submitted_at: new Date(at).toISOString(),
    finished_at: null,
    dismissed: false,
    revision: 4,
  });
}
