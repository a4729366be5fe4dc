// What the person's video element really does. Each function runs inside the page.

/** Waits for the metadata; returns size in pixels and duration in seconds, or the element's error. */
export function metadata(browser) {
  return browser.executeAsync((done) => {
    const video = document.querySelector('[data-testid="viewer-video"]');
    const facts = () => done({ width: video.videoWidth, height: video.videoHeight, duration: video.duration });
    const failed = () => done({ error: `${video.error?.code} ${video.error?.message}` });
    if (video.error) failed();
    else if (video.readyState >= HTMLMediaElement.HAVE_METADATA) facts();
    else {
      video.addEventListener('loadedmetadata', facts, { once: true });
      video.addEventListener('error', failed, { once: true });
      setTimeout(() => done({ error: `no metadata within 20 s; readyState ${video.readyState}` }), 20_000);
    }
  });
}

/** Where the video stands, in seconds. */
export const position = (browser) =>
  browser.execute(() => document.querySelector('[data-testid="viewer-video"]').currentTime);

/**
 * Loads the clip once more so that its pixels may be read: a canvas gives them only when the element asked for the video
 * with CORS, which the player has no need to. The media server answers it for the app's own page alone.
 */
export function allowReading(browser, name = 'viewer-video') {
  return browser.executeAsync((selector, done) => {
    const video = document.querySelector(selector);
    video.addEventListener('loadeddata', () => done({}), { once: true });
    video.addEventListener('error', () => done({ error: `${video.error?.code} ${video.error?.message}` }), {
      once: true,
    });
    video.crossOrigin = 'anonymous';
    video.load();
  }, `[data-testid="${name}"]`);
}

/**
 * The picture that stands on the screen once every seek is over: the number the viewer gives it (from 0), where the
 * element is in seconds, and (unless `pixels` is false) its pixels as a PNG in base64.
 */
export function shown(browser, { pixels = true, name = 'viewer-video' } = {}) {
  return browser.executeAsync(
    (selector, wanted, done) => {
      const video = document.querySelector(selector);
      const read = () => {
        const where = { frame: Number(video.dataset.frame), time: video.currentTime };
        if (!wanted) return done(where);
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        try {
          canvas.getContext('2d').drawImage(video, 0, 0);
          const picture = canvas.toDataURL('image/png').split(',')[1];
          done({ ...where, picture });
        } catch (error) {
          done({ error: String(error) });
        }
      };
      const settled = () => {
        if (video.seeking) video.addEventListener('seeked', settled, { once: true });
        // The picture is on the element one frame of the screen after the seek.
        else requestAnimationFrame(() => requestAnimationFrame(() => (video.seeking ? settled() : read())));
      };
      settled();
    },
    `[data-testid="${name}"]`,
    pixels,
  );
}
