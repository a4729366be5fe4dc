// A video that is loaded before it is looked at: the clip that plays under the pointer, the one whose card is pressed, the
// one that comes next. A web view needs a tenth of a second and more until it has a file's first frame; what waits here has
// that behind it. One at a time, since each keeps a decoder.

/** Empties a video element, so that nothing is loaded and no decoder is kept for it. */
export function empty(video: HTMLVideoElement): void {
  video.pause();
  video.removeAttribute('src');
  video.load();
  video.remove();
}

export class Understudy {
  #video: HTMLVideoElement | null = null;

  /** Has this file ready, and no other. */
  prepare(source: string): void {
    if (this.#video?.getAttribute('src') === source) return;
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.preload = 'auto';
    video.src = source;
    this.give(video);
  }

  /** Keeps an element that has loaded its file already. */
  give(video: HTMLVideoElement): void {
    this.dismiss();
    this.#video = video;
  }

  /** The element that has this file, if it is here and nothing is wrong with it. Whatever else is here goes. */
  take(source: string): HTMLVideoElement | null {
    const video = this.#video;
    if (video?.getAttribute('src') !== source || video.error) {
      this.dismiss();
      return null;
    }
    this.#video = null;
    return video;
  }

  /** Nobody is going to come for it. */
  dismiss(): void {
    if (this.#video) empty(this.#video);
    this.#video = null;
  }
}

export const understudy = new Understudy();
