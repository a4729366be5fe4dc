// The program's rules, as far as the page needs them without it: catalogue, sizes, prices, validation, fitting.
// The program's own are in crates/model; tests of rules belong there.

import type {
  Adjustment,
  Catalogue,
  Check,
  Continuation,
  Estimate,
  Field,
  ModelSpec,
  PixelSize,
  PriceTable,
  Problem,
  ProblemCode,
  Ratio,
  Request,
  Resolution,
} from '../bindings';
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
};

const price = (id: string, silent: string, with_audio = silent) => ({ model: id, silent, with_audio });

export const prices: PriceTable = {
  prices: [
    price('spark_dance_v1_0_lite_t2v', '1.8'),
    price('spark_dance_v1_0_lite_i2v', '1.8'),
    price('spark_dance_v1_0_pro', '2.5'),
    price('spark_dance_v1_0_pro_fast', '1.0'),
    price('spark_dance_v1_5_pro', '1.2', '2.4'),
  ],
  flex_share: '0.5',
};

const SIZES: Record<Exclude<Ratio, 'adaptive'>, Record<Resolution, [number, number]>> = {
  '21:9': { '480p': [960, 416], '720p': [1504, 640], '1080p': [2176, 928] },
  '16:9': { '480p': [864, 480], '720p': [1248, 704], '1080p': [1920, 1088] },
  '4:3': { '480p': [736, 544], '720p': [1120, 832], '1080p': [1664, 1248] },
  '1:1': { '480p': [640, 640], '720p': [960, 960], '1080p': [1440, 1440] },
  '3:4': { '480p': [544, 736], '720p': [832, 1120], '1080p': [1248, 1664] },
  '9:16': { '480p': [480, 864], '720p': [704, 1248], '1080p': [1088, 1920] },
};

function sizeOf(request: FullRequest): PixelSize {
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

export function estimate(asked: Request): Estimate {
  const request = fullRequest(asked);
  const size = sizeOf(request);
  const billed = request.length.unit === 'seconds' ? request.length.value * 24 : request.length.value;
  const tokens = Math.floor((size.width * size.height * billed) / 1024);
  const row = prices.prices.find((one) => one.model === request.model);
  const rate =
    Number(request.generate_audio ? row?.with_audio : row?.silent) * (request.service_tier === 'flex' ? 0.5 : 1);
  const cost = row ? ((tokens * rate) / 1e6).toFixed(4) : null;
  return { size, frames: framesOf(request.length), seconds: billed / 24, tokens, cost };
}

/** Everything wrong with a request, as the program says it. */
export function check(asked: Request, count: number): Check {
  const request = fullRequest(asked);
  const problems: Problem[] = [];
  const add = (field: Field, code: ProblemCode, message: string): number =>
    problems.push({ field, code, message, warning: code === 'prompt_long' });
  const mode = modeOf(request);
  for (const [field, image] of [
    ['first_frame', request.first_frame],
    ['last_frame', request.last_frame],
  ] as const) {
    if (!image) continue;
    if (Math.min(image.width, image.height) <= 300 || Math.max(image.width, image.height) >= 6000)
      add(
        field,
        'image_side',
        `The picture is ${image.width} × ${image.height} px; each side must be between 300 and 6000 px.`,
      );
  }
  if (request.last_frame && !request.first_frame)
    add('first_frame', 'last_without_first', 'A last frame needs a first frame.');
  const letters = [...request.prompt].length;
  if (request.prompt.trim() === '' && mode === 'text')
    add('prompt', 'prompt_missing', 'Describe the shot: without a picture, a prompt is needed.');
  else if (letters > 20_000) add('prompt', 'prompt_too_long', 'A prompt has at most 20,000 characters.');
  else if (letters > 500) add('prompt', 'prompt_long', 'The service recommends at most 500 characters.');
  const spec = catalogue.models.find((one) => one.id === request.model);
  if (!spec) add('model', 'model_unknown', `No model is called ${request.model}.`);
  else checkFit(request, spec, add);
  if (request.expires_after < 3_600 || request.expires_after > 259_200)
    add('expires_after', 'expiry_range', 'Expiry is between 1 hour and 3 days.');
  if (request.callback_url !== null && !/^https?:\/\/[^\s/]+/.test(request.callback_url))
    add('callback_url', 'callback_not_http', 'The callback must be an http or https URL.');
  if (count < 1 || count > 8) add('count', 'count_range', 'Make 1 to 8 clips at once.');
  const one = estimate(request);
  return { problems, estimate: one, total: one.cost === null ? null : (Number(one.cost) * count).toFixed(4) };
}

function checkFit(request: FullRequest, spec: ModelSpec, add: (f: Field, c: ProblemCode, m: string) => number): void {
  const mode = modeOf(request);
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
}

/** Makes a request fit; with `mayMove` it may move to a model that takes its pictures. */
export function fit(asked: Request, mayMove: boolean): Continuation {
  const request = fullRequest(asked);
  const adjustments: Adjustment[] = [];
  const mode = modeOf(request);
  const specOf = (id: string): ModelSpec | undefined => catalogue.models.find((one) => one.id === id);
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
  if (request.generate_audio && !spec.audio) {
    request.generate_audio = false;
    adjustments.push({ kind: 'audio_off' });
  }
  if (request.draft && !spec.draft) {
    request.draft = false;
    adjustments.push({ kind: 'draft_off' });
  }
  return { request, adjustments };
}
