// Plays the clip under the pointer. There is one video element for the whole gallery, moved from card to card, since
// each element that has played keeps its decoder.

/** Milliseconds the pointer rests on a card before it plays. */
const REST = 150;

export class Preview {
  /** The card that plays now. */
  key: string | null = $state(null);
  /** 0 – 1 of the clip. */
  played = $state(0);
  #video: HTMLVideoElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat = 0;

  /** The pointer came to a card. `mount` is where the video is put, over the poster. */
  enter(key: string, source: string, mount: HTMLElement): void {
    this.leave();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#timer = setTimeout(() => this.#start(key, source, mount), REST);
  }

  /** The pointer left: the video is emptied, so that nothing is loaded behind the posters. */
  leave(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#beat);
    this.key = null;
    this.played = 0;
    const video = this.#video;
    if (!video?.parentElement) return;
    video.pause();
    video.removeAttribute('src');
    video.load();
    video.remove();
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
