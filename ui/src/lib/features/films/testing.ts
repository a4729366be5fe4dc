// Shots and a video element for the tests of this folder; nothing of the window imports it.

import type { FilmShot } from '$lib/ipc/bindings';
import { clipOf } from '$lib/ipc/fake/samples';
import { emptyRequest } from '$lib/state/request';

/** A shot of so many frames at a rate, of which `shown` are on the path. */
export function shotOf(id: string, frames: number, more: Partial<FilmShot> & { fps?: number } = {}): FilmShot {
  const { fps = 24, ...rest } = more;
  const clip = clipOf({ ...emptyRequest(), prompt: id }, id, `job-${id}`, 0, false);
  return {
    clip: { ...clip, media: { ...clip.media, frames, fps, seconds: frames / fps } },
    shown: frames,
    seam: 'continues',
    takes: [],
    depth: 0,
    trouble: null,
    ...rest,
  };
}

/** A video element without a document whose time goes on by {@link pass}; loading and seeking take as long as told. */
export class ClockScreen extends EventTarget {
  /** What each file holds; of one that was cut short its time stands still at `cut` seconds. */
  static frames: Record<string, { frames: number; fps: number; cut?: number }> = {};
  #time = 0;
  #src = '';
  #seekLeft = 0;
  #loadLeft = 0;
  seeking = false;
  ended = false;
  paused = true;
  readyState = 0;
  playbackRate = 1;
  muted = false;
  volume = 1;
  loop = false;
  error: { code: number } | null = null;
  refuses = false;
  /** Milliseconds that a seek and a load take. */
  latency = 0;
  loads: string[] = [];

  get src(): string {
    return this.#src;
  }
  set src(url: string) {
    this.#src = url;
    this.loads.push(url);
    this.readyState = 0;
    this.error = null;
    this.seeking = false;
    this.paused = true;
    this.#time = 0;
    this.#loadLeft = this.latency;
  }
  get currentTime(): number {
    return this.#time;
  }
  set currentTime(seconds: number) {
    this.#time = seconds;
    this.seeking = true;
    this.ended = false;
    this.#seekLeft = this.latency;
  }
  /** The frame on the screen. */
  get frame(): number {
    const { frames, fps } = this.#facts;
    return Math.min(frames - 1, Math.floor(this.#time * fps + 1e-6));
  }
  get #facts(): { frames: number; fps: number; cut?: number } {
    return ClockScreen.frames[this.#src] ?? { frames: 1, fps: 24 };
  }

  /** Lets milliseconds pass. */
  pass(milliseconds: number): void {
    if (this.#src === '' || this.error) return;
    if (this.readyState === 0) {
      this.#loadLeft -= milliseconds;
      if (this.#loadLeft > 0) return;
      if (!ClockScreen.frames[this.#src]) {
        this.error = { code: 4 };
        this.dispatchEvent(new Event('error'));
        return;
      }
      this.readyState = 4;
      this.dispatchEvent(new Event('loadedmetadata'));
      return;
    }
    if (this.seeking) {
      this.#seekLeft -= milliseconds;
      if (this.#seekLeft > 0) return;
      this.seeking = false;
      this.dispatchEvent(new Event('seeked'));
      return;
    }
    if (this.paused) return;
    const { frames, fps, cut = Infinity } = this.#facts;
    this.#time = Math.min(cut, frames / fps, this.#time + (milliseconds / 1000) * this.playbackRate);
    if (this.#time < frames / fps || this.ended) return;
    this.ended = true;
    this.dispatchEvent(new Event('ended'));
  }

  load(): void {
    this.src = this.#src;
  }
  play(): Promise<void> {
    if (this.refuses) return Promise.reject(new Error('NotAllowedError'));
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
  canPlayType(): CanPlayTypeResult {
    return 'probably';
  }
}
