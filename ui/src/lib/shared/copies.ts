// What can be done with the file of a clip: where it is, a copy of it, and whether it is still what the service sent.

import { t } from '$lib/i18n/translate';
import type { Clip } from '$lib/ipc/bindings';
import { ipc } from '$lib/ipc/client';
import { app } from '$lib/state/app.svelte';
import { attempt } from '$lib/state/attempt';
import { messages } from '$lib/state/messages.svelte';
import { pathOf } from './paths';

/** Shows the file in the file manager. */
export const revealClip = (clip: Clip): Promise<boolean> => attempt(() => ipc.revealClip(clip.id));

/** Lets the person save a copy, and says where it went. */
export const saveCopy = (clip: Clip): Promise<boolean> =>
  attempt(async () => {
    const withRecipe = app.settings.recipe_in_copies;
    const path = await ipc.saveCopy(clip.id);
    if (path !== null) messages.say(t(withRecipe ? 'copy.saved' : 'copy.saved-plain', { path }));
  });

/** Looks whether the file is still what the service sent, and says so. */
export const verifyClip = (clip: Clip): Promise<boolean> =>
  attempt(async () => {
    const path = pathOf(app.session?.clips_folder, clip.file);
    const found = await ipc.verifyClip(clip.id);
    if (found === 'intact') messages.say(t('copy.intact'));
    else messages.say(t(`copy.${found}`, { path }), { tone: 'trouble' });
  });

/** What is wrong with a file that does not play as it should; null when nothing is, or when nobody can tell now. */
export async function troubleOf(clip: string): Promise<'file_missing' | 'damaged' | null> {
  const found = await ipc.verifyClip(clip).catch(() => 'intact' as const);
  if (found === 'intact') return null;
  return found === 'missing' ? 'file_missing' : 'damaged';
}
