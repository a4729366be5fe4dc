// A library to look at: clips as if they had been made in the last two days, with two films among them.

import type { Clip, Job, JobState, Ratio, Request, Resolution } from '../bindings';
import { emptyRequest } from '$lib/state/request';
import { estimate } from './check';

/** One clip in short: still, prompt, shape, length, hours ago. */
interface Sketch {
  still: string;
  end?: string;
  prompt: string;
  ratio: Ratio;
  seconds: number;
  hours: number;
  model?: string;
  rehearsal?: boolean;
  /** Still of the clip it continues. */
  after?: string;
  resolution?: Resolution;
}

const LITE_T2V = 'spark_dance_v1_0_lite_t2v';
const LITE_I2V = 'spark_dance_v1_0_lite_i2v';

const SKETCHES: Sketch[] = [
  {
    still: 'light',
    end: 'light-05',
    prompt:
      'A lighthouse on a black cliff at the blue hour. The lamp comes on, and its beam begins to turn through low cloud over a slow swell.',
    ratio: '16:9',
    seconds: 5,
    hours: 0.4,
    model: LITE_I2V,
    after: 'sea-085',
  },
  {
    still: 'moon',
    prompt: 'A pale moon stands over a plain of broken ice',
    ratio: '1:1',
    seconds: 5,
    hours: 0.8,
    model: 'spark_dance_v1_0_pro_fast',
  },
  {
    still: 'dunes',
    end: 'dunes-05',
    prompt: 'A lone figure crosses the ridge of a great dune',
    ratio: '21:9',
    seconds: 8,
    hours: 1.2,
  },
  {
    still: 'lant',
    end: 'lant-05',
    prompt: 'Paper lanterns drift down a black river',
    ratio: '9:16',
    seconds: 5,
    hours: 1.6,
  },
  { still: 'forest', prompt: 'Snow falls on a clearing, one lit window', ratio: '4:3', seconds: 6, hours: 2.1 },
  { still: 'jelly', prompt: 'A jellyfish rises through shafts of light', ratio: '3:4', seconds: 5, hours: 2.6 },
  {
    still: 'alley',
    prompt: 'One umbrella in a rain-lit alley, neon in the puddles',
    ratio: '9:16',
    seconds: 4,
    hours: 3.1,
    model: 'spark_dance_v1_5_pro',
  },
  {
    still: 'sea-085',
    end: 'light',
    prompt: 'The sea goes dark. A single gull, then nothing.',
    ratio: '16:9',
    seconds: 5,
    hours: 22,
    model: LITE_I2V,
    after: 'sea-06',
  },
  {
    still: 'sea-06',
    end: 'sea-085',
    prompt: 'Last light, the swell goes copper',
    ratio: '16:9',
    seconds: 5,
    hours: 22.5,
    model: LITE_I2V,
    after: 'sea',
  },
  {
    still: 'aurora',
    prompt: 'Aurora over a still lake, the camera rises',
    ratio: '16:9',
    seconds: 6,
    hours: 23,
    rehearsal: true,
  },
  { still: 'ink', prompt: 'Ink in clear water', ratio: '1:1', seconds: 5, hours: 23.4 },
  { still: 'ridges', prompt: 'Morning fog between blue ridges', ratio: '16:9', seconds: 5, hours: 24 },
  {
    still: 'rain',
    prompt: 'Rain begins on a window above the harbour',
    ratio: '16:9',
    seconds: 5,
    hours: 24.5,
    resolution: '480p',
  },
  { still: 'clouds', prompt: 'Clouds pass under the wing', ratio: '16:9', seconds: 5, hours: 25 },
  {
    still: 'sea',
    end: 'sea-06',
    prompt: 'Gold on the swell, a slow push towards the sun',
    ratio: '16:9',
    seconds: 5,
    hours: 26,
  },
];

/** A UUID version 7 shape whose order is the order of making. */
export const idAt = (time: number, salt: number): string => {
  const hex = Math.floor(time).toString(16).padStart(12, '0');
  const tail = ((salt * 2_654_435_761) % 0xffffffffffff).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-${tail}`;
};

/** Which pictures stand for a clip. */
export interface Pictures {
  still: string;
  end: string;
}

export interface Sampled {
  clips: Clip[];
  jobs: Job[];
  pictures: Map<string, Pictures>;
}

const hour = 3_600_000;

/** The jobs beside the clips: one under way, one unknown, one failed. */
function sampleJobs(now: number): Job[] {
  const job = (salt: number, hours: number, state: JobState, prompt: string, extra: Partial<Job>): Job => {
    const at = now - hours * hour;
    const request: Request = { ...emptyRequest(), prompt, seed: 1000 + salt };
    return {
      id: idAt(at, 500 + salt),
      request,
      provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
      state,
      task_id: null,
      progress: null,
      estimate: estimate(request),
      failure: null,
      wait: null,
      clip: null,
      created_at: new Date(at).toISOString(),
      submitted_at: new Date(at + 400).toISOString(),
      finished_at: null,
      dismissed: false,
      position: null,
      revision: 3,
      ...extra,
    };
  };
  return [
    job(1, 1.4, 'unknown', 'The keeper climbs the last turn of the stair, lamp in hand', {}),
    job(2, 2.9, 'failed', 'A night train crosses the iron bridge, every window lit', {
      finished_at: new Date(now - 2.8 * hour).toISOString(),
      failure: {
        code: 'task_failed',
        message: 'internal generation error',
        service_code: '003004095',
        field: null,
        reply: '{"status":"failed","error":{"code":"003004095","message":"internal generation error"}}',
      },
    }),
  ];
}

/** The sample library, counted back from `now`, and again before that as many times as asked for, without its films. */
export function sample(now: number, times = 1): Sampled {
  const newest = sampleOnce(now);
  for (let back = 1; back < times; back += 1) {
    const older = sampleOnce(now - back * 27 * hour);
    for (const clip of older.clips) newest.clips.push({ ...clip, request: { ...clip.request, continues: null } });
    for (const [id, pictures] of older.pictures) newest.pictures.set(id, pictures);
  }
  return newest;
}

function sampleOnce(now: number): Sampled {
  const pictures = new Map<string, Pictures>();
  const ids = new Map(SKETCHES.map((sketch, index) => [sketch.still, idAt(now - sketch.hours * hour, index + 1)]));
  const clips = SKETCHES.map((sketch, index): Clip => {
    const created = now - sketch.hours * hour;
    const id = ids.get(sketch.still) ?? idAt(created, index + 1);
    pictures.set(id, { still: sketch.still, end: sketch.end ?? sketch.still });
    const continues = sketch.after ? (ids.get(sketch.after) ?? null) : null;
    const request: Request = {
      ...emptyRequest(),
      model: sketch.model ?? LITE_T2V,
      prompt: sketch.prompt,
      ratio: sketch.ratio,
      resolution: sketch.resolution ?? '720p',
      length: { unit: 'seconds', value: sketch.seconds },
      seed: 2_871_449_036 - index * 7_919,
      continues,
      first_frame: continues
        ? { id: `frame-${continues}`, format: 'png', width: 1248, height: 704, bytes: 900_000 }
        : null,
    };
    return clipOf(request, id, idAt(created, 900 + index), created, sketch.rehearsal ?? false);
  });
  return { clips, jobs: sampleJobs(now), pictures };
}

/** A clip made from a request, as the program would have stored it. */
export function clipOf(request: Request, id: string, job: string, created: number, rehearsal: boolean): Clip {
  const expected = estimate(request);
  return {
    id,
    job,
    request,
    provider: rehearsal ? { kind: 'rehearsal' } : { kind: 'service', address: 'https://cloud.vtrix.ai' },
    task_id: `d758n65e878c73${id.slice(-6)}`,
    media: {
      width: expected.size.width,
      height: expected.size.height,
      frames: expected.frames,
      fps: 24,
      seconds: expected.frames / 24,
      audio: request.generate_audio ?? false,
      bytes: 1_834_221,
    },
    estimate: expected,
    billed: { cost: expected.cost, discount: '1', tokens: expected.tokens },
    sha256: id.replaceAll('-', '').repeat(2),
    file: `2026-11/${id}.mp4`,
    last_frame_from_service: true,
    created_at: new Date(created).toISOString(),
    submitted_at: new Date(created + 400).toISOString(),
    completed_at: new Date(created + 108_000).toISOString(),
    finished_at: new Date(created + 112_000).toISOString(),
  };
}
