// The program's rules, as far as the page needs them without it: catalogue, sizes, prices, validation, fitting.
// The program's own are in crates/model; tests of rules belong there.

import type {
  Adjustment,
  Catalogue,
  Check,
  Clip,
  Continuation,
  Estimate,
  ExtraParameter,
  Field,
  ModelSpec,
  PixelSize,
  PriceTable,
  Problem,
  ProblemCode,
  Ratio,
  RecentBills,
  Request,
  Resolution,
  SettingsProblem,
} from '../bindings';
import { cellOf, priceOf } from '$lib/state/prices';
import { framingOffers, pictureProblem, picturesOf } from './framings';
import { framesOf, fullRequest, modeOf, takes, type FullRequest } from '$lib/state/request';

const model = (id: string, name: string, modes: ModelSpec['modes'], more: Partial<ModelSpec> = {}): ModelSpec => ({
  id,
  name,
  full_name: `Spark Dance 1.0 ${name}`,
  modes,
  adaptive_ratio: modes.some((mode) => mode !== 'text'),
  min_seconds: 2,
  max_seconds: 12,
  exact_frames: true,
  plain_reference: false,
  audio: false,
  draft: false,
  origin: 'built_in',
  description: null,
  max_references: 4,
  max_prompt: 20_000,
  prompt_required: false,
  resolutions: ['480p', '720p', '1080p'],
  usual_resolution: '720p',
  ratios: ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'],
  usual_ratio: '16:9',
  whole_seconds: true,
  seconds_only: [],
  min_frames: 29,
  max_frames: 289,
  max_seed: 4_294_967_295,
  switches: {
    seed: true,
    camera_fixed: true,
    watermark: true,
    return_last_frame: true,
    service_tier: true,
    expires_after: true,
    callback_url: true,
  },
  extra: [],
  left_out: [],
  ...more,
});

export const catalogue: Catalogue = {
  models: [
    model('spark_dance_v1_0_lite_t2v', 'Lite t2v', ['text']),
    model('spark_dance_v1_0_lite_i2v', 'Lite i2v', ['first_frame', 'first_last_frame', 'reference'], {
      plain_reference: true,
    }),
    model('spark_dance_v1_0_pro', 'Pro', ['text', 'first_frame', 'first_last_frame']),
    model('spark_dance_v1_0_pro_fast', 'Pro fast', ['text', 'first_frame']),
    model('spark_dance_v1_5_pro', '1.5 Pro', ['text', 'first_frame', 'first_last_frame'], {
      full_name: 'Spark Dance 1.5 Pro',
      min_seconds: 4,
      exact_frames: false,
      audio: true,
      draft: true,
    }),
  ],
  live: { fetched_at: null, address: null, refused: [], problem: null },
};

const parameter = (name: string, kind: ExtraParameter['kind'], more: Partial<ExtraParameter> = {}): ExtraParameter => ({
  name,
  kind,
  description: '',
  required: false,
  default: null,
  ...more,
});

/** What the spec service of the scenario `live` offers besides: a model with a parameter of each kind. */
const aurora = model('aurora_v2', 'Aurora 2', ['text', 'first_frame'], {
  full_name: 'Aurora 2',
  origin: 'new',
  description: 'Northern lights <b>and</b> other skies, from words or a first frame.',
  resolutions: ['720p', '1080p'],
  ratios: ['16:9', '9:16'],
  min_seconds: 5,
  max_seconds: 10,
  seconds_only: [5, 10],
  exact_frames: false,
  switches: {
    seed: true,
    camera_fixed: false,
    watermark: true,
    return_last_frame: false,
    service_tier: false,
    expires_after: false,
    callback_url: false,
  },
  extra: [
    parameter(
      'style',
      { type: 'choice', options: ['film', 'anime'] },
      { default: 'film', description: 'The look of the whole clip.' },
    ),
    parameter('lens', { type: 'choice', options: ['wide angle', 'normal', 'portrait', 'long telephoto'] }),
    parameter('motion_strength', { type: 'number', min: 0, max: 1 }, { default: 0.5, description: 'How much moves.' }),
    parameter('steps', { type: 'integer', min: 1, max: 50 }, { required: true }),
    parameter('loop_video', { type: 'switch' }, { description: 'The end meets the beginning.' }),
    parameter('negative_prompt', { type: 'text', min_length: 0, max_length: 100 }, { description: 'What to avoid.' }),
  ],
  left_out: ['resolution 1440p'],
});

/** The catalogue as the spec service gives it, with one spec refused. */
export const liveCatalogue = (): Catalogue => ({
  models: [...catalogue.models, aurora],
  live: {
    fetched_at: new Date().toISOString(),
    address: 'https://cloud-model-spec.vtrix.ai',
    refused: [{ model: 'borealis_v1', code: 'endpoint', message: 'It wants to be called elsewhere than documented.' }],
    problem: null,
  },
});

/** The models of this run: refreshing brings the live ones. */
let known: Catalogue = catalogue;
export const useCatalogue = (now: Catalogue): Catalogue => (known = now);

const price = (id: string, silent: string, with_audio = silent) => ({ model: id, silent, with_audio });

export const listPrices: PriceTable = {
  prices: [
    price('spark_dance_v1_0_lite_t2v', '1.8'),
    price('spark_dance_v1_0_lite_i2v', '1.8'),
    price('spark_dance_v1_0_pro', '2.5'),
    price('spark_dance_v1_0_pro_fast', '1.0'),
    price('spark_dance_v1_5_pro', '1.2', '2.4'),
  ],
  flex_share: '0.5',
};

export const SIZES: Record<Exclude<Ratio, 'adaptive'>, Record<Resolution, [number, number]>> = {
  '21:9': { '480p': [960, 416], '720p': [1504, 640], '1080p': [2176, 928] },
  '16:9': { '480p': [864, 480], '720p': [1248, 704], '1080p': [1920, 1088] },
  '4:3': { '480p': [736, 544], '720p': [1120, 832], '1080p': [1664, 1248] },
  '1:1': { '480p': [640, 640], '720p': [960, 960], '1080p': [1440, 1440] },
  '3:4': { '480p': [544, 736], '720p': [832, 1120], '1080p': [1248, 1664] },
  '9:16': { '480p': [480, 864], '720p': [704, 1248], '1080p': [1088, 1920] },
};

export function sizeOf(request: FullRequest): PixelSize {
  const picture = request.first_frame ?? request.reference_images[0];
  if (request.ratio === 'adaptive') {
    const wanted = Math.log((picture?.width ?? 16) / (picture?.height ?? 9));
    const distance = (name: string): number => {
      const [w = 1, h = 1] = name.split(':').map(Number);
      return Math.abs(Math.log(w / h) - wanted);
    };
    const nearest = (Object.keys(SIZES) as Exclude<Ratio, 'adaptive'>[]).sort((a, b) => distance(a) - distance(b))[0];
    const [width, height] = SIZES[nearest ?? '16:9'][request.resolution];
    return { width, height };
  }
  const [width, height] = SIZES[request.ratio][request.resolution];
  return { width, height };
}

/** The table in force: the list's until the settings say otherwise. */
let table = listPrices;

export const usePrices = (prices: PriceTable): void => {
  table = prices;
};

/** The same rules as the program's for a table of prices. */
export function wrongPrices({ prices, flex_share }: PriceTable): SettingsProblem | null {
  const isPrice = (amount: string | null | undefined): boolean =>
    amount === null || amount === undefined || (/^\d+(\.\d{1,6})?$/.test(amount) && Number(amount) <= 1_000_000);
  if (!prices.every((row) => [row.silent, row.with_audio, row.flex_silent, row.flex_with_audio].every(isPrice)))
    return 'price';
  if (!/^\d+(\.\d{1,6})?$/.test(flex_share) || Number(flex_share) > 1) return 'flex_share';
  return new Set(prices.map((row) => row.model)).size < prices.length ? 'price_twice' : null;
}

/** What the last five clips of a request's kind were billed, held against the table as the program does. */
export function recentBills(asked: Request, clips: Clip[], rehearsal: boolean): RecentBills | null {
  const request = fullRequest(asked);
  const kind = ({ model, service_tier, generate_audio, draft }: FullRequest): string =>
    JSON.stringify([model, service_tier, generate_audio, draft]);
  const billed = clips
    .filter((clip) => kind(fullRequest(clip.request)) === kind(request) && clip.billed.cost !== null)
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
    .slice(0, 5);
  const tokensOf = (clip: Clip): number => clip.billed.tokens ?? clip.estimate.tokens ?? 1;
  const rates = billed.map((clip) => (Number(clip.billed.cost) * 1e6) / tokensOf(clip)).sort((a, b) => a - b);
  const half = rates.length / 2;
  const rate = ((rates[Math.ceil(half) - 1] ?? 0) + (rates[Math.floor(half)] ?? 0)) / 2;
  if (billed.length === 0) return null;
  const tokens = estimate(request).tokens ?? 0;
  const price = priceOf(table, cellOf(request));
  const percent = price === null ? null : Math.round((rate / Number(price) - 1) * 100);
  const off = price !== null && Math.abs(rate - Number(price)) > Number(price) * 0.05;
  const suggested = !rehearsal && (off || price === null) && !request.draft;
  return {
    count: billed.length,
    per_million: rate.toFixed(6),
    cost: ((rate * tokens) / 1e6).toFixed(4),
    same_size: billed.every((clip) => tokensOf(clip) === tokens),
    off,
    percent,
    suggestion: suggested ? String(Number(rate.toFixed(2))) : null,
  };
}

export function estimate(asked: Request): Estimate {
  const request = fullRequest(asked);
  const size = sizeOf(request);
  const billed = request.length.unit === 'seconds' ? request.length.value * 24 : request.length.value;
  const tokens = Math.floor((size.width * size.height * billed) / 1024);
  const rate = priceOf(table, cellOf(request));
  const cost = rate === null ? null : ((tokens * Number(rate)) / 1e6).toFixed(4);
  return { size, frames: framesOf(request.length), seconds: billed / 24, tokens, cost };
}

/** Everything wrong with a request, as the program says it. */
export function check(asked: Request, count: number): Check {
  const request = fullRequest(asked);
  const problems: Problem[] = [];
  const add = (field: Field, code: ProblemCode, message: string, parameter: string | null = null): number =>
    problems.push({ field, code, message, warning: code === 'prompt_long', parameter });
  const mode = modeOf(request);
  for (const [field, image] of picturesOf(request)) {
    const wrong = pictureProblem(image);
    if (wrong) add(field, wrong.code, wrong.message);
  }
  checkPictures(request, add);
  if (request.last_frame && !request.first_frame)
    add('first_frame', 'last_without_first', 'A last frame needs a first frame.');
  const letters = [...request.prompt].length;
  if (request.prompt.trim() === '' && mode === 'text')
    add('prompt', 'prompt_missing', 'Describe the shot: without a picture, a prompt is needed.');
  else if (letters > 20_000) add('prompt', 'prompt_too_long', 'A prompt has at most 20,000 characters.');
  else if (letters > 500) add('prompt', 'prompt_long', 'The service recommends at most 500 characters.');
  const spec = known.models.find((one) => one.id === request.model);
  if (!spec) add('model', 'model_unknown', `No model is called ${request.model}.`);
  else checkFit(request, spec, add);
  if (request.expires_after < 3_600 || request.expires_after > 259_200)
    add('expires_after', 'expiry_range', 'Expiry is between 1 hour and 3 days.');
  if (request.callback_url !== null && !/^https?:\/\/[^\s/]+/.test(request.callback_url))
    add('callback_url', 'callback_not_http', 'The callback must be an http or https URL.');
  if (count < 1 || count > 8) add('count', 'count_range', 'Make 1 to 8 clips at once.');
  const one = estimate(request);
  const sizes = [...(Object.keys(SIZES) as Ratio[]), 'adaptive' as const].map((ratio) => ({
    ratio,
    size: sizeOf({ ...request, ratio }),
  }));
  const total = one.cost === null ? null : (Number(one.cost) * count).toFixed(4);
  return { problems, estimate: one, total, sizes, framings: framingOffers(request) };
}

type Add = (field: Field, code: ProblemCode, message: string, parameter?: string) => number;

/** How pictures go together. */
function checkPictures(request: FullRequest, add: Add): void {
  const references = request.reference_images.length;
  if (references > 0 && (request.first_frame || request.last_frame))
    add('reference_images', 'reference_with_frames', 'Reference images cannot be combined with frames.');
  if (references > 4) add('reference_images', 'too_many_references', 'At most 4 reference images.');
}

/** What is wrong with the parameters that only the spec knows. */
function checkExtra(request: FullRequest, spec: ModelSpec, add: Add): void {
  for (const { name, kind, required, default: usual } of spec.extra) {
    const value = request.extra[name];
    if (value === undefined) {
      if (required && usual === null) add('extra', 'extra_missing', `${spec.full_name} needs ${name}.`, name);
    } else if (kind.type === 'integer' || kind.type === 'number') {
      const { min, max } = kind;
      if (typeof value !== 'number' || (kind.type === 'integer' && !Number.isInteger(value)))
        add('extra', 'extra_type', `${name} is a number.`, name);
      else if ((min !== null && value < min) || (max !== null && value > max))
        add('extra', 'extra_range', `${name} is between ${min} and ${max}.`, name);
    }
  }
}

function checkFit(request: FullRequest, spec: ModelSpec, add: Add): void {
  const mode = modeOf(request);
  checkExtra(request, spec, add);
  if (!spec.resolutions.includes(request.resolution))
    add('resolution', 'resolution_not_taken', `${spec.full_name} does not make it.`);
  if (!takes(spec, mode)) {
    const field = {
      text: 'first_frame',
      first_frame: 'first_frame',
      first_last_frame: 'last_frame',
      reference: 'reference_images',
    } as const;
    add(field[mode], 'mode_not_taken', `${spec.full_name} does not take these pictures.`);
  }
  const { length } = request;
  if (length.unit === 'seconds' && (length.value < spec.min_seconds || length.value > spec.max_seconds))
    add('length', 'seconds_range', `${spec.full_name} makes ${spec.min_seconds} to ${spec.max_seconds} seconds.`);
  if (length.unit === 'frames' && !spec.exact_frames) add('length', 'frames_not_taken', 'Whole seconds only.');
  else if (length.unit === 'frames' && ((length.value - 25) % 4 !== 0 || length.value < 29 || length.value > 289))
    add('length', 'frames_range', 'Frames are 25 + 4n from 29 to 289.');
  if (request.ratio === 'adaptive' && mode === 'text')
    add('ratio', 'ratio_not_taken', 'The adaptive ratio follows a picture.');
  if (mode === 'reference' && spec.plain_reference) {
    if (request.resolution === '1080p') add('resolution', 'resolution_not_taken', 'Reference images: 480p or 720p.');
    if (request.camera_fixed) add('camera_fixed', 'camera_not_taken', 'Reference images: no fixed camera.');
  }
  if (request.generate_audio && !spec.audio) add('generate_audio', 'audio_not_taken', 'No sound.');
  if (request.draft && !spec.draft) add('draft', 'draft_not_taken', 'No draft mode.');
}

/** Makes a request fit; with `mayMove` it may move to a model that takes its pictures. */
export function fit(asked: Request, mayMove: boolean): Continuation {
  const request = fullRequest(asked);
  const adjustments: Adjustment[] = [];
  const mode = modeOf(request);
  const specOf = (id: string): ModelSpec | undefined => known.models.find((one) => one.id === id);
  const own = specOf(request.model);
  if (mayMove && mode !== 'text' && !(own && takes(own, mode))) {
    adjustments.push({ kind: 'model', from: request.model, to: 'spark_dance_v1_0_lite_i2v' });
    request.model = 'spark_dance_v1_0_lite_i2v';
  }
  const spec = specOf(request.model);
  if (!spec) return { request, adjustments };
  if (request.reference_images.length > 0 && !takes(spec, 'reference')) {
    request.reference_images = [];
    adjustments.push({ kind: 'reference_images_dropped' });
  }
  if (request.last_frame && !takes(spec, 'first_last_frame')) {
    request.last_frame = null;
    adjustments.push({ kind: 'last_frame_dropped' });
  }
  if (request.first_frame && !takes(spec, 'first_frame')) {
    request.first_frame = null;
    request.continues = null;
    adjustments.push({ kind: 'first_frame_dropped' });
  }
  const clamp = (value: number): number => Math.min(spec.max_seconds, Math.max(spec.min_seconds, value));
  const length = request.length;
  const seconds = length.unit === 'frames' ? Math.floor((length.value + 12) / 24) : length.value;
  if ((length.unit === 'frames' && !spec.exact_frames) || (length.unit === 'seconds' && clamp(seconds) !== seconds)) {
    request.length = { unit: 'seconds', value: clamp(seconds) };
    adjustments.push({ kind: 'length', from: length, to: request.length });
  }
  if (request.ratio === 'adaptive' && modeOf(request) === 'text') {
    request.ratio = '16:9';
    adjustments.push({ kind: 'ratio', from: 'adaptive', to: '16:9' });
  }
  if (!spec.resolutions.includes(request.resolution)) {
    request.resolution = spec.usual_resolution;
    adjustments.push({ kind: 'resolution' });
  }
  const names = Object.keys(request.extra).filter((name) => !spec.extra.some((one) => one.name === name));
  if (names.length > 0) {
    request.extra = Object.fromEntries(Object.entries(request.extra).filter(([name]) => !names.includes(name)));
    adjustments.push({ kind: 'extra_dropped', names });
  }
  if (request.generate_audio && !spec.audio) {
    request.generate_audio = false;
    adjustments.push({ kind: 'audio_off' });
  }
  if (modeOf(request) === 'reference' && spec.plain_reference && request.camera_fixed) {
    request.camera_fixed = false;
    adjustments.push({ kind: 'camera_fixed_off' });
  }
  if (request.draft && !spec.draft) {
    request.draft = false;
    adjustments.push({ kind: 'draft_off' });
  }
  return { request, adjustments };
}
