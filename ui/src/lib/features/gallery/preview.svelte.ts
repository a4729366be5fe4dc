// Plays the clip under the pointer or the focus. There is one video element for the whole gallery, moved from card to card,
// since each element that has played keeps its decoder; a clip that is opened takes it along.

import { empty, understudy } from '$lib/shared/playing/understudy';

/** Milliseconds the pointer rests on a card before it plays. */
const REST = 150;

export class Preview {
  /** The card that plays now. */
  key: string | null = $state(null);
  /** 0 – 1 of the clip. */
  played = $state(0);
  #video: HTMLVideoElement | null = null;
  /** The card that plays or is about to. */
  #at: string | null = null;
  /** Whether that card's clip was loaded because it was pressed. */
  #pressed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat = 0;

  /** The pointer or the focus came to a card. `mount` is where the video is put, over the poster. */
  enter(key: string, source: string, mount: HTMLElement): void {
    this.leave();
    this.#at = key;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#timer = setTimeout(() => this.#start(key, source, mount), REST);
  }

  /** A card is pressed: its clip is about to be opened. */
  press(key: string, source: string): void {
    const video = this.#video;
    if (video?.parentElement && video.getAttribute('src') === source) {
      // Opened, it begins with its first frame, and a seek takes as long as a press.
      video.pause();
      video.currentTime = 0;
      return;
    }
    clearTimeout(this.#timer);
    this.#at = key;
    this.#pressed = true;
    understudy.prepare(source);
  }

  /** A clip is opened: the video that plays it here goes along. */
  open(source: string): void {
    const video = this.#video;
    if (video?.parentElement && video.getAttribute('src') === source) {
      this.#video = null;
      understudy.give(video);
    }
    this.#pressed = false;
    this.leave();
  }

  /**
   * The pointer or the focus left a card; without one, whatever it is. The video is emptied, so that nothing is loaded
   * behind the posters.
   */
  leave(key: string | null = this.#at): void {
    if (key !== this.#at) return;
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#beat);
    // The press became a drag, or ended elsewhere.
    if (this.#pressed) understudy.dismiss();
    this.#pressed = false;
    this.#at = null;
    this.key = null;
    this.played = 0;
    if (this.#video?.parentElement) empty(this.#video);
  }

  #start(key: string, source: string, mount: HTMLElement): void {
    if (!mount.isConnected) return;
    const video = (this.#video ??= this.#make());
    mount.append(video);
    video.src = source;
    video.play().then(
      () => {
        if (video.parentElement !== mount) return;
        this.key = key;
        this.#watch();
      },
      // A clip that does not play keeps its poster; the viewer says why.
      () => undefined,
    );
  }

  #make(): HTMLVideoElement {
    const video = document.createElement('video');
    video.muted = true;
    video.loop = true;
    video.playsInline = true;
    video.preload = 'auto';
    video.tabIndex = -1;
    video.setAttribute('aria-hidden', 'true');
    return video;
  }

  #watch(): void {
    const tick = (): void => {
      const video = this.#video;
      if (!video || this.key === null) return;
      this.played = video.duration > 0 ? video.currentTime / video.duration : 0;
      this.#beat = requestAnimationFrame(tick);
    };
    this.#beat = requestAnimationFrame(tick);
  }
}
