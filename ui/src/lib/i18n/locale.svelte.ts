// The language of the window, as a rune: whatever reads it is drawn anew when it changes.

import type { Language } from '$lib/ipc/bindings';

export type LocaleName = 'en' | 'zh-CN';

const ofSystem = (): LocaleName =>
  typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';

export class Locale {
  #name = $state<LocaleName>(ofSystem());

  get name(): LocaleName {
    return this.#name;
  }

  /** Takes the person's choice; `system` follows the computer. */
  choose(language: Language): void {
    this.#name = language === 'system' ? ofSystem() : language;
  }
}

export const locale = new Locale();
