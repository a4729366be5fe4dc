// Several pictures at once: two are the beginning and the end of a clip, up to four are images to resemble.

import { t } from '$lib/i18n/translate';
import { messages } from '$lib/state/messages.svelte';
import type { GivenFile } from '$lib/shared/given';
import type { Draft, Slot } from './draft.svelte';
import { base64 } from './pictures';

/** Puts dropped or pasted pictures where they were let go. What has no place is said. */
export async function takePictures(draft: Draft, slot: Slot | 'reference', files: GivenFile[]): Promise<void> {
  const room = slot === 'reference' ? Math.max(1, 4 - draft.request.reference_images.length) : 2;
  const taken = files.slice(0, room);
  for (const [index, file] of taken.entries()) {
    const into = slot === 'reference' || taken.length === 1 ? slot : index === 0 ? 'first' : 'last';
    await draft.importInto(into, await base64(await file.blob()));
  }
  const left = files.length - taken.length;
  if (left > 0) messages.say(t('framing.more-pictures', { count: left }));
}
