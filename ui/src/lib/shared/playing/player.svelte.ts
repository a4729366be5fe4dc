/**
 * Plays one clip with exact frames: what is shown is always a whole frame with a number.
 *
 * The video element is the only clock. While it stands still the frame is the one asked for; while it
 * plays the frame is read from it at every beat; when it stops it is moved to the middle of the frame it
 * stopped on, so that number and picture agree. Must not know clips, keys or the document.
 */
import { setVolume, toggleMuted } from './habits';
import { clampFrame, frameAtTime, timeOfFrame, type FrameRate } from './frames';

/** The part of a video element that the player uses. */
export type Screen = Pick<
  HTMLVideoElement,
  | 'currentTime'
  | 'seeking'
  | 'ended'
  | 'paused'
  | 'readyState'
  | 'playbackRate'
  | 'muted'
  | 'volume'
  | 'loop'
  | 'error'
  | 'load'
  | 'play'
  | 'pause'
  | 'canPlayType'
  | 'addEventListener'
  | 'removeEventListener'
>;

/** How the person likes to hear and watch; kept from clip to clip. */
export interface Habits {
  /** 0 – 1. */
  volume: number;
  muted: boolean;
  loop: boolean;
  /** How fast it plays, one of {@link RATES}; the shuttle comes on top. */
  rate: number;
}

/** What the line of time and the buttons under a picture drive: one clip, or two side by side. */
export interface Playing {
  readonly frame: number;
  readonly motion: Motion;
  readonly speed: number;
  readonly habits: Habits;
  readonly rate: FrameRate;
  readonly lastFrame: number;
  toggle(): void;
  pause(): void;
  goTo(frame: number): void;
  step(frames: number): void;
  shuttle(way: -1 | 0 | 1): void;
  setVolume(volume: number): void;
  toggleMuted(): void;
  toggleLoop(): void;
  setRate(rate: number): void;
}

/** Whether and which way it plays. */
export type Motion = 'still' | 'forward' | 'backward';

/** Why a clip cannot be shown. */
export type Trouble = 'decoder_missing' | 'file_missing' | 'damaged';

/** Calls back before the next repaint with a time in milliseconds; returns how to call it off. */
export type Beat = (callback: (milliseconds: number) => void) => () => void;

/** Speeds of the shuttle keys, one press after another. */
const SPEEDS = [1, 2, 4] as const;
/** How fast a clip can be played. */
export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2] as const;
/** Seconds by which one that follows another may be away before it is moved rather than hurried. */
const FAR = 0.3;
/** Milliseconds that time may stand still while it should play. */
const STANDS = 3000;
/** Milliseconds that one beat counts for at most: after a longer one the window was not drawn. */
const LONGEST_BEAT = 100;
/** Seconds of the file by which it may be ahead of the clock when it comes to its end. */
const LEAP = 0.75;
/** Seconds by which it must be back to have begun again, and not to tell a frame's beginning for its middle. */
const TURN = 0.2;
/** By how much one that follows is hurried or held back. */
const HURRY = 0.1;
/** `HTMLMediaElement.HAVE_METADATA`. */
const HAS_METADATA = 1;
/** `MediaError.MEDIA_ERR_DECODE`. */
const DECODE_ERROR = 3;
/** What the service's videos are: H.264, High profile. */
const H264 = 'video/mp4; codecs="avc1.640028"';

/** The next faster or slower of {@link RATES}. */
export function nextRate(rate: number, way: -1 | 1): number {
  const rates = way === 1 ? RATES.filter((one) => one > rate) : RATES.filter((one) => one < rate).reverse();
  return rates[0] ?? rate;
}

/** How fast one press of a shuttle key makes it: the same way again is faster. */
export function shuttled({ motion, speed }: Pick<Playing, 'motion' | 'speed'>, way: -1 | 1): number {
  const same = motion === (way === 1 ? 'forward' : 'backward');
  const at = SPEEDS.findIndex((one) => one === speed);
  return same ? (SPEEDS[Math.min(at + 1, SPEEDS.length - 1)] ?? 1) : 1;
}

export class Player implements Playing {
  /** The frame shown, from 0. */
  frame = $state(0);
  motion: Motion = $state('still');
  /** 1, 2 or 4, in the direction of `motion`. */
  speed = $state(1);
  /** Whether the file has told its size and length. */
  ready = $state(false);
  trouble: Trouble | null = $state(null);
  /**
   * Whether it does not play what the file should hold: time stands still, or it is at an end long before it should be. An
   * element says neither of a file that was cut short. Whoever knows what there should be looks at the file.
   */
  doubtful = $state(false);
  habits: Habits = $state({ volume: 1, muted: false, loop: false, rate: 1 });

  readonly rate: FrameRate;
  readonly #beat: Beat;
  #screen: Screen | null = null;
  /** The frame to seek to once the seek under way has ended. */
  #next: number | null = null;
  #stopBeat: (() => void) | null = null;
  #playWhenReady = false;
  /** Where it was at the last beat, or where it began, in seconds, and when that was; null until the first beat tells. */
  #before: { at: number; now: number | null } | null = null;
  /** Milliseconds that time has stood still. */
  #stood = 0;

  constructor(rate: FrameRate, habits: Habits, beat: Beat) {
    this.rate = rate;
    this.habits = { ...habits };
    this.#beat = beat;
  }

  get lastFrame(): number {
    return this.rate.frames - 1;
  }

  /** Takes a video element; returns how to let go of it. */
  attach(screen: Screen): () => void {
    this.#screen = screen;
    this.#applyHabits();
    const listeners: [string, () => void][] = [
      ['loadedmetadata', () => this.#whenReady()],
      ['seeked', () => this.#whenSeeked()],
      ['ended', () => this.#whenEnded()],
      ['error', () => this.#whenBroken()],
    ];
    for (const [name, listener] of listeners) screen.addEventListener(name, listener);
    if (screen.readyState >= HAS_METADATA) this.#whenReady();
    return () => {
      for (const [name, listener] of listeners) screen.removeEventListener(name, listener);
      this.#stopBeating();
      screen.pause();
      this.#screen = null;
      this.motion = 'still';
      this.ready = false;
    };
  }

  /** Plays forward at 1×; from the beginning when it stands on the last frame. */
  play(): void {
    this.#forward(1);
  }

  pause(): void {
    const screen = this.#screen;
    const wasMoving = this.motion !== 'still';
    const was = this.motion;
    this.motion = 'still';
    this.speed = 1;
    this.#playWhenReady = false;
    this.#stopBeating();
    if (!screen) return;
    screen.pause();
    screen.playbackRate = this.habits.rate;
    if (!wasMoving) return;
    this.goTo(was === 'forward' ? frameAtTime(screen.currentTime, this.rate) : this.frame);
  }

  toggle(): void {
    if (this.motion === 'still') this.play();
    else this.pause();
  }

  /** Shows a frame (from 0; clamped) and stands still. */
  goTo(frame: number): void {
    if (this.motion !== 'still') {
      this.motion = 'still';
      this.speed = 1;
      this.#stopBeating();
      this.#screen?.pause();
      if (this.#screen) this.#screen.playbackRate = this.habits.rate;
    }
    this.#playWhenReady = false;
    this.#seek(clampFrame(frame, this.rate));
  }

  /** Moves by whole frames and stands still. */
  step(frames: number): void {
    if (this.motion === 'forward' && this.#screen) this.frame = frameAtTime(this.#screen.currentTime, this.rate);
    this.goTo(this.frame + frames);
  }

  /** The shuttle: −1 backward, 0 stop, 1 forward; the same way again is faster. */
  shuttle(way: -1 | 0 | 1): void {
    if (way === 0) return this.pause();
    const speed = shuttled(this, way);
    if (way === 1) this.#forward(speed);
    else this.#backward(speed);
  }

  /** Gives up: somebody found out what is wrong with the file, which the element itself does not say. */
  fail(trouble: Trouble): void {
    this.#stopBeating();
    this.motion = 'still';
    this.#playWhenReady = false;
    this.#screen?.pause();
    this.trouble = trouble;
  }

  /** Tries the file once more after a trouble. */
  retry(): void {
    this.trouble = null;
    this.doubtful = false;
    this.ready = false;
    this.#screen?.load();
  }

  setVolume(volume: number): void {
    setVolume(this.habits, volume);
    this.#applyHabits();
  }

  toggleMuted(): void {
    toggleMuted(this.habits);
    this.#applyHabits();
  }

  toggleLoop(): void {
    this.habits.loop = !this.habits.loop;
    this.#applyHabits();
  }

  /** Plays slower or faster from now on, and the next time. */
  setRate(rate: number): void {
    this.habits.rate = rate;
    if (this.#screen) this.#screen.playbackRate = (this.motion === 'forward' ? this.speed : 1) * rate;
  }

  /** Takes over how somebody else likes to hear and watch. */
  take(habits: Habits): void {
    this.habits = { ...habits };
    this.#applyHabits();
  }

  /** Where the element is now, in seconds. */
  get seconds(): number {
    return this.#screen?.currentTime ?? 0;
  }

  /**
   * Goes along with another that plays forward and is at `seconds` now: hurried a little or held back where it is more than
   * a frame away, moved where it is far away, standing on its last frame where the other is beyond its end.
   */
  follow(seconds: number, speed: number): void {
    const screen = this.#screen;
    if (!screen || !this.ready || screen.seeking) return;
    if (seconds >= timeOfFrame(this.lastFrame, this.rate)) {
      if (this.motion === 'forward' || this.frame !== this.lastFrame) this.goTo(this.lastFrame);
      return;
    }
    const late = seconds - screen.currentTime;
    if (this.motion !== 'forward') {
      if (Math.abs(late) > 1 / this.rate.fps) this.#move(screen, seconds);
      this.frame = frameAtTime(seconds, this.rate);
      return this.#forward(speed);
    }
    const usual = speed * this.habits.rate;
    const frames = Math.abs(late) * this.rate.fps;
    let rate = screen.playbackRate;
    if (Math.abs(late) > FAR * Math.max(1, usual)) this.#move(screen, seconds);
    else if (frames > 1) rate = usual * (1 + Math.sign(late) * HURRY);
    // Told to go on as usual only once it is there: each change of pace costs the decoder something.
    else if (frames < 0.4) rate = usual;
    if (rate !== screen.playbackRate) screen.playbackRate = rate;
    this.speed = speed;
  }

  #applyHabits(): void {
    if (!this.#screen) return;
    this.#screen.volume = this.habits.volume;
    this.#screen.muted = this.habits.muted;
    this.#screen.loop = this.habits.loop;
    if (this.motion !== 'backward')
      this.#screen.playbackRate = (this.motion === 'forward' ? this.speed : 1) * this.habits.rate;
  }

  #forward(speed: number): void {
    const screen = this.#screen;
    if (!screen || !this.ready) {
      this.#playWhenReady = true;
      this.#watch();
      return;
    }
    if (this.motion === 'backward') this.#stopBeating();
    if (this.frame >= this.lastFrame) this.#seek(0);
    this.motion = 'forward';
    this.speed = speed;
    screen.playbackRate = speed * this.habits.rate;
    this.#watch();
    screen.play().catch(() => {
      // The system refused to start by itself, or another command came first: it stands still, nothing is wrong.
      if (this.motion === 'forward') this.pause();
    });
  }

  #backward(speed: number): void {
    const screen = this.#screen;
    if (!screen || !this.ready) return;
    if (this.motion === 'forward') {
      screen.pause();
      screen.playbackRate = this.habits.rate;
      this.frame = frameAtTime(screen.currentTime, this.rate);
    }
    this.#stopBeating();
    this.motion = 'backward';
    this.speed = speed;
    // Video elements do not play backward, so the frames are sought one after another by the clock.
    const from = this.frame;
    let began: number | null = null;
    const tick = (now: number): void => {
      began ??= now;
      const frame = from - ((now - began) / 1000) * this.rate.fps * speed * this.habits.rate;
      this.#seek(clampFrame(frame, this.rate));
      if (this.frame === 0) this.pause();
      else this.#stopBeat = this.#beat(tick);
    };
    this.#stopBeat = this.#beat(tick);
  }

  /** Follows the element while it plays forward, or is to as soon as it can. */
  #watch(): void {
    this.#stopBeating();
    // A file without a single frame may be at its end before the first beat.
    if (this.#screen) this.#before = { at: this.#screen.currentTime, now: null };
    const tick = (now: number): void => {
      const screen = this.#screen;
      if (!screen || (this.motion !== 'forward' && !this.#playWhenReady)) return;
      this.#judge(screen, now);
      if (this.motion === 'forward' && !screen.seeking) this.frame = frameAtTime(screen.currentTime, this.rate);
      this.#stopBeat = this.#beat(tick);
    };
    this.#stopBeat = this.#beat(tick);
  }

  /** Whether time goes on as it should since the last beat. */
  #judge({ currentTime: at, playbackRate: pace }: Screen, now: number): void {
    const before = this.#before;
    this.#before = { at, now };
    if (!before) return;
    const passed = now - (before.now ?? now);
    this.#stood = at === before.at ? this.#stood + Math.min(passed, LONGEST_BEAT) : 0;
    const ahead = at - before.at - (passed / 1000) * pace;
    const end = timeOfFrame(this.lastFrame, this.rate);
    // Out of data, a web view goes to where the end should be, as if it had played until there, or begins again.
    const leapt = at >= end && ahead > LEAP * Math.max(1, pace);
    const turned = before.at - at > TURN && before.at < end - LEAP * Math.max(1, pace);
    if (this.#stood >= STANDS || leapt || turned) this.doubtful = true;
  }

  #stopBeating(): void {
    this.#stopBeat?.();
    this.#stopBeat = null;
    this.#before = null;
    this.#stood = 0;
  }

  /** One seek at a time: a decoder that is slower than a held key gets the last wish, not all of them. */
  #seek(frame: number): void {
    this.frame = frame;
    const screen = this.#screen;
    if (!screen || !this.ready || screen.seeking) {
      this.#next = frame;
      return;
    }
    this.#next = null;
    this.#move(screen, timeOfFrame(frame, this.rate));
  }

  /** What it is moved by is no leap. */
  #move(screen: Screen, seconds: number): void {
    if (this.#before) this.#before = { at: seconds, now: null };
    screen.currentTime = seconds;
  }

  #whenSeeked(): void {
    const next = this.#next;
    if (next === null) return;
    this.#next = null;
    this.#seek(next);
  }

  #whenReady(): void {
    // It may come late: what was found out about the file meanwhile stays.
    if (this.trouble !== null) return;
    this.ready = true;
    if (this.#next !== null) this.#whenSeeked();
    if (this.#playWhenReady) {
      this.#playWhenReady = false;
      this.play();
    }
  }

  #whenEnded(): void {
    // A browser may also call a video ended that was only sought to its last frame.
    if (this.motion !== 'forward') return;
    const at = Math.min(this.seconds, this.#before?.at ?? Infinity);
    if (at < timeOfFrame(this.lastFrame, this.rate) - LEAP * Math.max(1, this.speed * this.habits.rate))
      this.doubtful = true;
    this.#stopBeating();
    this.motion = 'still';
    this.speed = 1;
    if (this.#screen) this.#screen.playbackRate = this.habits.rate;
    this.#seek(this.lastFrame);
  }

  #whenBroken(): void {
    const screen = this.#screen;
    if (!screen?.error) return;
    this.#stopBeating();
    this.motion = 'still';
    if (screen.canPlayType(H264) === '') this.trouble = 'decoder_missing';
    else this.trouble = screen.error.code === DECODE_ERROR ? 'damaged' : 'file_missing';
  }
}
