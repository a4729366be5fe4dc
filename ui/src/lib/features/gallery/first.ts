// When the first screen of the gallery is there: noted in the page's timeline once in its life, for whoever measures it.

import { tick } from 'svelte';

/** The name of the measure; it begins with the page. */
const NAME = 'gallery: first screen';

/** Milliseconds that pictures are waited for. */
const PATIENCE = 2000;

let noted = false;

/** Every card in sight is made. Waits until their pictures are painted as well: that is the first screen. */
export async function firstScreen(scroller: HTMLElement): Promise<void> {
  await tick();
  const { bottom } = scroller.getBoundingClientRect();
  const inSight = [...scroller.querySelectorAll('img')].filter((image) => image.getBoundingClientRect().top < bottom);
  // One that cannot be decoded is not waited for, since its card says so, nor for ever one whose drive does not answer.
  const decoded = Promise.all(inSight.map((image) => image.decode().catch(() => undefined)));
  await Promise.race([decoded, new Promise((done) => setTimeout(done, PATIENCE))]);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (!noted) performance.measure(NAME, { start: 0, end: performance.now() });
  noted = true;
}
