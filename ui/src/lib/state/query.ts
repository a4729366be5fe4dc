// What the gallery is asked for, with every part present, and small questions about it.

import type { Clip, Filter, GalleryQuery, Job, Sort, Span } from '$lib/ipc/bindings';
import { dayKey } from '$lib/i18n/format';
import { fullRequest } from './request';

/** A filter with every part present. */
export type FullFilter = Required<Filter>;

/** A query with every part present. */
export interface FullQuery extends Required<GalleryQuery> {
  filter: FullFilter;
}

const NEWEST_FIRST: Sort = { by: 'date', descending: true };

export const noFilter = (): FullFilter => ({
  models: [],
  resolutions: [],
  ratios: [],
  seconds: { from: null, to: null },
  cost: { from: null, to: null },
  days: { from: null, to: null },
  starred: false,
  tags: [],
  film: null,
  origin: null,
  missing: false,
  states: [],
});

/** Every clip, newest first. */
export const everything = (): FullQuery => ({ text: '', filter: noFilter(), sort: NEWEST_FIRST, trash: false });

/** The query with the defaults in place of what is absent. */
export const fullQuery = (query: GalleryQuery): FullQuery => ({
  ...everything(),
  ...query,
  filter: { ...noFilter(), ...query.filter },
});

const open = (span: Span<unknown>): boolean => (span.from ?? null) === null && (span.to ?? null) === null;

/** One part of a filter that asks for something; lists have a part for each of their values. */
export type FilterPart =
  | { key: 'models' | 'resolutions' | 'ratios' | 'tags' | 'states'; value: string }
  | { key: 'seconds' | 'cost' | 'days' | 'starred' | 'missing' | 'film' | 'origin' };

const LISTS = ['models', 'ratios', 'resolutions', 'tags', 'states'] as const;

/** What a filter asks for, in the order in which a person reads it. */
export function partsOf(filter: FullFilter): FilterPart[] {
  return [
    ...LISTS.flatMap((key) => filter[key].map((value) => ({ key, value }))),
    ...(['seconds', 'cost', 'days'] as const).filter((key) => !open(filter[key])).map((key) => ({ key })),
    ...(['starred', 'missing'] as const).filter((key) => filter[key]).map((key) => ({ key })),
    ...(['film', 'origin'] as const).filter((key) => filter[key] !== null).map((key) => ({ key })),
  ];
}

/** The filter without one of its parts. */
export function without(filter: FullFilter, part: FilterPart): FullFilter {
  if ('value' in part) {
    const rest = (filter[part.key] as string[]).filter((value) => value !== part.value);
    return { ...filter, [part.key]: rest };
  }
  return { ...filter, [part.key]: noFilter()[part.key] };
}

/** Whether some clips may be left out by the words or the filter. */
export const narrows = (query: FullQuery): boolean => query.text.trim() !== '' || partsOf(query.filter).length > 0;

export const sameQuery = (a: FullQuery, b: FullQuery): boolean => JSON.stringify(a) === JSON.stringify(b);

const within = (value: number | null, span: Span<number | string | null>): boolean =>
  open(span) ||
  (value !== null &&
    ((span.from ?? null) === null || value >= Number(span.from)) &&
    ((span.to ?? null) === null || value <= Number(span.to)));

/** What a clip and a job's card have in common. */
export type Made = Pick<Job, 'request' | 'provider' | 'estimate' | 'created_at'>;

/** Which of the filter's states something is in; null for what has no card. */
export function stateOf(job: Pick<Job, 'state'>): FullFilter['states'][number] | null {
  if (job.state === 'failed' || job.state === 'unknown' || job.state === 'done') return job.state;
  return job.state === 'canceled' ? null : 'open';
}

/**
 * Whether a job's card belongs among what was asked for. The program finds clips only; words are found in the prompt, and
 * what only a clip can have (a star, a tag, a film, a missing file) leaves jobs out.
 */
export function asksFor(query: FullQuery, made: Made, state: FullFilter['states'][number]): boolean {
  const { filter } = query;
  if (query.trash) return false;
  if (filter.starred || filter.missing || filter.tags.length > 0 || filter.film !== null) return false;
  if (filter.states.length > 0 && !filter.states.includes(state)) return false;
  if (filter.origin !== null && filter.origin !== originOf(made)) return false;
  const request = fullRequest(made.request);
  const prompt = request.prompt.toLocaleLowerCase();
  if (!wordsOf(query.text).every((word) => prompt.includes(word))) return false;
  if (filter.models.length > 0 && !filter.models.includes(request.model)) return false;
  if (filter.resolutions.length > 0 && !filter.resolutions.includes(request.resolution)) return false;
  if (filter.ratios.length > 0 && !filter.ratios.includes(request.ratio)) return false;
  const day = dayKey(made.created_at);
  if ((filter.days.from ?? day) > day || (filter.days.to ?? day) < day) return false;
  const cost = made.estimate.cost;
  return within(made.estimate.seconds, filter.seconds) && within(cost === null ? null : Number(cost), filter.cost);
}

/** A moment of a local day (2026-11-22), as it is written in clips and jobs. */
export const noonOf = (day: string): string => new Date(`${day}T12:00`).toISOString();

/** The words of a search, each of which must be found. */
export const wordsOf = (text: string): string[] => text.toLocaleLowerCase().split(/\s+/).filter(Boolean);

export function originOf({ provider }: Pick<Clip, 'provider'>): NonNullable<FullFilter['origin']> {
  return provider.kind === 'service' ? 'real' : provider.kind;
}
