// The program's codes in the person's language. English words of the program are shown as they are in English;
// in another language the code's own sentence stands in front.

import type {
  Adjustment,
  Failure,
  KeychainProblem,
  KeyStatus,
  Length,
  Problem,
  ProblemCode,
  Ratio,
} from '$lib/ipc/bindings';
import type { CommandError } from '$lib/ipc/client';
import { owedAfter } from '$lib/state/owed';
import type { FullRequest } from '$lib/state/request';
import { fileSize, number, seconds } from './format';
import { locale } from './locale.svelte';
import { t } from './translate';

/** A length as it was asked for: `5 s` or `57 frames`. */
export const lengthWords = (length: Length): string =>
  length.unit === 'seconds' ? seconds(length.value) : t('app.frames', { count: length.value });

/** A ratio as a person reads it. */
export const ratioWords = (ratio: Ratio): string => (ratio === 'adaptive' ? t('ratio.adaptive') : ratio);

/** Names of models by id, for sentences. */
export type ModelNames = (id: string) => string;

/** Sentences one after another, as the language sets them. */
export const sentences = (...parts: (string | null | undefined)[]): string =>
  parts.filter(Boolean).join(locale.name === 'zh-CN' ? '' : ' ');

/** What happened, more of it in the program's own words, and the way on if there is one. */
export interface Told {
  title: string;
  detail: string | null;
  hint: string | null;
}

/** What is the matter with the keychain; `raw` are the keychain's own words, of use where there are no others. */
export const keychainWords = (problem: KeychainProblem, raw: string | null): Told => ({
  title: t(`keychain.${problem}`),
  detail: problem === 'other' ? raw : null,
  hint: t(`keychain-remedy.${problem}`),
});

/** What is the matter with the keychain that should have the key, in one line; null when nothing is. */
export function keyProblemLine(key: KeyStatus): string | null {
  if (!key.keychain) return key.problem;
  const { title, detail, hint } = keychainWords(key.keychain, key.problem);
  return sentences(title, detail, hint);
}

/** Why a value was refused, where only the rule is known and not the value. */
function refusalWords(code: ProblemCode): string {
  switch (code) {
    case 'image_side':
    case 'image_aspect':
    case 'image_bytes':
    case 'seconds_range':
      return t(`refused.${code}`);
    default:
      return t(`problem.${code}`, { model: t('refused.this-model') });
  }
}

/** What an error says. */
export function errorWords(error: CommandError): Told {
  if (error.reason?.kind === 'keychain') return keychainWords(error.reason.code, error.message);
  if (locale.name !== 'en' && error.reason) {
    return { title: refusalWords(error.reason.code), detail: null, hint: error.hint };
  }
  if (locale.name === 'en') return { title: error.message, detail: null, hint: error.hint };
  return { title: t(`error.${error.code}`), detail: error.message, hint: error.hint };
}

/** The same in one line, for a toast. */
export function errorLine(error: CommandError): string {
  const { title, detail } = errorWords(error);
  return detail ? `${title}（${detail}）` : title;
}

/** Why a job failed, with what it means for the person's money. */
export function failureWords(failure: Failure, rehearsal: boolean): string {
  const owed = owedAfter(failure.code, rehearsal);
  return sentences(
    t(`failure.${failure.code}`),
    t(owed === 'perhaps' ? 'queue.owed.perhaps-no-price' : `queue.owed.${owed}`),
  );
}

/** What is wrong with a request, at its field. */
export function problemWords(
  problem: Problem,
  request: FullRequest,
  name: ModelNames,
  limits?: { min: number; max: number },
): string {
  const model = name(request.model);
  const picture =
    problem.field === 'last_frame'
      ? request.last_frame
      : problem.field === 'reference_images'
        ? request.reference_images[0]
        : request.first_frame;
  switch (problem.code) {
    case 'mode_not_taken':
      if (problem.field === 'last_frame') return t('problem.takes_no_last_frame', { model });
      if (problem.field === 'reference_images') return t('problem.takes_no_references', { model });
      return t(request.first_frame ? 'problem.takes_no_first_frame' : 'problem.needs_picture', { model });
    case 'image_side':
      return t('problem.image_side', { width: picture?.width ?? 0, height: picture?.height ?? 0 });
    case 'image_aspect':
      return t('problem.image_aspect', { aspect: number((picture?.width ?? 0) / (picture?.height || 1), 2) });
    case 'image_bytes':
      return t('problem.image_bytes', { size: fileSize(picture?.bytes ?? 0) });
    case 'seconds_range':
      return t('problem.seconds_range', { model, min: limits?.min ?? 2, max: limits?.max ?? 12 });
    default:
      return t(`problem.${problem.code}`, { model });
  }
}

/** What had to change when settings were carried over; `request` is what it became. */
export function adjustmentWords(adjustment: Adjustment, request: FullRequest, name: ModelNames): string {
  const model = name(request.model);
  switch (adjustment.kind) {
    case 'model':
      return t(request.first_frame && !request.last_frame ? 'adjusted.model-first' : 'adjusted.model', {
        from: name(adjustment.from),
        to: name(adjustment.to),
      });
    case 'length':
      return t('adjusted.length', { from: lengthWords(adjustment.from), to: lengthWords(adjustment.to) });
    case 'ratio':
      return t('adjusted.ratio', { from: ratioWords(adjustment.from), to: ratioWords(adjustment.to) });
    default:
      return t(`adjusted.${adjustment.kind}`, { model });
  }
}
