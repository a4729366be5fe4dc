// What stands beside a clip in the gallery's order. The one place of the viewer that knows how the window holds its clips.

import type { Clip, ClipId } from '$lib/ipc/bindings';
import { library } from '$lib/state/library.svelte';

/** Clips offered to compare with at once, at most. */
const OFFERED = 60;
/** Characters of a prompt that are enough to find the clips that share it. */
const TELLING = 400;

/** The clip before (−1, newer) or after (1, older) one in the gallery; null where there is none. */
export async function neighbour(id: ClipId, by: -1 | 1): Promise<ClipId | null> {
  return (await library.neighbour(id, by))?.id ?? null;
}

/** Which one it is of how many, from 1; null for a clip that is not in the gallery now. */
export async function placeOf(id: ClipId): Promise<{ index: number; total: number } | null> {
  const at = await library.placeOf(id);
  return at === null ? null : { index: at + 1, total: library.total };
}

/** What {@link neighbour} and {@link placeOf} depend on: read in an effect, it runs again when their answers may change. */
export const order = (): unknown => library.shelf;

/**
 * Clips of the whole library to choose one from to compare with: those that share the prompt, then the newest ones, or
 * those that a search finds.
 */
export async function toCompare(clip: Clip, search: string): Promise<Clip[]> {
  const prompt = (clip.request.prompt ?? '').slice(0, TELLING);
  const asked = [library.search(search, OFFERED), ...(prompt === '' ? [] : [library.search(prompt, OFFERED)])];
  const [found = [], alike = []] = await Promise.all(asked);
  return [...new Map([...alike, ...found].map((one) => [one.id, one])).values()];
}
