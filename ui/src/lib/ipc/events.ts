// What the program tells by itself: each event carries the whole snapshot of what it happened to.

import type { Event } from './bindings';
import { host } from './client';

/** Calls back for each thing that happened, until the returned function is called. */
export function onHappened(heard: (event: Event) => void): Promise<() => void> {
  return host().listen(heard);
}
