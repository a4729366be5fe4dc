// A whole program in the page, for tests and design in a plain browser: every command on data in memory, jobs that
// advance by timers, events as the engine sends them. It is never part of the desktop build.

import type {
  Clip,
  Continuation,
  Event,
  FileCheck,
  Film,
  Hindrance,
  KeyStatus,
  Provider,
  Session,
  Settings,
  Wait,
} from '../bindings';
import { CommandError, type Commands, type Host } from '../host';
import { emptyRequest } from '$lib/state/request';
import { readBatch } from './batches';
import {
  catalogue,
  check,
  fit,
  listPrices,
  liveCatalogue,
  recentBills,
  useCatalogue,
  usePrices,
  wrongPrices,
} from './check';
import { filmSamples, reelsLike } from './film-samples';
import { FakeFilms } from './films';
import { frame } from './framings';
import { FakeGallery } from './gallery';
import { FakeJobs } from './jobs';
import { guard } from './guards';
import { FakeImports } from './imports';
import { Many } from './many';
import { PictureShelf, pickFile } from './pictures';
import { PresetShelf, pastPrompts } from './recall';
import { recipeIn } from './recipes';
import { idAt, sample, type Sampled } from './samples';
import { scenarioOf, type Scenario } from './scenario';
import { checkStoryboard, FakeBoards } from './storyboards';
import { FakeLedger } from './usage';

const DRAFT = 'fake-draft';
const BOARD_DRAFT = 'fake-board-draft';

/** What a test of the page says about the world: services that are away, downloads that stand still, files that changed. */
export interface World {
  services?: Hindrance[];
  downloads?: Wait | null;
  files?: Record<string, FileCheck>;
}

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
  prices: {
    ...listPrices,
    prices: listPrices.prices.filter((row) => row.model !== scenario.unpriced),
  },
  guards: { monthly_budget: scenario.budget, job_ceiling: scenario.ceiling },
  recipe_in_copies: true,
  live_specs: true,
  specs_address: 'https://cloud-model-spec.vtrix.ai',
  trash_days: 30,
});

/** The fake program, playing what the page's address asks for. */
export function fakeHost(query: URLSearchParams): Host {
  const scenario = scenarioOf(query);
  const listeners = new Set<(event: Event) => void>();
  // Snapshots, as over the wire: what the window does to one does not reach the program.
  const wire = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));
  const tell = (event: Event): void => {
    listeners.forEach((heard) => heard(wire(event)));
    boards.heard(event);
  };

  const stock: Sampled =
    scenario.name === 'full' ? sample(Date.now(), scenario.years) : { clips: [], jobs: [], pictures: new Map() };
  const filmed = scenario.films ? filmSamples(Date.now(), scenario.long) : null;
  if (filmed) {
    stock.clips.push(...filmed.clips);
    stock.jobs.push(...filmed.jobs);
    for (const [id, pictures] of filmed.pictures) stock.pictures.set(id, pictures);
  }
  const shelf = new PictureShelf(stock.pictures);
  const many = scenario.clips > 0 ? new Many(scenario.clips, stock.clips.slice(0, 15), Date.now()) : null;
  const work = new FakeJobs(scenario, tell, (clip) => {
    gallery.changed();
    shelf.dress(clip.id, clip.media.width, clip.media.height, clip.request.first_frame);
    reels.arrived(clip);
  });
  const boards: FakeBoards = new FakeBoards({
    job: (id) => work.job(id),
    start: (request, provider) => work.start(request, provider),
    move: (id, changes) => work.move(id, changes),
    continueFrom: (clip) => plain.continueFrom(clip, null) as Continuation,
    guard: (provider, costs) => guard(settings.guards ?? {}, provider, costs, work.spentThisMonth()),
    costOf: (job) => {
      if (job.state === 'failed' || job.state === 'canceled') return '0';
      return work.clips.get(job.clip ?? '')?.billed.cost ?? job.estimate.cost ?? '0';
    },
    tell,
  });
  const gallery = new FakeGallery({ clips: work.clips, many, tell });
  for (const clip of stock.clips.slice(0, scenario.missing)) clip.missing = true;
  for (const clip of stock.clips) {
    work.clips.set(clip.id, clip);
    shelf.shape(clip.id, clip.media.width, clip.media.height);
  }
  for (const job of stock.jobs) work.jobs.set(job.id, job);
  if (scenario.name === 'full') heldJob(work);
  const tellClip = (event: Event): void => {
    if (event.kind === 'clip') gallery.changed();
    tell(event);
  };
  const imports = new FakeImports(work.clips, tellClip, (id) => shelf.dress(id, 1280, 720, null));
  const reels = new FakeFilms({ clips: work.clips, jobs: () => [...work.jobs.values()], tell });
  const films = filmed?.films ?? [];
  for (const film of [...films, ...films.slice(0, 1).flatMap((film) => reelsLike(film, scenario.reels))])
    reels.saved.set(film.id, film);
  const startedActs = new Set<string>();
  let files: Record<string, FileCheck> = {};
  addEventListener('fake-world', (event) => {
    const world = (event as CustomEvent<World>).detail;
    const now = work.standing();
    if (world.files) files = world.files;
    work.hinder(world.services ?? now.services, world.downloads === undefined ? now.downloads : world.downloads);
  });

  const ledger = new FakeLedger(
    () => work.clips.values(),
    () => work.jobs.values(),
  );
  const shelved = new PresetShelf();
  // A page's test: the first of the queue leaves, and the window hears of it only later.
  addEventListener('fake-send-first', () => work.sendUnheard());

  let settings = settingsOf(scenario);
  usePrices(settings.prices ?? listPrices);
  work.parallel = scenario.parallel ?? settings.parallel_jobs ?? 3;
  /** How often the ledger was looked at: one that cannot be read works the second time. */
  let looks = 0;
  /** How often the session was asked for: a start-up that failed works the second time. */
  let openings = 0;
  let damaged = scenario.name === 'damaged';
  let key: KeyStatus = scenario.connected
    ? { state: 'stored', last_four: '7f3a', problem: null, keychain: null, refused: false }
    : { state: 'missing', last_four: null, problem: null, keychain: null, refused: false };

  const providerNow = (): Provider =>
    settings.door === 'connect' ? { kind: 'service', address: settings.service_address ?? '' } : { kind: 'rehearsal' };
  const newest = (): Clip[] => [...work.clips.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  const clipBy = (id: string): Clip => {
    const clip = work.clips.get(id) ?? many?.find(id);
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
      if (damaged)
        throw refuse(
          'damaged',
          'The library’s database is damaged: database disk image is malformed.',
          'Run `lastframe library rebuild`, then start again.',
        );
      if (openings > 1 && scenario.name === 'startup-failure') await pause(1500);
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
        catalogue: useCatalogue(query.has('live') ? liveCatalogue() : catalogue),
        list_prices: listPrices,
        media: 'fake:',
        clips_folder: settings.clips_folder ?? '/home/you/Videos/Lastframe',
        home: '/home/you/.local/share/lastframe',
        standing: work.standing(),
        // Looked at afresh: another folder can be written.
        notices:
          scenario.notice && settings.clips_folder === null
            ? [
                {
                  code: 'clips_folder',
                  message:
                    'The clips folder /home/you/Videos/Lastframe is not there. Connect its drive, or choose another folder under Settings, Library. Clips on their way wait; nothing is lost.',
                },
              ]
            : [],
      };
    },
    changeSettings: (next) => {
      for (const address of [next.service_address, next.specs_address])
        if (!/^https:\/\/[^\s/]+|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(address ?? ''))
          throw refuse('invalid', 'The service address must be an https URL.');
      for (const limit of Object.values(next.guards ?? {}))
        if (limit !== null && !/^\d+(\.\d+)?$/.test(limit))
          throw refuse('invalid', 'A budget or ceiling is an amount of US dollars, at least 0.');
      const wrong = wrongPrices(next.prices ?? listPrices);
      if (wrong !== null) throw refuse('invalid', 'A price was refused.', null, { kind: 'setting', code: wrong });
      usePrices(next.prices ?? listPrices);
      work.parallel = next.parallel_jobs ?? 3;
      settings = {
        ...next,
        service_address: next.service_address?.replace(/\/+$/, ''),
        specs_address: next.specs_address?.replace(/\/+$/, ''),
      };
      tell({ kind: 'settings', value: settings });
      return settings;
    },
    draft: () => JSON.parse(sessionStorage.getItem(DRAFT) ?? 'null') as unknown,
    saveDraft: (draft) => {
      sessionStorage.setItem(DRAFT, JSON.stringify(draft));
      return null;
    },
    boardDraft: () => JSON.parse(sessionStorage.getItem(BOARD_DRAFT) ?? 'null') as unknown,
    saveBoardDraft: (draft) => {
      sessionStorage.setItem(BOARD_DRAFT, JSON.stringify(draft));
      return null;
    },
    prompts: (search, limit) => pastPrompts([...work.jobs.values(), ...work.clips.values()], search, limit),
    presets: () => shelved.all(),
    savePreset: (name, request, replace) => shelved.save(name, request, replace),
    renamePreset: (name, to) => shelved.rename(name, to),
    deletePreset: (name) => shelved.remove(name),
    chooseFolder: () => '/home/you/Films/Lastframe',
    revealLogs: () => null,
    rebuildLibrary: async () => {
      for (const read of [40, 90, 120]) {
        await pause(600);
        tell({ kind: 'rebuilding', value: read });
      }
      damaged = false;
      return {
        clips: 118,
        jobs: 2,
        refused: ['/home/you/Videos/Lastframe/2026-11/harbour.json: its video is not beside it'],
        refused_count: 1,
        kept: '/home/you/.local/share/lastframe/library.damaged-20261122T211500Z.db',
      };
    },
    // A browser shows its window by itself.
    showWindow: () => null,
    // There is no process of its own to end.
    renewPage: () => false,
    check,
    recentBills: (request) => {
      const rehearsal = settings.door !== 'connect';
      const clips = [...work.clips.values()].filter((clip) => (clip.provider.kind === 'rehearsal') === rehearsal);
      return recentBills(request, clips, rehearsal);
    },
    generate: (request, count, believed, beyondGuards) => {
      const wrong = check(request, count).problems.find((problem) => !problem.warning);
      if (wrong)
        throw new CommandError({
          code: 'invalid',
          message: wrong.message,
          field: wrong.field,
          hint: null,
          reason: { kind: 'request', code: wrong.code },
        });
      const provider = providerNow();
      if (JSON.stringify(believed) !== JSON.stringify(provider))
        throw refuse('wrong_state', 'The service was changed in the meantime; nothing was sent.');
      const costs = Array.from({ length: count }, () => check(request, 1).total);
      if (!beyondGuards) guard(settings.guards ?? {}, provider, costs, work.spentThisMonth());
      return costs.map(() => work.start(request, provider));
    },
    continueFrom: (id, number) => {
      const clip = clipBy(id);
      const { width, height } = clip.media;
      const frame = {
        id: number === null ? `frame-${id}` : `frame-${id}@${number}`,
        format: 'png',
        width,
        height,
        bytes: 900_000,
      } as const;
      const next = {
        ...clip.request,
        prompt: '',
        first_frame: frame,
        last_frame: null,
        reference_images: [],
        seed: null,
        callback_url: null,
        continues: id,
        continues_frame: number === clip.media.frames - 1 ? null : number,
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
    framePicture: async (id, size, framing) => shelf.keep(await frame(shelf.url(`images/${id}`), size, framing)),
    readBatch,
    startBatch: (act, rows, believed, beyondGuards) => {
      if (startedActs.has(act)) throw refuse('wrong_state', 'This list was started already.');
      const provider = providerNow();
      if (JSON.stringify(believed) !== JSON.stringify(provider))
        throw refuse('wrong_state', 'The service was changed in the meantime; nothing was sent.');
      const costs = rows.flatMap(({ request, count }) => Array.from({ length: count }, () => check(request, 1).total));
      if (!beyondGuards) guard(settings.guards ?? {}, provider, costs, work.spentThisMonth());
      startedActs.add(act);
      return rows.flatMap(({ request, count }) => Array.from({ length: count }, () => work.start(request, provider)));
    },
    checkStoryboard,
    startStoryboard: (act, shots, approval, believed, beyondGuards) => {
      if (JSON.stringify(believed) !== JSON.stringify(providerNow()))
        throw refuse('wrong_state', 'The service was changed in the meantime; nothing was sent.');
      return boards.start(act, shots, approval, providerNow(), beyondGuards);
    },
    storyboards: () => boards.all(),
    runStoryboard: (id, place, insteadOf, prompt, beyondGuards) =>
      boards.run(id, place, insteadOf, prompt, beyondGuards),
    haltStoryboard: (id) => boards.halt(id),
    resumeStoryboard: (id, beyondGuards) => boards.resume(id, beyondGuards),
    changeShot: (id, place, prompt) => boards.change(id, place, prompt),
    putStoryboardAway: (id) => boards.putAway(id),
    takeFrame: (id, frame) => {
      const { media } = clipBy(id);
      return { id: `frame-${id}@${frame}`, format: 'png', width: media.width, height: media.height, bytes: 900_000 };
    },
    jobs: () =>
      [...work.jobs.values()]
        .filter((job) => !job.dismissed && job.state !== 'done' && job.state !== 'canceled')
        .reverse(),
    cancelQueued: (id) => {
      const { state } = work.job(id);
      if (state !== 'queued') throw refuse('wrong_state', `The job is ${state}.`, null, { kind: 'job', code: state });
      return work.move(id, { state: 'canceled' });
    },
    stopFollowing: (id) => work.moveFrom(id, ['running', 'downloading'], { state: 'canceled' }),
    sendAgain: (id, beyondGuards) => {
      const { request, provider } = work.job(id);
      if (!beyondGuards) guard(settings.guards ?? {}, provider, [check(request, 1).total], work.spentThisMonth());
      const old = work.moveFrom(id, ['failed', 'unknown'], { dismissed: true });
      const again = work.start(old.request, old.provider);
      boards.replaced(old.id, again.id);
      return again;
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
    recheck: (id) => {
      const { task_id } = work.job(id);
      if (task_id === null) throw refuse('not_found', 'The service knows no task of that id.');
      const job = work.moveFrom(id, ['failed'], { state: 'running', failure: null, wait: null, finished_at: null });
      work.follow(id, 0.1);
      return job;
    },
    pauseQueue: (paused) => work.pause(paused),
    moveInQueue: (id, before) => work.moveInQueue(id, before),
    dismiss: (id) => work.moveFrom(id, ['failed', 'unknown', 'canceled'], { dismissed: true }),
    clips: (after, limit) => {
      const all = newest();
      const from = after === null ? 0 : all.findIndex((clip) => clip.id === after) + 1;
      return { clips: all.slice(from, from + limit), total: all.length };
    },
    clip: clipBy,
    gallery: (query) => gallery.shelf(query),
    galleryPage: (query, from, count) => gallery.page(query, from, count),
    galleryIds: (query, from, count) => gallery.ids(query, from, count),
    galleryPlace: (query, id) => gallery.place(query, id),
    markClips: (ids, mark) => gallery.mark(ids, mark),
    trashClips: (ids) => gallery.trash(ids),
    restoreClips: (ids) => gallery.restore(ids),
    deleteClips: (ids) => gallery.delete(ids),
    tags: () => gallery.tags(),
    commonMarks: (ids) => gallery.commonMarks(ids),
    savedSearches: () => gallery.searches(),
    saveSearch: (name, query) => gallery.saveSearch(name, query),
    deleteSearch: (name) => gallery.deleteSearch(name),
    diskUse: () => gallery.diskUse(),
    exportClips: (ids) => ({ folder: '/home/you/Films/Out', files: ids.length }),
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
    films: (search, from, count) => reels.films(search, from, count),
    filmView: (id) => reels.view(id),
    filmOf: (id) => reels.filmOf(id),
    newFilm: (ids, name) => reels.create(ids, name),
    changeFilm: (id, change) => reels.change(id, change),
    duplicateFilm: (id, name) => reels.duplicate(id, name),
    deleteFilm: (id) => reels.remove(id),
    restoreFilm: (film) => reels.restore(film),
    measureSeam: (before, number, after) => reels.measure(before, number, after),
    planExport: (id, options) => reels.plan(id, options),
    exportFilm: (id, options) => reels.export(id, options),
    cancelExport: (id) => reels.cancel(id),
    exportShots: (id) => `/home/you/Films/${reels.view(id).title}`,
    contactSheet: (id) => `/home/you/Films/${reels.view(id).title}.png`,
    revealExport: (id) => {
      if (reels.pathOfExport(id) === undefined) throw refuse('not_found', 'This film was not exported.');
      return null;
    },
    reply: (id) => JSON.stringify({ id: clipBy(id).task_id, status: 'completed', progress: 1 }, null, 2),
    revealClip: () => null,
    saveFrame: (id, frame) => path(id, frame),
    saveCopy: (id) => `/home/you/Videos/${clipBy(id).id}.mp4`,
    verifyClip: (id) => files[clipBy(id).id] ?? 'intact',
    readRecipe: (data) => recipeIn(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))),
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
    // In a browser the clipboard is not the program's: it takes a key of its own.
    pasteKey: (sessionOnly) => plain.saveKey('vtx-example-not-a-real-key-7f3a', sessionOnly),
    checkKey: () => {
      if (key.state === 'missing') throw refuse('key_missing', 'There is no key for the service.');
      return key;
    },
    refreshCatalogue: () => {
      const now = useCatalogue(liveCatalogue());
      tell({ kind: 'catalogue', value: now });
      return now;
    },
    importFiles: () => imports.run(),
    importDropped: () => imports.run(),
    draggedFiles: () => imports.dragged.map(({ name, data }) => ({ name, bytes: atob(data).length })),
    droppedFile: (number) => imports.dragged[number]?.data ?? '',
    cancelImport: () => imports.cancel(),
    lookForClip: (id) => imports.look(clipBy(id).id),
    locateClip: (id) => {
      imports.missing[id] = false;
      return imports.look(id);
    },
    mendPoster: () => false,
    copyFile: () => null,
    dragFile: () => null,
    removeKey: () => keyIs({ state: 'missing', last_four: null, problem: null, keychain: null, refused: false }),
    usage: (days, week) => {
      looks += 1;
      if (query.has('broken-ledger') && looks === 1)
        throw refuse('storage', 'The library could not be read: disk I/O error.');
      return ledger.usage(days, week);
    },
    usagePage: (asked, from, count) => ledger.page(asked, from, count),
    exportUsage: (_days, format) => `/home/you/Documents/lastframe-usage.${format}`,
    budgetWarning: () => ledger.warning(settings.guards ?? {}, work.spentThisMonth()),
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
    mediaUrl: (_base, mediaPath) =>
      shelf.url(mediaPath.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, (id) => many?.sampleOf(id) ?? id)),
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
    position: null,
    revision: 4,
  });
}
