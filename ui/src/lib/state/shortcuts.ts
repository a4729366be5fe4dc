// Every shortcut of the window, for the list that `?` shows. The keys are acted on where the act lives.

import type { MessageKey } from '$lib/i18n/translate';

export interface ShortcutGroup {
  title: MessageKey;
  rows: { name: MessageKey; keys: string[] }[];
}

export const shortcutGroups: ShortcutGroup[] = [
  {
    title: 'shortcuts.everywhere',
    rows: [
      { name: 'shortcuts.gallery', keys: ['G'] },
      { name: 'films.title', keys: ['F'] },
      { name: 'shortcuts.usage', keys: ['U'] },
      { name: 'shortcuts.settings', keys: ['Mod+,'] },
      { name: 'shortcuts.composer', keys: ['['] },
      { name: 'shortcuts.write', keys: ['C'] },
      { name: 'shortcuts.pause', keys: ['P'] },
      { name: 'import.palette', keys: ['Mod+I'] },
      { name: 'shortcuts.palette', keys: ['Mod+K'] },
      { name: 'shortcuts.this', keys: ['?'] },
    ],
  },
  {
    title: 'shortcuts.composer-group',
    rows: [
      { name: 'shortcuts.generate', keys: ['Mod+Enter'] },
      { name: 'shortcuts.recall', keys: ['ArrowUp'] },
      { name: 'shortcuts.past', keys: ['Mod+R'] },
      { name: 'shortcuts.paste', keys: ['Mod+V'] },
    ],
  },
  {
    title: 'shortcuts.gallery-group',
    rows: [
      { name: 'shortcuts.move', keys: ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'] },
      { name: 'shortcuts.open', keys: ['Enter'] },
      { name: 'shortcuts.continue', keys: ['E'] },
      { name: 'find.key-search', keys: ['/', 'Mod+F'] },
      { name: 'find.key-select', keys: ['Space'] },
      { name: 'find.key-range', keys: ['Shift+ArrowLeft', 'Shift+ArrowRight'] },
      { name: 'find.key-all', keys: ['Mod+A'] },
      { name: 'find.select-none', keys: ['Escape'] },
      { name: 'find.key-star', keys: ['S'] },
      { name: 'find.describe', keys: ['F2'] },
      { name: 'find.trash-one', keys: ['Delete'] },
      { name: 'shortcuts.queue-sooner', keys: ['Alt+ArrowLeft'] },
      { name: 'shortcuts.queue-later', keys: ['Alt+ArrowRight'] },
      { name: 'shortcuts.queue-ends', keys: ['Alt+Home', 'Alt+End'] },
    ],
  },
  {
    title: 'shortcuts.viewer-group',
    rows: [
      { name: 'shortcuts.play', keys: ['Space'] },
      { name: 'shortcuts.shuttle', keys: ['J', 'K', 'L'] },
      { name: 'shortcuts.step', keys: ['ArrowLeft', 'ArrowRight'] },
      { name: 'shortcuts.ends', keys: ['Home', 'End'] },
      { name: 'shortcuts.rate', keys: ['<', '>'] },
      { name: 'shortcuts.loop', keys: ['R'] },
      { name: 'shortcuts.next-clip', keys: ['ArrowUp', 'ArrowDown'] },
      { name: 'shortcuts.full-screen', keys: ['F'] },
      { name: 'shortcuts.mute', keys: ['M'] },
      { name: 'shortcuts.save-frame', keys: ['S'] },
      { name: 'shortcuts.continue', keys: ['E'] },
      { name: 'shortcuts.compare', keys: ['Y'] },
      { name: 'shortcuts.compare-view', keys: ['W', 'Z'] },
      { name: 'shortcuts.compare-sound', keys: ['A'] },
      { name: 'shortcuts.compare-pan', keys: ['Shift+ArrowLeft', 'Shift+ArrowUp'] },
      { name: 'shortcuts.close-viewer', keys: ['Escape'] },
    ],
  },
  {
    title: 'films.title',
    rows: [
      { name: 'films.key-shots', keys: ['ArrowLeft', 'ArrowRight'] },
      { name: 'films.key-takes', keys: ['ArrowUp', 'ArrowDown'] },
      { name: 'films.key-move', keys: ['Alt+ArrowLeft', 'Alt+ArrowRight'] },
      { name: 'films.open-shot', keys: ['Enter'] },
      { name: 'films.detach', keys: ['Delete'] },
      { name: 'shortcuts.continue', keys: ['E'] },
      { name: 'films.play', keys: ['Space'] },
      { name: 'films.rename', keys: ['F2'] },
      { name: 'films.key-seams', keys: ['ArrowUp', 'ArrowDown'] },
    ],
  },
];
