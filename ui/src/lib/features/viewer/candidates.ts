// Which clips one would compare a clip with: the same shot made again first, then other takes of it, then anything.

import type { Clip } from '$lib/ipc/bindings';

export type Kin = 'redo' | 'take' | 'any';

/** What a clip begins with, as far as it tells takes apart. */
const beginning = ({ request }: Clip): string =>
  request.continues ?? request.first_frame?.id ?? (request.reference_images ?? []).map((image) => image.id).join();

/** How near another clip is: the same shot with the same seed, another take of it, or any other. */
export function kinOf(clip: Clip, other: Clip): Kin {
  const prompt = (one: Clip): string => (one.request.prompt ?? '').trim();
  const samePrompt = prompt(clip) === prompt(other) && prompt(clip) !== '';
  const sameBeginning = beginning(clip) === beginning(other);
  const { seed } = clip.request;
  if (seed !== null && seed !== undefined && seed === other.request.seed && (samePrompt || sameBeginning))
    return 'redo';
  if (sameBeginning && (samePrompt || beginning(clip) !== '')) return 'take';
  return 'any';
}

/** The others by kin, each in the order given. */
export function byKin(clip: Clip, others: readonly Clip[]): Record<Kin, Clip[]> {
  const sorted: Record<Kin, Clip[]> = { redo: [], take: [], any: [] };
  for (const other of others) if (other.id !== clip.id) sorted[kinOf(clip, other)].push(other);
  return sorted;
}
