// The Chinese catalogue. It has every key of the English one: a missing one does not compile.

import type { MessageKey } from './en';
import { app } from './zh/app';
import { compare } from './zh/compare';
import { composer } from './zh/composer';
import { films } from './zh/films';
import { find } from './zh/find';
import { gallery } from './zh/gallery';
import { imports } from './zh/import';
import { models } from './zh/models';
import { pictures } from './zh/pictures';
import { prices } from './zh/prices';
import { queue } from './zh/queue';
import { recall } from './zh/recall';
import { settings } from './zh/settings';
import { storyboard } from './zh/storyboard';
import { templates } from './zh/templates';
import { usage } from './zh/usage';
import { viewer } from './zh/viewer';
import { words } from './zh/words';

export const zh: Record<MessageKey, string> = {
  ...app,
  ...compare,
  ...composer,
  ...films,
  ...find,
  ...gallery,
  ...imports,
  ...models,
  ...pictures,
  ...prices,
  ...queue,
  ...recall,
  ...settings,
  ...storyboard,
  ...templates,
  ...usage,
  ...viewer,
  ...words,
};
