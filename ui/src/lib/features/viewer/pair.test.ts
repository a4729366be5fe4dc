import { beforeEach, describe, expect, it } from 'vitest';
import { timeOfFrame } from '$lib/shared/playing/frames';
import { Pair } from './pair.svelte';
import type { Screen } from '$lib/shared/playing/player.svelte';

const HABITS = { volume: 0.5, muted: false, loop: false, rate: 1 };
const LONG = { fps: 24, frames: 121 };
const SHORT = { fps: 24, frames: 49 };
const FASTER = { fps: 30, frames: 151 };

/** A video element without a document; seeks are done at once. */
class FakeScreen extends EventTarget {
  time = 0;
  seeking = false;
  ended = false;
  paused = true;
  readyState = 1;
  playbackRate = 1;
  muted = false;
  volume = 1;
  loop = false;
  error = null;
  seeks = 0;

  get currentTime(): number {
    return this.time;
  }
  set currentTime(seconds: number) {
    this.time = seconds;
    this.seeks += 1;
  }
  load(): void {}
  play(): Promise<void> {
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

let beats: ((milliseconds: number) => void)[];
let left: FakeScreen;
let right: FakeScreen;

function make(a = LONG, b = LONG): Pair {
  beats = [];
  const pair = new Pair(a, b, HABITS, (callback) => {
    beats.push(callback);
    return () => {
      beats = beats.filter((other) => other !== callback);
    };
  });
  left = new FakeScreen();
  right = new FakeScreen();
  pair.left.attach(left as unknown as Screen);
  pair.right.attach(right as unknown as Screen);
  return pair;
}

function beat(): void {
  const waiting = beats;
  beats = [];
  for (const callback of waiting) callback(16);
}

let pair: Pair;
beforeEach(() => {
  pair = make();
});

describe('standing still', () => {
  it('shows the same frame on both sides after every way of going to one', () => {
    pair.goTo(60);
    expect([left.time, right.time]).toEqual([timeOfFrame(60, LONG), timeOfFrame(60, LONG)]);
    pair.step(1);
    expect([pair.left.frame, pair.right.frame]).toEqual([61, 61]);
    pair.step(-2);
    expect(right.time).toBeCloseTo(timeOfFrame(59, LONG), 12);
    pair.goTo(999);
    expect([pair.left.frame, pair.right.frame]).toEqual([120, 120]);
  });

  it('lets the longer clip give the time, whichever side it is on, and the other wait on its last frame', () => {
    for (const [a, b, leads, waits] of [
      [LONG, SHORT, 'left', 'right'],
      [SHORT, LONG, 'right', 'left'],
    ] as const) {
      pair = make(a, b);
      expect(pair.leads).toBe(leads);
      expect(pair.lastFrame).toBe(120);
      pair.goTo(48);
      expect(pair.waits(waits)).toBe(false);
      expect(pair[waits].frame).toBe(48);
      pair.goTo(49);
      expect(pair.waits(waits), 'beyond its end').toBe(true);
      expect(pair[waits].frame, 'it stays on its last frame').toBe(48);
      expect(pair.waits(leads)).toBe(false);
    }
  });

  it('matches frames of different rates by time', () => {
    pair = make(LONG, FASTER);
    // 121 frames at 24 are longer than 151 at 30.
    expect(pair.leads).toBe('left');
    for (const frame of [0, 1, 24, 60, 120]) {
      pair.goTo(frame);
      const seconds = (frame + 0.5) / 24;
      expect(pair.right.frame, `frame ${frame}`).toBe(Math.min(150, Math.floor(seconds * 30)));
    }
  });
});

describe('playing', () => {
  it('starts both, and stops both on the same frame', () => {
    pair.play();
    expect([left.paused, right.paused]).toEqual([false, false]);
    left.time = 2.02;
    right.time = 1.99;
    beat();
    pair.pause();
    expect([left.paused, right.paused]).toEqual([true, true]);
    expect([pair.left.frame, pair.right.frame]).toEqual([48, 48]);
    expect(right.time).toBeCloseTo(timeOfFrame(48, LONG), 12);
  });

  it('hurries the one that falls behind, holds back the one that is ahead, and moves the one that is lost', () => {
    pair.play();
    left.time = 1;
    right.time = 0.9;
    beat();
    expect(right.playbackRate).toBeCloseTo(1.1);
    expect(left.playbackRate, 'the one that leads is left alone').toBe(1);
    left.time = 1.5;
    right.time = 1.6;
    beat();
    expect(right.playbackRate).toBeCloseTo(0.9);
    left.time = 2;
    right.time = 2.001;
    beat();
    expect(right.playbackRate, 'as usual once it is there').toBe(1);
    left.time = 3;
    right.time = 2;
    beat();
    expect(right.time).toBe(3);
  });

  it('lets the shorter one wait at its end while the longer one plays on', () => {
    pair = make(LONG, SHORT);
    pair.play();
    left.time = 3;
    right.time = 2.03;
    beat();
    expect(right.paused).toBe(true);
    expect(pair.right.frame).toBe(48);
    expect(left.paused).toBe(false);
  });

  it('takes the shorter one along when the longer one begins again', () => {
    pair = make(LONG, SHORT);
    pair.toggleLoop();
    expect([left.loop, right.loop], 'one gives the time').toEqual([true, false]);
    pair.play();
    left.time = 4;
    beat();
    expect(right.paused).toBe(true);
    left.time = 0.1;
    beat();
    expect(right.paused).toBe(false);
    expect(right.time).toBeCloseTo(0.1);
  });

  it('shuttles both backward frame by frame', () => {
    pair.goTo(48);
    pair.shuttle(-1);
    for (let turn = 0; turn < 6; turn += 1) beat();
    expect(pair.left.motion).toBe('backward');
    expect(pair.right.frame).toBe(pair.left.frame);
  });

  it('ends both on the last frame', () => {
    pair.play();
    left.time = 121 / 24;
    left.dispatchEvent(new Event('ended'));
    beat();
    expect([pair.motion, pair.left.frame, pair.right.frame]).toEqual(['still', 120, 120]);
    pair.play();
    expect(pair.frame, 'from the beginning again').toBe(0);
    expect(pair.right.frame).toBe(0);
  });
});

describe('sound and pace', () => {
  it('is heard from one side only', () => {
    expect([left.muted, right.muted]).toEqual([false, true]);
    pair.hear('right');
    expect([left.muted, right.muted]).toEqual([true, false]);
    pair.toggleMuted();
    expect([left.muted, right.muted]).toEqual([true, true]);
  });

  it('is the same pace for both', () => {
    pair.setRate(0.5);
    pair.play();
    expect([left.playbackRate, right.playbackRate]).toEqual([0.5, 0.5]);
  });
});
