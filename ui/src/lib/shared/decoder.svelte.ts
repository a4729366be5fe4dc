// Whether this web view can play H.264. On Linux WebKitGTK needs gstreamer1.0-libav for it, and says so only by failing.

/** `MediaError.MEDIA_ERR_DECODE` and `MEDIA_ERR_SRC_NOT_SUPPORTED`. */
const UNPLAYABLE = [3, 4];

export class Decoder {
  /** False until known to be missing. */
  missing = $state(false);

  /** Asks the web view. `create` makes a video element. */
  probe(create: () => Pick<HTMLVideoElement, 'canPlayType'> = () => document.createElement('video')): void {
    const video = create();
    this.missing = video.canPlayType('video/mp4; codecs="avc1.640028"') === '' && video.canPlayType('video/mp4') === '';
  }

  /**
   * Takes note of a video that failed. Whether the decoder is what is missing: the file came, and no MP4 can be played
   * at all.
   */
  failed(video: Pick<HTMLVideoElement, 'error' | 'canPlayType'>): boolean {
    if (!video.error || !UNPLAYABLE.includes(video.error.code)) return false;
    if (video.canPlayType('video/mp4; codecs="avc1.640028"') === '') this.missing = true;
    return this.missing;
  }
}

export const decoder = new Decoder();

/** Whether this is Linux, where there is a package to install. */
export const onLinux = (): boolean => /Linux/.test(navigator.userAgent) && !/Android/.test(navigator.userAgent);
