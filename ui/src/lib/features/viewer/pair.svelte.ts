/**
 * Two clips under one transport. The longer one leads; the other shows, at every moment, the frame that it would show at
 * the same time, and waits on its last frame beyond its end. Standing still both are exact; while they play the one that
 * follows is kept within a frame. Must not know clips, keys or the document.
 */
import { frameAtTime, timeOfFrame, type FrameRate } from '$lib/shared/playing/frames';
import { setVolume, toggleMuted } from '$lib/shared/playing/habits';
import { Player, type Beat, type Habits, type Motion, type Playing } from '$lib/shared/playing/player.svelte';

export type Side = 'left' | 'right';

const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

export class Pair implements Playing {
  readonly left: Player;
  readonly right: Player;
  /** The side that gives the time: the longer clip. */
  readonly leads: Side;
  /** The side that is heard. */
  sound: Side = $state('left');
  habits: Habits = $state({ volume: 1, muted: false, loop: false, rate: 1 });
  readonly #beat: Beat;
  #stopBeat: (() => void) | null = null;

  constructor(left: FrameRate, right: FrameRate, habits: Habits, beat: Beat) {
    this.habits = { ...habits };
    this.left = new Player(left, habits, beat);
    this.right = new Player(right, habits, beat);
    this.leads = right.frames / right.fps > left.frames / left.fps ? 'right' : 'left';
    this.#beat = beat;
    this.#share();
  }

  get #lead(): Player {
    return this[this.leads];
  }

  get #follower(): Player {
    return this[other(this.leads)];
  }

  get frame(): number {
    return this.#lead.frame;
  }

  get motion(): Motion {
    return this.#lead.motion;
  }

  get speed(): number {
    return this.#lead.speed;
  }

  get rate(): FrameRate {
    return this.#lead.rate;
  }

  get lastFrame(): number {
    return this.#lead.lastFrame;
  }

  /** The frame that a side shows. */
  frameOf(side: Side): number {
    return this[side].frame;
  }

  /** Whether a side has come to its end while the other goes on. */
  waits(side: Side): boolean {
    if (side === this.leads) return false;
    return timeOfFrame(this.frame, this.rate) >= this[side].rate.frames / this[side].rate.fps;
  }

  play(): void {
    if (!this.left.ready || !this.right.ready) return;
    if (this.frame >= this.lastFrame) this.#follower.goTo(0);
    this.#lead.play();
    this.#along();
  }

  pause(): void {
    this.#lead.pause();
    this.#align();
  }

  toggle(): void {
    if (this.motion === 'still') this.play();
    else this.pause();
  }

  goTo(frame: number): void {
    this.#lead.goTo(frame);
    this.#align();
  }

  step(frames: number): void {
    this.#lead.step(frames);
    this.#align();
  }

  shuttle(way: -1 | 0 | 1): void {
    if (!this.left.ready || !this.right.ready) return;
    this.#lead.shuttle(way);
    this.#along();
  }

  setVolume(volume: number): void {
    setVolume(this.habits, volume);
    this.#share();
  }

  toggleMuted(): void {
    toggleMuted(this.habits);
    this.#share();
  }

  toggleLoop(): void {
    this.habits.loop = !this.habits.loop;
    this.#share();
  }

  setRate(rate: number): void {
    this.habits.rate = rate;
    this.#share();
  }

  /** Lets one side be heard. */
  hear(side: Side): void {
    this.sound = side;
    this.#share();
  }

  /** Calls off what is under way. */
  stop(): void {
    this.#stopBeat?.();
    this.#stopBeat = null;
  }

  /** Sound comes from one side, and only the one that leads begins again at its end: the other is taken along. */
  #share(): void {
    for (const side of ['left', 'right'] as const) {
      this[side].take({
        ...this.habits,
        muted: this.habits.muted || side !== this.sound,
        loop: this.habits.loop && side === this.leads,
      });
    }
  }

  /** The follower on the very frame that belongs to the leader's. */
  #align(): void {
    this.stop();
    const { rate } = this.#follower;
    this.#follower.goTo(frameAtTime(timeOfFrame(this.frame, this.rate), rate));
  }

  /** Takes the follower along until the leader stands still. */
  #along(): void {
    this.stop();
    const tick = (): void => {
      if (this.motion === 'still') return this.#align();
      if (this.motion === 'forward') this.#follower.follow(this.#lead.seconds, this.speed);
      else this.#follower.goTo(frameAtTime(timeOfFrame(this.frame, this.rate), this.#follower.rate));
      this.#stopBeat = this.#beat(tick);
    };
    tick();
  }
}
