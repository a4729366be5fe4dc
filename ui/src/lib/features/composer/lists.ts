// Files with lists of prompts: which they are, and their text as editors and spreadsheets write it.

/** The most that is read, in bytes: a list has 1 MB, which UTF-16 doubles. */
export const LIST_BYTES = 2 * 1024 * 1024;

/** Whether a file is one that may be a list, by its type or name. */
export const isList = ({ name, type }: Pick<File, 'name' | 'type'>): boolean =>
  /^text\/(csv|plain|tab-separated-values)$/.test(type) || /\.(csv|tsv|txt)$/i.test(name);

/** The text of a list: UTF-8, UTF-16 with its mark, or what Chinese spreadsheets write. */
export function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
