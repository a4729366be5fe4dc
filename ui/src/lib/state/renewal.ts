// Another page in the place of this one. What is typed into a page stays in the memory of its process, so once a key was
// typed the program ends that process; the new page begins where this one ended, and says what this one would have said.

import { ipc } from '$lib/ipc/client';
import { messages } from './messages.svelte';
import { navigation, type Place } from './navigation.svelte';

/** Where the new page finds it. Never anything that was typed. */
const KEPT = 'lastframe-renewal';

interface Kept {
  place: Place;
  say: string | null;
}

const puttingInOrder = new Set<() => Promise<void>>();

/** Registers what has to be kept before the page ends; the returned function takes that back. */
export function beforeRenewal(keep: () => Promise<void>): () => void {
  puttingInOrder.add(keep);
  return () => puttingInOrder.delete(keep);
}

/** Replaces the page; `say` is a toast for after it. What runs the page may not be able to: then all goes on as it was. */
export async function renewPage(say: string | null = null): Promise<void> {
  await Promise.allSettled([...puttingInOrder].map((keep) => keep()));
  const kept: Kept = { place: navigation.place, say };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  const replaced = await ipc.renewPage().catch(() => false);
  if (replaced) return;
  sessionStorage.removeItem(KEPT);
  if (say) messages.say(say);
}

/** At the start of a page: goes where the one before it was. */
export function goOn(): void {
  const text = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (!text) return;
  const { place, say } = JSON.parse(text) as Kept;
  navigation.go(place);
  if (say) messages.say(say);
}
