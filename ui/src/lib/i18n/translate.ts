// Messages in the person's language.

import { IntlMessageFormat } from 'intl-messageformat';
import { en, type MessageKey } from './en';
import { locale, type LocaleName } from './locale.svelte';
import { zh } from './zh';

export type { MessageKey } from './en';

const catalogues: Record<LocaleName, Record<MessageKey, string>> = { en, 'zh-CN': zh };
const compiled = new Map<string, IntlMessageFormat>();

export type MessageValues = Record<string, string | number | boolean>;

/**
 * The message in the window's language; plurals and choices as in ICU MessageFormat. Reads the locale rune, so what
 * shows it follows a change of language.
 */
export function t(key: MessageKey, values?: MessageValues): string {
  return translate(locale.name, key, values);
}

/** The same in a given language. */
export function translate(name: LocaleName, key: MessageKey, values?: MessageValues): string {
  const text = catalogues[name][key];
  if (!values && !text.includes('{')) return text;
  const id = `${name}/${key}`;
  let message = compiled.get(id);
  if (!message) {
    message = new IntlMessageFormat(text, name, undefined, { ignoreTag: true });
    compiled.set(id, message);
  }
  return String(message.format(values));
}
