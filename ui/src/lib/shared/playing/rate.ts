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

/** Repaints after which a frame that an element has is on the screen, were it told of or not. */
const REPAINTS = 4;
/** What an element says when it has a frame, or another one. */
const HAS_A_FRAME = ['loadeddata', 'resize', 'seeked', 'timeupdate'];

/**
 * Calls back once the element has a frame on the screen; returns how to stop waiting. The web view tells of the frame, or
 * the element of having one, some repaints later: of a frame that it has shown already, or where WebKitGTK draws without
 * OpenGL, nothing is told.
 */
export function onFirstFrame(video: HTMLVideoElement, shown: () => void): () => void {
  let callback = video.requestVideoFrameCallback(told);
  let stopRepaint: (() => void) | null = null;

  // Of a file that is cut off before its first frame WebKitGTK says that there is data, but not how large a picture is.
  const hasFrame = (): boolean =>
    !video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0;
  /** A frame from before a seek is not the one. */
  function told(): void {
    if (video.seeking) callback = video.requestVideoFrameCallback(told);
    else tell();
  }
  function count(left: number): void {
    stopRepaint = repaint(() => {
      stopRepaint = null;
      if (!hasFrame()) return;
      if (left > 1) count(left - 1);
      else tell();
    });
  }
  function look(): void {
    if (stopRepaint === null && hasFrame()) count(REPAINTS);
  }
  function stop(): void {
    video.cancelVideoFrameCallback(callback);
    for (const event of HAS_A_FRAME) video.removeEventListener(event, look);
    stopRepaint?.();
  }
  function tell(): void {
    stop();
    shown();
  }

  for (const event of HAS_A_FRAME) video.addEventListener(event, look);
  look();
  return stop;
}
