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
      { name: 'shortcuts.settings', keys: ['Mod+,'] },
      { name: 'shortcuts.composer', keys: ['['] },
      { name: 'shortcuts.write', keys: ['C'] },
      { name: 'shortcuts.this', keys: ['?'] },
    ],
  },
  {
    title: 'shortcuts.composer-group',
    rows: [
      { name: 'shortcuts.generate', keys: ['Mod+Enter'] },
      { name: 'shortcuts.recall', keys: ['ArrowUp'] },
      { name: 'shortcuts.paste', keys: ['Mod+V'] },
    ],
  },
  {
    title: 'shortcuts.gallery-group',
    rows: [
      { name: 'shortcuts.move', keys: ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'] },
      { name: 'shortcuts.open', keys: ['Enter'] },
      { name: 'shortcuts.continue', keys: ['E'] },
    ],
  },
  {
    title: 'shortcuts.viewer-group',
    rows: [
      { name: 'shortcuts.play', keys: ['Space'] },
      { name: 'shortcuts.shuttle', keys: ['J', 'K', 'L'] },
      { name: 'shortcuts.step', keys: ['ArrowLeft', 'ArrowRight'] },
      { name: 'shortcuts.ends', keys: ['Home', 'End'] },
      { name: 'shortcuts.next-clip', keys: ['ArrowUp', 'ArrowDown'] },
      { name: 'shortcuts.full-screen', keys: ['F'] },
      { name: 'shortcuts.mute', keys: ['M'] },
      { name: 'shortcuts.continue', keys: ['E'] },
      { name: 'shortcuts.close-viewer', keys: ['Escape'] },
    ],
  },
];
