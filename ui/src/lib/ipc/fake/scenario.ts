// What the fake host plays, read from the page's address: `?scenario=full&speed=4&theme=lightbox&lang=zh-CN`.

import type { Language, Theme } from '../bindings';

const SCENARIOS = ['full', 'empty', 'first-run', 'startup-failure', 'no-keychain'] as const;

export interface Scenario {
  /**
   * full: a library of samples · empty: nothing made yet · first-run: neither door chosen ·
   * startup-failure: the session cannot be opened · no-keychain: first run on a computer without one.
   */
  name: (typeof SCENARIOS)[number];
  /** How many times faster than six seconds a clip is made. */
  speed: number;
  /** Whether the service tells how far it is. */
  progress: boolean;
  theme: Theme;
  language: Language;
  /** Whether the first clips go through the hosted service's door. */
  connected: boolean;
  /** A notice of the program to show. */
  notice: boolean;
  /** How many times over the sample library is there, further and further back: a library of years. */
  years: number;
}

const oneOf = <T extends string>(text: string | null, words: readonly T[], otherwise: T): T =>
  words.find((word) => word === text) ?? otherwise;

export function scenarioOf(query: URLSearchParams): Scenario {
  return {
    name: oneOf(query.get('scenario'), SCENARIOS, 'full'),
    speed: Number(query.get('speed')) || 1,
    progress: query.get('progress') !== 'none',
    theme: oneOf<Theme>(query.get('theme'), ['system', 'darkroom', 'lightbox'], 'system'),
    language: oneOf<Language>(query.get('lang'), ['system', 'en', 'zh-CN'], 'system'),
    connected: query.get('door') === 'connect',
    notice: query.has('notice'),
    years: Number(query.get('years')) || 1,
  };
}
