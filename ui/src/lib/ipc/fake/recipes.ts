// The recipe in a dropped file: a JSON document, alone or in the `uuid` box of an MP4. Its own reader is the program's;
// here the last complete one in the bytes will do.

import type { Request } from '../bindings';
import { CommandError } from '../host';

/** The request in the recipe that these bytes carry; refused when they carry none. */
export function recipeIn(bytes: Uint8Array): Request {
  const text = new TextDecoder('utf-8').decode(bytes);
  const from = text.search(/\{\s*"version"\s*:\s*1\b/);
  for (let to = text.lastIndexOf('}'); from >= 0 && to > from; to = text.lastIndexOf('}', to - 1)) {
    const request = requestIn(text.slice(from, to + 1));
    if (request) return request;
  }
  throw new CommandError({
    code: 'unreadable',
    message: 'This file carries no settings of a clip.',
    field: null,
    hint: null,
    reason: { kind: 'file', code: 'no_recipe' },
  });
}

function requestIn(text: string): Request | null {
  try {
    const recipe = JSON.parse(text) as { clip?: { request?: Request } };
    return recipe.clip?.request ?? null;
  } catch {
    return null;
  }
}
