// The words of a job that is not moving: first what it means for the money, then how it goes on.

import { t } from '$lib/i18n/translate';
import { sentences } from '$lib/i18n/words';
import type { Job, Wait } from '$lib/ipc/bindings';
import { isRehearsal } from '$lib/state/request';
import { stageOf } from './card';

/** What a wait means for a job where it stands. The same reason can come before and after it was sent. */
export function waitLine(job: Job, wait: Wait): string {
  const stage = stageOf(job);
  return sentences(
    t(`queue.stage.${isRehearsal(job) ? 'pretend' : stage}`),
    t(`queue.wait.${wait.reason}.${stage === 'unsent' ? 'unsent' : 'sent'}`),
  );
}
