// What something costs, in words: an estimate is always called one, a rehearsal's cost always pretend.

import type { Clip, Usd } from '$lib/ipc/bindings';
import { exactMoney, money } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { costOf, isRehearsal } from '$lib/state/request';

/** What a clip cost: `$0.19`, or `pretend $0.19`. Null when nobody said. */
export function clipCost(clip: Clip, exact = false): string | null {
  const cost = costOf(clip);
  if (cost === null) return null;
  const words = exact ? exactMoney(cost) : money(cost);
  return isRehearsal(clip) ? t('app.pretend', { cost: words }) : words;
}

/** An estimate in words. */
export function aboutCost(cost: Usd | null, rehearsal: boolean): string {
  if (cost === null) return t('app.no-price');
  return t(rehearsal ? 'app.about-pretend' : 'app.about-cost', { cost: money(cost) });
}
