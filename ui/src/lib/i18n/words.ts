// The program's codes in the person's language. English words of the program are shown as they are in English;
// in another language the code's own sentence stands in front.

import type {
  Adjustment,
  BatchProblem,
  ExtraParameter,
  Failure,
  Field,
  FileProblem,
  GuardBreach,
  KeychainProblem,
  KeyStatus,
  Length,
  PresetProblem,
  ProblemCode,
  Ratio,
} from '$lib/ipc/bindings';
import type { CommandError } from '$lib/ipc/client';
import { owedAfter } from '$lib/state/owed';
import { app } from '$lib/state/app.svelte';
import { modeOf, type FormProblem, type FullRequest } from '$lib/state/request';
import { exactMoney, fileSize, money, number, seconds } from './format';
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

/** What is the matter with a file, with the way on in it; `raw` names the path where that is of use. */
const fileWords = (problem: FileProblem, raw: string): Told => ({
  title: t(`file.${problem}`),
  detail: problem === 'unusable' || problem === 'settings_unreadable' || problem === 'name_not_text' ? raw : null,
  hint: null,
});

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
  if (error.reason?.kind === 'preset') return { title: presetWords(error.reason.code), detail: null, hint: null };
  if (error.reason?.kind === 'guard') return { title: guardWords(error.reason.code), detail: null, hint: null };
  if (error.reason?.kind === 'setting') {
    return { title: t(`setting-refused.${error.reason.code}`), detail: null, hint: null };
  }
  if (error.reason?.kind === 'film') {
    return { title: t(`films.problem.${error.reason.code}`), detail: null, hint: null };
  }
  if (error.reason?.kind === 'list') return { title: listWords(error.reason.code), detail: null, hint: null };
  if (locale.name === 'en') return { title: error.message, detail: null, hint: error.hint };
  if (error.reason?.kind === 'file') return fileWords(error.reason.code, error.message);
  // What the program says is English: where there are words for its code, they come first and it is only quoted.
  const way = wayOn(error);
  if (error.reason?.kind === 'request') return { title: refusalWords(error.reason.code), detail: null, hint: way };
  if (error.reason?.kind === 'job') return { title: t('error.wrong_state'), detail: null, hint: way };
  const told = error.code === 'internal' && error.hint ? `${error.message} ${error.hint}` : error.message;
  return { title: t(`error.${error.code}`), detail: told, hint: way };
}

/** The way on after an error, in a language that the program does not speak; null where there is none to tell. */
function wayOn(error: CommandError): string | null {
  if (error.hint === null) return null;
  switch (error.code) {
    case 'busy':
    case 'storage':
    case 'unreadable':
    case 'key_missing':
      return t(`error-remedy.${error.code}`);
    default:
      return null;
  }
}

/** Why a text is no list. */
const listWords = (problem: BatchProblem): string =>
  t(`list.${problem.why}`, 'at' in problem ? { at: problem.at } : undefined);

/** Which guard would be passed, and what it would come to. */
export function guardWords({ guard, limit, amount }: GuardBreach): string {
  // To the cent, unless the cents are the same and would seem to deny that anything is passed.
  const words = amount !== null && money(amount) === money(limit) ? exactMoney : money;
  return sentences(
    t(`guard.${guard}`, { limit: words(limit) }),
    amount === null ? t('guard.no-price') : t(`guard.amount.${guard}`, { amount: words(amount) }),
  );
}

/** Why a preset cannot have a name. */
export const presetWords = (problem: PresetProblem): string => t(`preset.problem.${problem}`);

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
  problem: FormProblem,
  request: FullRequest,
  name: ModelNames,
  limits?: { min: number; max: number },
): string {
  const model = name(request.model);
  const spec = app.model(request.model);
  const picture =
    problem.field === 'last_frame'
      ? request.last_frame
      : problem.field === 'reference_images'
        ? request.reference_images[0]
        : request.first_frame;
  // Which of several it is about is said beside them.
  if (problem.code === 'service_refused') return t('problem.service_refused', { message: problem.message });
  if (problem.field === 'reference_images' && problem.code.startsWith('image_')) return refusalWords(problem.code);
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
    case 'seconds_range': {
      const only = spec?.seconds_only ?? [];
      if (only.length > 0) return t('problem.seconds_only', { model, only: only.join(' / ') });
      return t('problem.seconds_range', { model, min: limits?.min ?? 2, max: limits?.max ?? 12 });
    }
    case 'prompt_missing':
      return t(modeOf(request) === 'text' ? 'problem.prompt_missing' : 'problem.prompt_beside', { model });
    case 'prompt_too_long':
      if (!spec || spec.max_prompt === 20_000) return t('problem.prompt_too_long');
      return t('problem.prompt_model', { model, max: spec.max_prompt });
    case 'resolution_not_taken':
      return t(`problem.resolution_${spec?.plain_reference ? 'not_taken' : 'not_made'}`, { model });
    case 'ratio_not_taken':
      return t(`problem.ratio_${request.ratio === 'adaptive' ? 'not_taken' : 'not_made'}`, { model });
    case 'camera_not_taken':
      return t(spec?.plain_reference ? 'problem.camera_not_taken' : 'problem.camera_never', { model });
    case 'seed_range':
      return t('problem.seed_range', { model, max: spec?.max_seed ?? 0 });
    case 'extra_range':
    case 'extra_length':
    case 'extra_missing':
    case 'extra_type':
    case 'extra_choice':
    case 'extra_unknown': {
      const parameter = spec?.extra.find((one) => one.name === problem.parameter);
      const range = parameter ? (rangeWords(parameter) ?? '') : '';
      return t(`problem.${problem.code}`, { model, name: problem.parameter ?? '', range });
    }
    default:
      return t(`problem.${problem.code}`, { model });
  }
}

/** The limits of a parameter that only a spec knows; null where there are none to say. */
export function rangeWords({ kind }: ExtraParameter): string | null {
  if (kind.type === 'text') return t('model.between', { min: kind.min_length, max: kind.max_length });
  if (kind.type !== 'integer' && kind.type !== 'number') return null;
  const { min, max } = kind;
  if (min !== null && max !== null) return t('model.between', { min, max });
  if (min !== null) return t('model.at-least', { min });
  return max === null ? null : t('model.at-most', { max });
}

/** What a switch of the form is called. */
function fieldWords(field: Field): string {
  switch (field) {
    case 'camera_fixed':
      return t('composer.camera-fixed');
    case 'watermark':
      return t('composer.watermark');
    case 'service_tier':
      return t('composer.flex');
    case 'callback_url':
      return t('composer.callback');
    case 'seed':
      return t('composer.seed');
    default:
      return field;
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
    case 'resolution':
      return t('adjusted.resolution-to', { to: request.resolution });
    case 'not_taken':
      return t('adjusted.not_taken', { model, names: adjustment.fields.map(fieldWords).join(', ') });
    case 'extra_dropped':
      return t('adjusted.extra_dropped', { model, names: adjustment.names.join(', ') });
    default:
      return t(`adjusted.${adjustment.kind}`, { model });
  }
}
