// What leaves the library by hand: the file on the clipboard, the file dragged out, the words of the prompt.

import { t } from '$lib/i18n/translate';
import { errorLine } from '$lib/i18n/words';
import type { Clip } from '$lib/ipc/bindings';
import { CommandError, ipc } from '$lib/ipc/client';
import { messages } from '$lib/state/messages.svelte';
import type { MenuItem } from '$lib/ui/Menu.svelte';

async function attempt(act: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await act();
    if (done) messages.say(done);
  } catch (thrown) {
    messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
  }
}

/** Puts a copy of the clip's file on the clipboard, as a file manager would. */
export const copyFile = (clip: Clip): Promise<void> => attempt(() => ipc.copyFile(clip.id), t('out.copied'));

/** Begins to drag a copy of the clip's file out of the window. */
export const dragFile = (clip: Clip): Promise<void> => attempt(() => ipc.dragFile(clip.id));

async function copyPrompt(clip: Clip): Promise<void> {
  try {
    await navigator.clipboard.writeText(clip.request.prompt ?? '');
    messages.say(t('viewer.copied'));
  } catch {
    messages.say(t('viewer.copy-failed'), { tone: 'trouble' });
  }
}

/** For the menu of a clip. */
export const outwardItems = (clip: Clip): MenuItem[] => [
  { label: t('out.copy-file'), run: () => void copyFile(clip) },
  ...((clip.request.prompt ?? '') === '' ? [] : [{ label: t('out.copy-prompt'), run: () => void copyPrompt(clip) }]),
];

/** Clips whose poster was made again already: what cannot be mended is not tried for ever. */
const mended: Record<string, true> = {};

/** Makes a poster again that could not be shown, once. Whether there is one now. */
export async function mendPoster(clip: Clip): Promise<boolean> {
  if (mended[clip.id]) return false;
  mended[clip.id] = true;
  return ipc.mendPoster(clip.id).catch(() => false);
}
