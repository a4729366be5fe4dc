// The English catalogue: the keys that every other language must have. One file per feature.

import { app } from './en/app';
import { compare } from './en/compare';
import { composer } from './en/composer';
import { films } from './en/films';
import { find } from './en/find';
import { gallery } from './en/gallery';
import { imports } from './en/import';
import { models } from './en/models';
import { pictures } from './en/pictures';
import { prices } from './en/prices';
import { queue } from './en/queue';
import { recall } from './en/recall';
import { settings } from './en/settings';
import { storyboard } from './en/storyboard';
import { templates } from './en/templates';
import { usage } from './en/usage';
import { viewer } from './en/viewer';
import { words } from './en/words';

export const en = {
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
} as const;

export type MessageKey = keyof typeof en;
