// A request in one line: what a preset would set.

import type { Request } from '$lib/ipc/bindings';
import { lengthWords, ratioWords } from '$lib/i18n/words';
import { app } from '$lib/state/app.svelte';
import { fullRequest } from '$lib/state/request';

/** `Lite t2v · 720p · 16:9 · 5 s`, and the beginning of the prompt if there is one. */
export function settingsLine(settings: Request): string {
  const { model, resolution, ratio, length, prompt } = fullRequest(settings);
  const facts = [app.model(model)?.name ?? model, resolution, ratioWords(ratio), lengthWords(length)];
  return [...facts, prompt].filter((fact) => fact !== '').join(' · ');
}
