// The English catalogue: the keys that every other language must have. One file per feature.

import { app } from './en/app';
import { composer } from './en/composer';
import { gallery } from './en/gallery';
import { queue } from './en/queue';
import { settings } from './en/settings';
import { viewer } from './en/viewer';
import { words } from './en/words';

export const en = { ...app, ...composer, ...gallery, ...queue, ...settings, ...viewer, ...words } as const;

export type MessageKey = keyof typeof en;
