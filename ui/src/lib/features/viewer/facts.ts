// What a clip is made of, line by line, in words. Must not know how the lines are drawn.

import { exactMoney, fileSize, number, seconds, seed } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { lengthWords, ratioWords } from '$lib/i18n/words';
import type { Clip, ModelSpec } from '$lib/ipc/bindings';
import { fullRequest, isRehearsal } from '$lib/state/request';
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

/** Everything that was asked for, and what became of it. Lines that say nothing beyond a default are left out. */
export function madeOf(clip: Clip, model: ModelSpec | undefined): Fact[] {
  const request = fullRequest(clip.request);
  const { media } = clip;
  const facts: Fact[] = [
    { id: 'model', name: t('viewer.model'), value: model?.full_name ?? request.model },
    {
      id: 'size',
      name: t('viewer.size'),
      value: t('viewer.size-value', { width: String(media.width), height: String(media.height) }),
      detail: `${ratioWords(request.ratio)}, ${request.resolution}`,
    },
    {
      id: 'length',
      name: t('viewer.length'),
      value: request.length.unit === 'seconds' ? lengthWords(request.length) : seconds(request.length.value / 24),
      detail: t('viewer.length-detail', { frames: media.frames, fps: number(media.fps ?? 24, 2) }),
    },
  ];
  if (request.seed !== null) {
    const exact = String(request.seed);
    facts.push({
      id: 'seed',
      name: t('viewer.seed'),
      value: seed(request.seed),
      copy: { text: exact, label: t('viewer.copy-seed') },
    });
  }
  facts.push({
    id: 'camera',
    name: t('viewer.camera'),
    value: t(request.camera_fixed ? 'viewer.camera-fixed' : 'viewer.camera-moving'),
  });
  if (model?.audio || media.audio) {
    facts.push({
      id: 'sound',
      name: t('viewer.sound'),
      value: t(media.audio ? 'viewer.sound-yes' : 'viewer.sound-no'),
    });
  }
  facts.push({
    id: 'watermark',
    name: t('viewer.watermark'),
    value: t(request.watermark ? 'viewer.watermark-yes' : 'viewer.watermark-no'),
  });
  if (request.draft) facts.push({ id: 'draft', name: t('viewer.draft'), value: t('viewer.draft-yes') });
  const hours = Math.round((request.expires_after / 3_600) * 10) / 10;
  facts.push({
    id: 'service',
    name: t('viewer.service'),
    value: isRehearsal(clip)
      ? t('viewer.service-rehearsal')
      : t(request.service_tier === 'flex' ? 'viewer.service-flex' : 'viewer.service-online'),
    detail: t('viewer.expiry', { hours }),
  });
  if (request.callback_url !== null) {
    facts.push({ id: 'callback', name: t('viewer.callback'), value: request.callback_url });
  }
  facts.push({
    id: 'kept',
    name: t('viewer.kept-last'),
    value: t(clip.last_frame_from_service ? 'viewer.kept-from-service' : 'viewer.kept-from-file'),
  });
  return facts;
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

/** Name and size of the file. */
export const fileOf = (clip: Clip): { name: string; size: string } => ({
  name: clip.file.split(/[/\\]/).at(-1) ?? clip.file,
  size: clip.media.bytes === null ? '' : fileSize(clip.media.bytes),
});

/** Where a clip's file is, to be shown: `file` stands in the clips folder, unless it was kept in an earlier one. */
export function pathOf(folder: string | undefined, file: string): string {
  const whole = /^([/\\]|[A-Za-z]:[/\\])/.test(file);
  return whole || !folder ? file : `${folder}/${file}`;
}
