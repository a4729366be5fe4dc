// Which of the two rooms the window is: the person's choice, or the system's.

import type { Theme } from '$lib/ipc/bindings';

export type Room = 'darkroom' | 'lightbox';

const LIGHT = '(prefers-color-scheme: light)';

/** The room for a choice. */
export const roomOf = (choice: Theme, systemIsLight: boolean): Room =>
  choice === 'system' ? (systemIsLight ? 'lightbox' : 'darkroom') : choice;

/** What the system has, followed as it changes. */
export class SystemTheme {
  light = $state(false);

  /** Begins to follow; the returned function ends it. */
  follow(): () => void {
    const query = matchMedia(LIGHT);
    const take = (): void => {
      this.light = query.matches;
    };
    take();
    query.addEventListener('change', take);
    return () => query.removeEventListener('change', take);
  }
}

export const systemTheme = new SystemTheme();
