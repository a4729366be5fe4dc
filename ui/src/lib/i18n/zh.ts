// The Chinese catalogue. It has every key of the English one: a missing one does not compile.

import type { MessageKey } from './en';
import { app } from './zh/app';
import { composer } from './zh/composer';
import { gallery } from './zh/gallery';
import { queue } from './zh/queue';
import { settings } from './zh/settings';
import { viewer } from './zh/viewer';
import { words } from './zh/words';

export const zh: Record<MessageKey, string> = {
  ...app,
  ...composer,
  ...gallery,
  ...queue,
  ...settings,
  ...viewer,
  ...words,
};
