// What a card tells of its clip in a few facts. In one go, since scrolling makes cards by the hundred.

import { money, seconds } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import type { Clip } from '$lib/ipc/bindings';
import { clipCost } from '$lib/shared/cost';
import { costOf, fullRequest, isRehearsal, marksOf } from '$lib/state/request';

interface Told {
  /** How long it is, to a tenth of a second. */
  length: string;
  /** Length, resolution and cost, as they are seen in its corner. */
  facts: string;
  /** The same for a screen reader, with everything that the card shows by signs. */
  spoken: string;
}

const those = (facts: string[]): string[] => facts.filter((fact) => fact !== '');

/** What is told of a clip, as far as it is known. */
export function toldOf(clip: Clip): Told {
  const request = fullRequest(clip.request);
  const marks = marksOf(clip);
  const rehearsal = isRehearsal(clip);
  const length = seconds(Math.round((clip.media.seconds ?? clip.estimate.seconds ?? 0) * 10) / 10);
  const [cost, exact] = [clipCost(clip) ?? '', costOf(clip)];
  const spoken = those([
    length,
    request.resolution,
    rehearsal ? t('app.rehearsal') : '',
    exact ? (rehearsal ? cost : money(exact)) : '',
    request.continues ? t('gallery.continues') : '',
    marks.starred ? t('find.is-starred') : '',
    marks.missing ? t('find.is-missing') : '',
    marks.trashed_at !== null ? t('find.in-trash') : '',
  ]).join(', ');
  return { length, facts: those([length, request.resolution, cost]).join(' · '), spoken };
}
