// Tells the person that a job has ended: a toast that leads to the clip, and words for a screen reader.

import type { Job } from '$lib/ipc/bindings';
import { t } from '$lib/i18n/translate';
import { failureWords } from '$lib/i18n/words';
import { messages } from './messages.svelte';
import { navigation } from './navigation.svelte';
import { isRehearsal, titleOf } from './request';

/** Says what the change of a job from `before` to `now` means, if it is an end. */
export function announce(before: Job | undefined, now: Job): void {
  if (before?.state === now.state || (before && before.revision > now.revision)) return;
  const title = titleOf(now.request.prompt ?? '') || t('app.untitled');
  if (now.state === 'done') {
    const text = t('app.clip-finished', { title });
    messages.announce(text);
    // In the gallery the card itself has just become the clip.
    const clip = now.clip;
    if (navigation.place.at === 'gallery' || !clip) return;
    messages.say(text, { action: { label: t('app.view'), run: () => navigation.view(clip) } });
  } else if (now.state === 'failed' && now.failure?.code !== 'not_sent') {
    const text = t('app.job-failed', { title, reason: now.failure ? failureWords(now.failure, isRehearsal(now)) : '' });
    messages.announce(text);
    if (navigation.place.at !== 'gallery') messages.say(text, { tone: 'trouble' });
  } else if (now.state === 'unknown') {
    const text = t('app.job-unknown', { title });
    messages.announce(text);
    if (navigation.place.at !== 'gallery') messages.say(text, { tone: 'trouble' });
  }
}
