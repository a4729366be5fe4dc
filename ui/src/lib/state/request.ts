// The request being written: the generated type with every field present, and small questions about it.

import type { Clip, ImageMode, Length, ModelSpec, Problem, ProblemCode, Request } from '$lib/ipc/bindings';

/** A request with every field present. */
export type FullRequest = Required<Request>;

/** Something wrong with a request: found by the program's rules, or said by the service of the same request before. */
export type FormProblem = Omit<Problem, 'code'> & { code: ProblemCode | 'service_refused' };

/** Frames per second of every model. */
export const FPS = 24;

/** The request of an empty form. The same defaults as the program's. */
export const emptyRequest = (): FullRequest => ({
  model: 'spark_dance_v1_0_lite_t2v',
  prompt: '',
  first_frame: null,
  last_frame: null,
  reference_images: [],
  resolution: '720p',
  ratio: '16:9',
  length: { unit: 'seconds', value: 5 },
  seed: null,
  camera_fixed: false,
  watermark: false,
  return_last_frame: true,
  service_tier: 'default',
  expires_after: 172_800,
  callback_url: null,
  generate_audio: false,
  draft: false,
  continues: null,
  continues_frame: null,
  extra: {},
});

/** The request with the defaults in place of what is absent. */
export const fullRequest = (request: Request): FullRequest => ({ ...emptyRequest(), ...request });

/** What pictures the request brings. */
export function modeOf(request: FullRequest): ImageMode {
  if (request.reference_images.length > 0) return 'reference';
  if (request.last_frame) return 'first_last_frame';
  return request.first_frame ? 'first_frame' : 'text';
}

/** A seed by chance. */
export const rollSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** A length as it is typed in seconds: a whole number of the model's stays one, anything else is the nearest exact frames. */
export const lengthOf = (seconds: number, least: number, most: number): Length =>
  Number.isInteger(seconds) && seconds >= least && seconds <= most
    ? { unit: 'seconds', value: seconds }
    : { unit: 'frames', value: nearestFrames(seconds) };

/** The exact frame count nearest to the seconds: 25 + 4n within 29 – 289. */
export function nearestFrames(seconds: number): number {
  const wanted = Math.min(289, Math.max(29, seconds * FPS));
  return 25 + 4 * Math.min(66, Math.max(1, Math.round((wanted - 25) / 4)));
}

/** Seconds of a length at 24 fps. */
export const secondsOf = (length: Length): number => (length.unit === 'seconds' ? length.value : length.value / FPS);

/** Frames of the finished file: 5 s is 121. */
export const framesOf = (length: Length): number =>
  length.unit === 'frames' ? length.value : nearestFrames(length.value);

/** Whether the model takes pictures of that kind. */
export const takes = (model: ModelSpec, mode: ImageMode): boolean => model.modes.includes(mode);

/** What a clip is called where its whole prompt has no room: its first sentence, cut at a word. */
export function titleOf(prompt: string, most = 48): string {
  const sentence = /^[^.!?。！？\n]*/.exec(prompt.trim())?.[0].trim() ?? '';
  const text = sentence || prompt.trim();
  if ([...text].length <= most) return text;
  const cut = [...text].slice(0, most).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > most / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:，；：]+$/, '')}…`;
}

/** Whether it was made by the practice service: no money. */
export const isRehearsal = (made: Pick<Clip, 'provider'>): boolean => made.provider.kind === 'rehearsal';

/** What the clip cost: the billed amount, or the estimate where the service did not say. */
export const costOf = (clip: Clip): string | null => clip.billed.cost ?? clip.estimate.cost;

/** What a person made of a clip, with every part present. */
export type Marks = Required<Pick<Clip, 'name' | 'note' | 'starred' | 'tags' | 'trashed_at' | 'missing'>>;

/** What a person made of a clip, and whether its file is there. */
export const marksOf = ({ name, note, starred, tags, trashed_at, missing }: Clip): Marks => ({
  name: name ?? null,
  note: note ?? '',
  starred: starred ?? false,
  tags: tags ?? [],
  trashed_at: trashed_at ?? null,
  missing: missing ?? false,
});

/** What a clip is called: its name, or its prompt in short; empty when it has neither. */
export const nameOf = (clip: Clip, most?: number): string =>
  (clip.name ?? '').trim() || titleOf(clip.request.prompt ?? '', most);
