// Which days are looked at, and when a week begins for the person.

import type { Days, Usage } from '$lib/ipc/bindings';
import { dayKey } from '$lib/i18n/format';
import type { LocaleName } from '$lib/i18n/locale.svelte';

export type Period = 'today' | 'week' | 'month' | 'all' | 'days';

export const PERIODS = ['today', 'week', 'month', 'all'] as const;

interface WeekInfo {
  firstDay: number;
}

/** The first day of a week, 1 for Monday to 7 for Sunday: as the computer's locale has it where it is of the window's language. */
export function weekBegins(name: LocaleName, system: string): number {
  const ofLanguage = system.toLowerCase().startsWith(name.slice(0, 2));
  const locale = new Intl.Locale(ofLanguage ? system : name) as Intl.Locale & {
    getWeekInfo?: () => WeekInfo;
    weekInfo?: WeekInfo;
  };
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return info?.firstDay ?? (name === 'en' ? 7 : 1);
}

/** The day before which a week that begins on `first` began, for the first look; the program says it exactly. */
function weekFrom(now: Date, first: number): string {
  const began = new Date(now);
  began.setDate(now.getDate() - ((now.getDay() + 7 - (first % 7)) % 7));
  return dayKey(began);
}

/** The days of a period. What the program said last is truer than this page's clock. */
export function daysOf(period: Period, chosen: Days, known: Usage | null, first: number, now = new Date()): Days {
  const today = known?.day ?? dayKey(now);
  switch (period) {
    case 'today':
      return { from: today, to: null };
    case 'week':
      return { from: known?.week_from ?? weekFrom(now, first), to: null };
    case 'month':
      return { from: `${today.slice(0, 7)}-01`, to: null };
    case 'days':
      return chosen;
    default:
      return { from: null, to: null };
  }
}
