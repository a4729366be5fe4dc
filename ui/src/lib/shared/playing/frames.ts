/**
 * Frame arithmetic of one clip. Frames count from 0 here; people see them from 1.
 * Must not know the video element: `player.svelte.ts` does.
 */

/** What is needed to convert between frames and seconds. */
export interface FrameRate {
  /** Frames per second, above 0. */
  fps: number;
  /** Number of frames, at least 1. */
  frames: number;
}

/** Frames per second of the service's videos; used for a file that does not say. */
export const USUAL_FPS = 24;

/** The nearest frame that exists. */
export function clampFrame(frame: number, rate: FrameRate): number {
  return Math.min(Math.max(0, Math.round(frame)), rate.frames - 1);
}

/**
 * The time to seek to for a frame, in seconds: the middle of its display time, so that rounding in the
 * decoder can never land on a neighbour.
 */
export function timeOfFrame(frame: number, rate: FrameRate): number {
  return (clampFrame(frame, rate) + 0.5) / rate.fps;
}

/** The frame shown at a time in seconds. A time on the border (within a microsecond) belongs to the later frame. */
export function frameAtTime(seconds: number, rate: FrameRate): number {
  return Math.min(Math.max(0, Math.floor(seconds * rate.fps + 1e-6 * rate.fps)), rate.frames - 1);
}

/** `minutes:seconds:frames`, two digits each, of a frame. */
export function timecode(frame: number, rate: FrameRate): string {
  const perSecond = Math.max(1, Math.round(rate.fps));
  const at = clampFrame(frame, rate);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(at / perSecond);
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}:${pad(at % perSecond)}`;
}
