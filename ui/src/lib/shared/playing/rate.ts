// Frames of a clip as its file tells them.

import type { MediaFacts } from '$lib/ipc/bindings';
import { USUAL_FPS, type FrameRate } from './frames';
import type { Beat } from './player.svelte';

/** What there is to count by, also for a file that does not say. */
export const rateOf = (media: MediaFacts): FrameRate => ({
  fps: media.fps && media.fps > 0 ? media.fps : USUAL_FPS,
  frames: Math.max(1, media.frames),
});

/** The repaints of the window. */
export const repaint: Beat = (callback) => {
  const id = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(id);
};

/** Calls back once the element has a frame on the screen; returns how to stop waiting. */
export function onFirstFrame(video: HTMLVideoElement, shown: () => void): () => void {
  if ('requestVideoFrameCallback' in video) {
    const id = video.requestVideoFrameCallback(shown);
    return () => video.cancelVideoFrameCallback(id);
  }
  const later = (): void => void requestAnimationFrame(() => requestAnimationFrame(shown));
  const node: HTMLVideoElement = video;
  node.addEventListener('loadeddata', later, { once: true });
  return () => node.removeEventListener('loadeddata', later);
}
