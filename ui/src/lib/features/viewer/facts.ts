// What a clip is made of, line by line, in words. Must not know how the lines are drawn.

import { exactMoment, exactMoney, fileSize, moment, number, seconds, seed } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { lengthWords, ratioWords } from '$lib/i18n/words';
import type { Clip, ModelSpec, Request } from '$lib/ipc/bindings';
import { FPS, fullRequest, isRehearsal } from '$lib/state/request';
import { subtractUsd } from '$lib/state/usd';

/** One line: a name, what it is, and in quieter words what belongs to it. */
export interface Fact {
  id: string;
  name: string;
  value: string;
  detail?: string;
  /** Exact text to copy, where that is of use, and the name of the button. */
  copy?: { text: string; label: string };
}

/** A clip that was brought in: made who knows where, so that only what its request really says is told of it. */
const isForeign = (clip: Clip): boolean => !['service', 'rehearsal'].includes(clip.provider.kind);

/** Everything that was asked for, and what became of it. What is not known is left out. */
export function madeOf(clip: Clip, model: ModelSpec | undefined): Fact[] {
  const request = fullRequest(clip.request);
  const { media } = clip;
  const foreign = isForeign(clip);
  /** Whether a parameter is known: of the program's own clips everything is, the defaults included. */
  const told = (name: keyof Request): boolean => !foreign || (clip.request[name] ?? null) !== null;
  const facts: (Fact | false)[] = [
    told('model') && { id: 'model', name: t('viewer.model'), value: model?.full_name ?? request.model },
    {
      id: 'size',
      name: t('viewer.size'),
      value: t('viewer.size-value', { width: String(media.width), height: String(media.height) }),
      detail: [told('ratio') && ratioWords(request.ratio), told('resolution') && request.resolution]
        .filter(Boolean)
        .join(', '),
    },
    {
      id: 'length',
      name: t('viewer.length'),
      value: !told('length')
        ? seconds(Math.round((media.seconds ?? 0) * 1000) / 1000)
        : request.length.unit === 'seconds'
          ? lengthWords(request.length)
          : seconds(request.length.value / 24),
      detail: t('viewer.length-detail', { frames: media.frames, fps: number(media.fps ?? 24, 2) }),
    },
    request.seed !== null && {
      id: 'seed',
      name: t('viewer.seed'),
      value: seed(request.seed),
      copy: { text: String(request.seed), label: t('viewer.copy-seed') },
    },
    told('camera_fixed') && {
      id: 'camera',
      name: t('viewer.camera'),
      value: t(request.camera_fixed ? 'viewer.camera-fixed' : 'viewer.camera-moving'),
    },
    (foreign || model?.audio || media.audio || request.generate_audio) && {
      id: 'sound',
      name: t('viewer.sound'),
      value: t(media.audio ? 'viewer.sound-yes' : 'viewer.sound-no'),
    },
    told('watermark') && {
      id: 'watermark',
      name: t('viewer.watermark'),
      value: t(request.watermark ? 'viewer.watermark-yes' : 'viewer.watermark-no'),
    },
    request.draft && { id: 'draft', name: t('viewer.draft'), value: t('viewer.draft-yes') },
    ...Object.entries(request.extra ?? {}).map(([name, value]) => ({
      id: `extra-${name}`,
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
    !foreign && {
      id: 'service',
      name: t('viewer.service'),
      value: isRehearsal(clip)
        ? t('viewer.service-rehearsal')
        : t(request.service_tier === 'flex' ? 'viewer.service-flex' : 'viewer.service-online'),
      detail: t('viewer.expiry', { hours: Math.round((request.expires_after / 3_600) * 10) / 10 }),
    },
    clip.provider.kind === 'service' && {
      id: 'address',
      name: t('viewer.address'),
      value: clip.provider.address.replace(/^https:\/\//, ''),
    },
    request.callback_url !== null && { id: 'callback', name: t('viewer.callback'), value: request.callback_url },
    !foreign && {
      id: 'kept',
      name: t('viewer.kept-last'),
      value: t(clip.last_frame_from_service ? 'viewer.kept-from-service' : 'viewer.kept-from-file'),
    },
  ];
  return facts.filter((fact): fact is Fact => fact !== false && fact.value !== '');
}

/** When the clip went through what it went through; steps that nobody wrote down are left out. */
export function timesOf(clip: Clip): Fact[] {
  const times = [
    ['queued', clip.created_at],
    ['submitted', clip.submitted_at],
    ['completed', clip.completed_at ?? null],
    ['downloaded', clip.finished_at],
  ] as const;
  if (isForeign(clip)) return [{ id: 'imported', name: t('viewer.imported'), value: moment(clip.finished_at) }];
  return times
    .filter((time): time is typeof time & [string, string] => time[1] !== null)
    .map(([id, at]) => ({
      id,
      name: t(`viewer.${id}`),
      value: exactMoment(at),
      ...(id === 'downloaded' ? { detail: tookOf(clip) } : {}),
    }));
}

/** Tokens and discount as billed. */
export function billsOf(clip: Clip): Fact[] {
  const tokens = clip.billed.tokens ?? clip.estimate.tokens;
  const share = clip.billed.discount === null ? null : Number(clip.billed.discount);
  const facts: (Fact | false)[] = [
    tokens !== null && {
      id: 'tokens',
      name: t('viewer.tokens'),
      value: number(tokens),
      detail: clip.billed.tokens === null ? t('viewer.tokens-expected') : undefined,
    },
    share !== null && {
      id: 'discount',
      name: t('viewer.discount'),
      value:
        share === 1
          ? t('viewer.discount-none')
          : t('viewer.discount-off', { percent: number(Math.round((1 - share) * 1000) / 10, 1) }),
    },
  ];
  return isForeign(clip) ? [] : facts.filter((fact): fact is Fact => fact !== false);
}

/** By how much the frame rate of a file may be another than asked for: rounding of its clock. */
const FPS_ROUNDING = 0.05;

/** In what the file is not what was asked for, one sentence each; none for what nobody asked for here. */
export function differencesOf(clip: Clip): string[] {
  if (isForeign(clip)) return [];
  const { media, estimate } = clip;
  const request = fullRequest(clip.request);
  const said: string[] = [];
  // The service chooses the shape of an adaptive video, and the size of a draft.
  const sized = request.ratio !== 'adaptive' && !request.draft;
  if (sized && (media.width !== estimate.size.width || media.height !== estimate.size.height)) {
    const size = (width: number, height: number): string =>
      t('viewer.size-value', { width: String(width), height: String(height) });
    said.push(
      t('viewer.differs-size', {
        asked: size(estimate.size.width, estimate.size.height),
        found: size(media.width, media.height),
        resolution: request.resolution,
        ratio: ratioWords(request.ratio),
      }),
    );
  }
  if (media.frames !== estimate.frames) {
    said.push(t('viewer.differs-frames', { asked: String(estimate.frames), found: String(media.frames) }));
  }
  if (media.fps !== null && Math.abs(media.fps - FPS) > FPS_ROUNDING) {
    said.push(t('viewer.differs-fps', { asked: number(FPS), found: number(media.fps, 3) }));
  }
  if (request.generate_audio && !media.audio) said.push(t('viewer.differs-sound'));
  return said;
}

/** What was paid, beside what was expected. */
export function billedOf(clip: Clip): { value: string; detail: string } {
  const { cost } = clip.billed;
  const expected = clip.estimate.cost;
  const words = (amount: string): string =>
    isRehearsal(clip) ? t('app.pretend', { cost: exactMoney(amount) }) : exactMoney(amount);
  if (cost === null) {
    const detail = expected === null ? '' : t('viewer.estimated', { cost: exactMoney(expected) });
    return { value: t('viewer.not-told'), detail };
  }
  if (expected === null) return { value: words(cost), detail: '' };
  const apart = subtractUsd(cost, expected);
  if (apart === '0') return { value: words(cost), detail: t('viewer.as-estimated') };
  const below = apart.startsWith('-');
  const difference = exactMoney(below ? apart.slice(1) : apart);
  return { value: words(cost), detail: t(below ? 'viewer.below-estimate' : 'viewer.above-estimate', { difference }) };
}

/** How long it took from sending it to having it. */
export function tookOf(clip: Clip): string {
  const all = Math.max(
    0,
    Math.round((Date.parse(clip.finished_at) - Date.parse(clip.submitted_at ?? clip.created_at)) / 1000),
  );
  if (all < 60) return t('viewer.took-seconds', { seconds: all });
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return t('viewer.took-minutes', { minutes, seconds: all % 60 });
  return t('viewer.took-hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** One line in which two clips differ. */
export interface Difference {
  id: string;
  name: string;
  left: string;
  right: string;
}

/** The facts in which two clips differ, in the order in which they are told; and how many are the same. */
export function apart(
  left: Clip,
  right: Clip,
  model: (id: string) => ModelSpec | undefined,
): { differ: Difference[]; same: number } {
  const facts = (clip: Clip): Fact[] => {
    const { name, size } = fileOf(clip);
    return [
      { id: 'prompt', name: t('viewer.prompt'), value: clip.request.prompt ?? '' },
      ...madeOf(clip, model(clip.request.model ?? '')),
      ...(isForeign(clip) ? [] : [{ id: 'billed', name: t('viewer.billed'), value: billedOf(clip).value }]),
      ...billsOf(clip),
      ...timesOf(clip).filter((fact) => fact.id === 'queued' || fact.id === 'imported'),
      { id: 'file', name: t('viewer.file'), value: size === '' ? name : size },
    ];
  };
  const [a, b] = [facts(left), facts(right)];
  const whole = (fact: Fact | undefined): string => [fact?.value, fact?.detail].filter(Boolean).join(' · ');
  const names = [...a, ...b.filter((fact) => !a.some((one) => one.id === fact.id))];
  const all = names.map(({ id, name }) => {
    const of = (list: Fact[]): string => whole(list.find((fact) => fact.id === id));
    return { id, name, left: of(a), right: of(b) };
  });
  const differ = all.filter((one) => one.left !== one.right);
  return { differ, same: all.length - differ.length };
}

/** Name and size of the file. */
export const fileOf = (clip: Clip): { name: string; size: string } => ({
  name: clip.file.split(/[/\\]/).at(-1) ?? clip.file,
  size: clip.media.bytes === null ? '' : fileSize(clip.media.bytes),
});
