// Films to look at: one with takes at two seams, one with a trim and a cut, one that has lost a file, one of practice clips
// that goes on and on.

import type { Clip, Job, SavedFilm } from '../bindings';
import { emptyRequest } from '$lib/state/request';
import { estimate } from './check';
import { clipOf, idAt, type Pictures, type Sampled } from './samples';

const hour = 3_600_000;

interface Sketch {
  key: string;
  still: string;
  name: string;
  hours: number;
  after?: string;
  frame?: number;
  more?: Partial<Clip>;
  rehearsal?: boolean;
}

const SKETCHES: Sketch[] = [
  { key: 'gold', still: 'sea', name: 'Gold on the swell', hours: 31 },
  { key: 'last', still: 'sea-035', name: 'Last light', hours: 30.8, after: 'gold' },
  { key: 'dark-3', still: 'sea-04', name: '', hours: 30.6, after: 'last' },
  { key: 'dark-2', still: 'sea-06', name: '', hours: 30.4, after: 'last' },
  { key: 'dark', still: 'sea-085', name: 'The sea goes dark', hours: 30.2, after: 'last' },
  { key: 'lamp-2', still: 'light-09', name: 'Take 2, wider', hours: 30, after: 'dark' },
  { key: 'lamp', still: 'light-05', name: 'The lamp comes on', hours: 29.8, after: 'dark' },
  { key: 'ridge', still: 'dunes', name: 'The ridge', hours: 34 },
  { key: 'crossing', still: 'dunes-05', name: 'Over the crest', hours: 33.8, after: 'ridge', frame: 72 },
  { key: 'fog', still: 'ridges', name: 'Fog between ridges', hours: 33.6 },
  { key: 'river', still: 'lant', name: 'A black river', hours: 36 },
  { key: 'lanterns', still: 'lant-05', name: 'Lanterns', hours: 35.8, after: 'river', more: { missing: true } },
  { key: 'bank', still: 'alley', name: 'The far bank', hours: 35.6, after: 'lanterns' },
  ...Array.from({ length: 6 }, (_, at): Sketch => ({
    key: `snow-${at}`,
    still: at % 2 === 0 ? 'clouds' : 'aurora',
    name: ['First snow', 'Over the pass', 'The valley', 'A lit window', 'Smoke', 'Night'][at] ?? '',
    hours: 40 - at / 5,
    after: at === 0 ? undefined : `snow-${at - 1}`,
    rehearsal: true,
  })),
];

/** The clips of these films beside the others, and the films among them that were saved; one goes on for `long` shots. */
export function filmSamples(now: number, long: number): Sampled & { films: SavedFilm[] } {
  const ids = new Map(SKETCHES.map(({ key, hours }, at) => [key, idAt(now - hours * hour, 3_000 + at)]));
  const idOf = (key: string): string => ids.get(key) ?? '';
  const pictures = new Map<string, Pictures>();
  const clips = SKETCHES.map(({ key, still, name, hours, after, frame, more, rehearsal = false }, at): Clip => {
    const id = idOf(key);
    pictures.set(id, { still, end: still });
    const continues = after === undefined ? null : idOf(after);
    const tall = still.startsWith('lant') || still === 'alley';
    const request = {
      ...emptyRequest(),
      model: continues ? 'spark_dance_v1_0_lite_i2v' : 'spark_dance_v1_0_lite_t2v',
      prompt: name || 'The sea goes dark. A single gull, then nothing.',
      ratio: tall ? ('9:16' as const) : ('16:9' as const),
      seed: 40_000 + at,
      continues,
      continues_frame: frame ?? null,
      first_frame: continues
        ? ({ id: `frame-${continues}`, format: 'png', width: 1248, height: 704, bytes: 9e5 } as const)
        : null,
    };
    const clip = clipOf(request, id, idAt(now - hours * hour, 4_000 + at), now - hours * hour, rehearsal);
    return { ...clip, name: name || null, ...more };
  });
  const saved = (keys: string[], name: string, note: string, hours: number): SavedFilm => ({
    id: idOf(keys[0] ?? ''),
    name,
    note,
    path: keys.map(idOf),
    made_at: new Date(now - hours * hour).toISOString(),
    changed_at: new Date(now - hours * hour).toISOString(),
  });
  const path = Array.from({ length: long }, (_, at) => SKETCHES[at % SKETCHES.length]?.key ?? '');
  const films = [
    saved(
      ['gold', 'last', 'dark', 'lamp'],
      'Night watch',
      'For the opening. The lamp must come on before the gull.',
      0.1,
    ),
    saved(['ridge', 'crossing', 'fog'], 'The crossing', '', 33),
    saved(['river', 'lanterns', 'bank'], 'Lanterns', '', 35),
    ...(long > 0 ? [{ ...saved(path, 'The long night', '', 37), id: 'film-long' }] : []),
  ];
  return { clips, jobs: [underWay(now, idOf('lamp'))], pictures, films };
}

/** The next shot of the first film, being made. */
function underWay(now: number, continues: string): Job {
  const at = now - 95_000;
  const request = {
    ...emptyRequest(),
    model: 'spark_dance_v1_0_lite_i2v',
    prompt: 'A gull crosses the beam of the lamp',
    seed: 11,
    continues,
    first_frame: { id: `frame-${continues}`, format: 'png', width: 1248, height: 704, bytes: 9e5 } as const,
  };
  const created = new Date(at).toISOString();
  return {
    id: idAt(at, 8_888),
    request,
    provider: { kind: 'service', address: 'https://cloud.vtrix.ai' },
    state: 'running',
    task_id: 'd758n65e878c73cmdg77',
    progress: 0.38,
    estimate: estimate(request),
    failure: null,
    wait: null,
    clip: null,
    created_at: created,
    submitted_at: created,
    finished_at: null,
    dismissed: false,
    position: null,
    revision: 4,
  };
}

/** Films more, of the path of one, each changed a minute before the one before it. */
export const reelsLike = (like: SavedFilm, count: number): SavedFilm[] =>
  Array.from({ length: count }, (_, at) => ({
    ...like,
    id: `reel-${at + 1}`,
    name: `Reel ${at + 1}`,
    changed_at: new Date(Date.parse(like.changed_at) - (at + 1) * 60_000).toISOString(),
  }));
