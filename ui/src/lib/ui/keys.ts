// Shortcuts as this computer writes them, and the test whether an event is one.

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Enter: '⏎',
};

/** `Mod+Enter` as shown: `⌘⏎` or `Ctrl ⏎`. */
export function keyLabel(keys: string): string {
  const parts = keys.split('+').map((part) => (part === 'Mod' ? (apple ? '⌘' : 'Ctrl') : (SIGNS[part] ?? part)));
  return parts.join(apple ? '' : ' ');
}

/** `Mod+Enter` for `aria-keyshortcuts`. */
export const ariaKeys = (keys: string): string => keys.replace('Mod', apple ? 'Meta' : 'Control');

/** Whether the event is this shortcut, given as `Mod+Enter`, `G` or `?`. Letters match in either case, without modifiers. */
export function isKey(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const mod = parts.includes('Mod');
  if ((apple ? event.metaKey : event.ctrlKey) !== mod || (apple ? event.ctrlKey : event.metaKey) || event.altKey)
    return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether the event comes from a place where keys write text, so that single letters must not act. */
export function isTyping(event: Event): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=range], [type=checkbox]), textarea, select'))
  );
}
