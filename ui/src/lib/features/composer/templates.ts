// Camera moves and looks that can be put into a prompt, in the order in which they are shown. Their names and words are
// in the catalogues, under `template.ID` and `template.ID.text`.

import { t } from '$lib/i18n/translate';
import { locale } from '$lib/i18n/locale.svelte';
import type { PickGroup, PickItem } from '$lib/ui/pick';

export const CAMERA = [
  'push-in',
  'pull-out',
  'pan',
  'tilt',
  'orbit',
  'tracking',
  'crane',
  'handheld',
  'static',
  'dolly-zoom',
  'whip-pan',
  'aerial',
] as const;

export const STYLES = [
  'golden-hour',
  'film-noir',
  'neon-night',
  'macro',
  'slow-motion',
  'time-lapse',
  'film-stock',
  'watercolour',
  'stop-motion',
  'anime',
] as const;

type Template = (typeof CAMERA)[number] | (typeof STYLES)[number];

/** All of them as lines to pick from; found by their names and words. */
export function templateGroups(insert: (words: string) => void): PickGroup[] {
  const line = (id: Template): PickItem => {
    const text = t(`template.${id}.text`);
    return { id, title: t(`template.${id}`), detail: text, words: text, run: () => insert(text) };
  };
  return [
    { title: t('templates.camera'), items: CAMERA.map(line) },
    { title: t('templates.style'), items: STYLES.map(line) },
  ];
}

/** A sentence that has ended needs no full stop; neither does a line that has just begun. */
const ENDED = /[.!?…:;,。！？：；，、]$/;

/** What to type at the caret so that the words stand as a sentence of their own between what is before and after it. */
export function asSentence(before: string, words: string, after: string): string {
  const chinese = locale.name === 'zh-CN';
  const trimmed = before.trimEnd();
  const atLineStart = before === '' || before.endsWith('\n');
  const stop = trimmed === '' || atLineStart || ENDED.test(trimmed) ? '' : chinese ? '。' : '.';
  // A stop belongs to its word: after a space that is there already it would hang in the air.
  const lead = before === trimmed ? stop : '';
  const space = chinese || atLineStart || (before !== trimmed && lead === '') ? '' : ' ';
  const tail = chinese || after === '' || /^\s/.test(after) ? '' : ' ';
  return `${lead}${space}${words}${tail}`;
}
