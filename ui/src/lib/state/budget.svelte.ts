// The monthly budget's marks: 80 % of it, and all of it. The program says each once a month; the window shows it then, and
// quietly for as long as it holds.

import { untrack } from 'svelte';
import type { BudgetMark, Usd } from '$lib/ipc/bindings';
import { money } from '$lib/i18n/format';
import { t } from '$lib/i18n/translate';
import { ipc } from '$lib/ipc/client';
import { app } from './app.svelte';
import { messages } from './messages.svelte';
import { navigation } from './navigation.svelte';
import { exceedsUsd, timesUsd } from './usd';

/** Where the first mark stands. */
export const nearOf = (budget: Usd): Usd => timesUsd(budget, '0.8');

/** The mark that an amount has reached; the program's own rule is `BudgetMark::of`. */
export function markOf(spent: Usd, budget: Usd | null): BudgetMark | null {
  if (budget === null || !exceedsUsd(spent, '0')) return null;
  if (!exceedsUsd(budget, spent)) return 'reached';
  return exceedsUsd(nearOf(budget), spent) ? null : 'near';
}

/** The mark that holds now. */
export const markNow = (): BudgetMark | null =>
  markOf(app.standing.spent_this_month, app.settings.guards.monthly_budget ?? null);

/** What stands in the composer's foot while a mark holds; empty while none does. */
export function budgetLine(): string {
  const mark = markNow();
  return mark === null ? '' : t(`usage.foot-${mark}`);
}

/** Says a mark in the moment in which it is reached. Call it once, while a component is made. */
export function sayBudgetMarks(): void {
  $effect(() => {
    void app.standing.spent_this_month;
    if (markNow() !== null) untrack(() => void say());
  });
}

async function say(): Promise<void> {
  // A warning that cannot be read now is not lost: it is asked for again with the next change.
  const warning = await ipc.budgetWarning().catch(() => null);
  if (!warning) return;
  const text = t(`usage.${warning.mark}`, { spent: money(warning.spent), budget: money(warning.budget) });
  const onUsage = navigation.place.at === 'usage';
  messages.say(text, {
    tone: 'trouble',
    action: onUsage ? undefined : { label: t('usage.show'), run: () => navigation.usage() },
  });
  messages.announce(text);
}
