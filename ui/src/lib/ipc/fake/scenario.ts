// What the fake host plays, read from the page's address: `?scenario=full&speed=4&theme=lightbox&lang=zh-CN`.

import type { Language, Theme } from '../bindings';

const SCENARIOS = ['full', 'empty', 'first-run', 'startup-failure', 'damaged', 'no-keychain'] as const;

export interface Scenario {
  /**
   * full: a library of samples · empty: nothing made yet · first-run: neither door chosen ·
   * startup-failure: the session cannot be opened · damaged: nor can the library, until it is made again ·
   * no-keychain: first run on a computer without one.
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
  /** Films with takes, cuts, a trim and a missing file. */
  films: boolean;
  /** How many shots the longest of these films has; 0 leaves it out. */
  long: number;
  /** How many films more there are, under the names “Reel 1” and so on. */
  reels: number;
  /** How many clips more, made as they are asked for. */
  clips: number;
  /** How many of the newest clips have lost their file. */
  missing: number;
  /** Guards in force, USD. */
  budget: string | null;
  ceiling: string | null;
  /** By how many percent the service bills more than the list says. */
  dearer: number;
  /** A model that has no price. */
  unpriced: string | null;
  /** How many jobs are under way at once, if it is not what the settings say. */
  parallel: number | null;
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
    films: query.has('films'),
    long: Number(query.get('long')) || 0,
    reels: Number(query.get('reels')) || 0,
    clips: Number(query.get('clips')) || 0,
    missing: Number(query.get('missing')) || 0,
    budget: query.get('budget'),
    ceiling: query.get('ceiling'),
    dearer: Number(query.get('dearer')) || 0,
    unpriced: query.get('unpriced'),
    parallel: Number(query.get('parallel')) || null,
  };
}
