// The whole screen for a picture: the system's full screen where there is one, else the whole window. While something
// plays and nobody moves the pointer or presses a key, what stands over the picture goes away.

/** Milliseconds without a move until the controls go. */
const REST = 2000;

export class FullScreen {
  on = $state(false);
  /** Whether nobody has moved for a while. */
  idle = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  async toggle(): Promise<void> {
    if (this.on) return this.leave();
    this.on = true;
    this.stir();
    // The whole page and not the picture alone: menus, tooltips and messages are drawn outside of it. Where the system
    // has no full screen, filling the window is what there is.
    await document.documentElement.requestFullscreen().catch(() => undefined);
  }

  async leave(): Promise<void> {
    this.on = false;
    this.idle = false;
    clearTimeout(this.#timer);
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
  }

  /** The system left it by itself, with a key of its own. */
  changed(): void {
    if (!document.fullscreenElement) {
      this.on = false;
      this.idle = false;
    }
  }

  /** Somebody moved or pressed something. */
  stir(): void {
    this.idle = false;
    clearTimeout(this.#timer);
    if (this.on) this.#timer = setTimeout(() => (this.idle = true), REST);
  }
}
