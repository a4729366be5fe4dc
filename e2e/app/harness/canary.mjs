// Looks for a secret wherever a program could have left it: its files, its page, its messages, its children's memory.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { filesUnder } from './files.mjs';
import { bytesOf, descendantsOf, nameOf, occurrences } from './memory.mjs';
import { alive } from './processes.mjs';

/** A key like no other. */
export const canary = () => `canary-${randomBytes(20).toString('hex')}`;

/** The ways in which a text may be written down: one and two bytes a letter, and base64 wherever it may begin. */
function spellings(text) {
  const inBase64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${text}`)
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last letters depend on what stands beside them.
    return encoded.slice(before === 0 ? 0 : 4, -2);
  });
  return [text, ...inBase64].flatMap((each) => [Buffer.from(each), Buffer.from(each, 'utf16le')]);
}

/** The folders in which the app, its web view and the keychain of this session keep things. */
export const foldersOf = (world) =>
  [
    world.folder,
    ...['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR'].map(
      (name) => process.env[name],
    ),
  ].filter((folder) => folder && existsSync(folder));

/** The files that hold a secret in any spelling. */
export function filesHolding(folders, secret) {
  const needles = spellings(secret);
  const files = folders.flatMap(filesUnder);
  const holding = files.filter((file) => {
    try {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    } catch {
      return false; // gone since, or a socket
    }
  });
  return { files: files.length, holding };
}

/**
 * How often these secrets stand in the memory of the app and of each process below it, by name; and how many bytes of the
 * memory of those were there to be searched.
 */
export function memoryHolding(app, ...secrets) {
  const needles = secrets.flatMap((secret) => [Buffer.from(secret), Buffer.from(secret, 'utf16le')]);
  const count = (pid) => occurrences(pid, needles).reduce((sum, each) => sum + each, 0);
  const children = descendantsOf(app.pid).flatMap((pid) => {
    try {
      return [{ name: nameOf(pid), count: count(pid), bytes: bytesOf(pid) }];
    } catch (error) {
      if (alive(pid)) throw error;
      return []; // it ended meanwhile, and its memory with it
    }
  });
  return { own: count(app.pid), children, bytes: children.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Keeps everything that the program says to the page from now on, in the page. */
export const listenIn = (browser) =>
  browser.execute(() => {
    const heard = (window.__heard = []);
    const { fetch: ask, __TAURI_INTERNALS__: internals } = window;
    window.fetch = async (...args) => {
      const response = await ask(...args);
      response
        .clone()
        .text()
        .then((text) => heard.push(text));
      return response;
    };
    const handler = internals.transformCallback((event) => heard.push(JSON.stringify(event)));
    return internals.invoke('plugin:event|listen', { event: 'happened', target: { kind: 'Any' }, handler });
  });

/** Everything that was said to the page since, and everything that it holds now. */
export const pageText = (browser) =>
  browser.execute(() => ({
    heard: (window.__heard ?? []).join('\n'),
    shown: [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
      ...Object.entries({ ...localStorage, ...sessionStorage }).flat(),
      document.cookie,
      location.href,
      document.title,
    ].join('\n'),
  }));
