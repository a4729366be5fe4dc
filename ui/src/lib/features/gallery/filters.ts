// The parts of a filter in words.

import { day, dayKey, money, seconds } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { ratioWords } from '$lib/i18n/words';
import type { Ratio, Span } from '$lib/ipc/bindings';
import { app } from '$lib/state/app.svelte';
import type { FilterPart, FullFilter } from '$lib/state/query';

/** The day so many days before today. */
export function daysAgo(count: number): string {
  const at = new Date();
  at.setDate(at.getDate() - count);
  return dayKey(at);
}

/** A clip of 4 s is 97 frames at 24 a second: 4.04 s. Who asks for up to 4 s means it. */
const LAST_FRAME = 0.05;

/** The greatest length meant by a number that was typed, and the number to show for it. */
export const upToSeconds = (typed: number): number => typed + LAST_FRAME;
export const typedSeconds = (most: number): number => Math.round((most - LAST_FRAME) * 1000) / 1000;

/** What a model is called. */
export const modelName = (id: string): string => app.model(id)?.name ?? id;

function spanWords<T>({ from, to }: Span<T>, words: (value: T) => string): string {
  const [least, most] = [from ?? null, to ?? null];
  if (least !== null && most !== null) {
    return least === most ? words(least) : t('find.between', { from: words(least), to: words(most) });
  }
  if (least !== null) return t('find.from', { from: words(least) });
  return most === null ? '' : t('find.up-to', { to: words(most) });
}

/** One part of a filter, as its chip says it. */
export function partWords(part: FilterPart, filter: FullFilter): string {
  switch (part.key) {
    case 'models':
      return modelName(part.value);
    case 'ratios':
      return ratioWords(part.value as Ratio);
    case 'resolutions':
      return part.value;
    case 'tags':
      return t('find.chip-tag', { tag: part.value });
    case 'states':
      return t(`find.state-${part.value as FullFilter['states'][number]}`);
    case 'seconds': {
      const to = filter.seconds.to ?? null;
      return spanWords({ ...filter.seconds, to: to === null ? null : typedSeconds(to) }, seconds);
    }
    case 'cost':
      return spanWords(filter.cost, money);
    case 'days':
      return spanWords(filter.days, (value) => day(`${value}T12:00:00`));
    case 'origin':
      return filter.origin === null ? '' : t(`find.origin-${filter.origin}`);
    default:
      return t(`find.chip-${part.key}`);
  }
}
