// Puts text on the clipboard.

import { t } from '$lib/i18n/translate';
import { messages } from '$lib/state/messages.svelte';

/** Copies, and says whether it worked. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    messages.say(t('viewer.copied'));
  } catch {
    messages.say(t('viewer.copy-failed'), { tone: 'trouble' });
  }
}
