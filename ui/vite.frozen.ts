// The app's window freezes `Object.prototype` (tauri.conf.json, `freezePrototype`). After that nobody can assign a property of
// that name to an object of their own (the override mistake of JavaScript), and two of the chart's modules do so when they
// load. Here those assignments become definitions, which a frozen prototype allows.

import type { Plugin } from 'vite';

const ASSIGNS = /^([ \t]*[\w.]*prototype)\.(constructor|toString) = (constructor|function\(\) \{[\s\S]*?\n\});/gm;
const MODULES = /node_modules\/(d3-color|d3-format)\//;

export const frozenPrototypes = (): Plugin => ({
  name: 'frozen-prototypes',
  enforce: 'pre',
  transform(code, id) {
    if (!MODULES.test(id)) return null;
    const defined = code.replace(
      ASSIGNS,
      (_all, object: string, name: string, value: string) =>
        `Object.defineProperty(${object}, "${name}", { value: ${value}, writable: true, configurable: true });`,
    );
    // Another version that is written otherwise must not go by unseen.
    if (defined === code) this.error(`${id} assigns otherwise than this plugin knows`);
    return { code: defined, map: null };
  },
});
