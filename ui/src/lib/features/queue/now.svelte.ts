// The time, as something to be drawn: moves once a second while somebody looks.

import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(() => {
    if (!document.hidden) update();
  }, 1_000);
  return () => clearInterval(timer);
});

/** Milliseconds since 1970. What reads it is drawn again each second. */
export function now(): number {
  subscribe();
  return Date.now();
}
