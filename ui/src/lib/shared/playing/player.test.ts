import { beforeEach, describe, expect, it } from 'vitest';
import { timeOfFrame } from './frames';
import { nextRate, Player, type Screen } from './player.svelte';

const RATE = { fps: 24, frames: 121 };
const HABITS = { volume: 0.5, muted: false, loop: false, rate: 1 };

/** A video element without a document: seeks take until `settle()` is called. */
class FakeScreen extends EventTarget {
  #time = 0;
  seeking = false;
  seeks: number[] = [];
  ended = false;
  paused = true;
  readyState = 0;
  playbackRate = 1;
  muted = false;
  volume = 1;
  loop = false;
  error: { code: number } | null = null;
  plays = '';
  refuses = false;

  get currentTime(): number {
    return this.#time;
  }
  set currentTime(seconds: number) {
    this.#time = seconds;
    this.seeking = true;
    this.seeks.push(seconds);
  }
  /** Time goes on by itself. */
  advanceTo(seconds: number): void {
    this.#time = seconds;
  }
  settle(): void {
    this.seeking = false;
    this.dispatchEvent(new Event('seeked'));
  }
  load(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('loadedmetadata'));
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
    return this.plays as CanPlayTypeResult;
  }
}

let screen: FakeScreen;
let player: Player;
let beats: ((milliseconds: number) => void)[];

/** Runs what is waiting for the next repaint. */
function beat(milliseconds: number): void {
  const waiting = beats;
  beats = [];
  for (const callback of waiting) callback(milliseconds);
}

beforeEach(() => {
  beats = [];
  screen = new FakeScreen();
  player = new Player(RATE, HABITS, (callback) => {
    beats.push(callback);
    return () => {
      beats = beats.filter((other) => other !== callback);
    };
  });
  player.attach(screen as unknown as Screen);
  screen.load();
});

describe('standing still', () => {
  it('seeks to the middle of the frame asked for', () => {
    player.goTo(120);
    expect(screen.currentTime).toBeCloseTo(timeOfFrame(120, RATE), 12);
    expect(player.frame).toBe(120);
  });

  it('steps by one frame and stops at both ends', () => {
    player.step(-1);
    expect(player.frame).toBe(0);
    player.step(1);
    screen.settle();
    expect(player.frame).toBe(1);
    player.goTo(500);
    screen.settle();
    player.step(1);
    expect(player.frame).toBe(120);
  });

  it('keeps one seek under way and then does only the last wish', () => {
    player.goTo(10);
    player.step(1);
    player.step(1);
    player.step(1);
    expect(screen.seeks, 'the decoder is busy with the first').toHaveLength(1);
    expect(player.frame, 'the number follows the hand').toBe(13);
    screen.settle();
    expect(screen.seeks).toHaveLength(2);
    expect(screen.currentTime).toBeCloseTo(timeOfFrame(13, RATE), 12);
  });

  it('remembers a wish from before the file was ready', () => {
    const late = new FakeScreen();
    const other = new Player(RATE, HABITS, () => () => undefined);
    other.attach(late as unknown as Screen);
    other.goTo(24);
    expect(late.seeks).toEqual([]);
    late.load();
    expect(late.currentTime).toBeCloseTo(timeOfFrame(24, RATE), 12);
  });
});

describe('playing', () => {
  it('follows the element while it plays', () => {
    player.play();
    screen.advanceTo(1.01);
    beat(16);
    expect(player.frame).toBe(24);
    expect(player.motion).toBe('forward');
  });

  it('stops on a whole frame and shows exactly that', () => {
    player.play();
    screen.advanceTo(2.02);
    player.pause();
    expect(screen.paused).toBe(true);
    expect(player.frame).toBe(48);
    expect(screen.currentTime).toBeCloseTo(timeOfFrame(48, RATE), 12);
  });

  it('starts again from the beginning at the end', () => {
    player.goTo(120);
    screen.settle();
    player.play();
    expect(screen.currentTime).toBeCloseTo(timeOfFrame(0, RATE), 12);
    expect(player.motion).toBe('forward');
  });

  it('ends on the last frame', () => {
    player.play();
    screen.advanceTo(5.04);
    screen.dispatchEvent(new Event('ended'));
    expect(player.frame).toBe(120);
    expect(player.motion).toBe('still');
  });

  it('is not taken for ended when it was only sought to its last frame', () => {
    player.goTo(120);
    screen.settle();
    screen.dispatchEvent(new Event('ended'));
    expect(screen.seeks, 'another seek would end it again, without end').toHaveLength(1);
  });

  it('a step while it plays stops it first', () => {
    player.play();
    screen.advanceTo(1.01);
    player.step(1);
    expect(screen.paused).toBe(true);
    expect(player.frame).toBe(25);
  });

  it('stands still without an error when the system refuses to start', async () => {
    screen.refuses = true;
    player.play();
    await Promise.resolve();
    await Promise.resolve();
    expect(player.motion).toBe('still');
    expect(player.trouble).toBeNull();
  });

  it('plays once ready when asked before', () => {
    const late = new FakeScreen();
    const other = new Player(RATE, HABITS, () => () => undefined);
    other.attach(late as unknown as Screen);
    other.play();
    expect(late.paused).toBe(true);
    late.load();
    expect(late.paused).toBe(false);
  });
});

describe('shuttle', () => {
  it('gets faster with each press, up to four times', () => {
    player.shuttle(1);
    expect(screen.playbackRate).toBe(1);
    player.shuttle(1);
    player.shuttle(1);
    player.shuttle(1);
    expect(screen.playbackRate).toBe(4);
    player.shuttle(0);
    expect(screen.playbackRate, 'the next play is at normal speed').toBe(1);
    expect(player.motion).toBe('still');
  });

  it('goes backward by the clock, down to the first frame', () => {
    player.goTo(48);
    screen.settle();
    player.shuttle(-1);
    beat(1000);
    screen.settle();
    beat(1500);
    screen.settle();
    expect(player.frame, 'half a second back is twelve frames').toBe(36);
    beat(9000);
    expect(player.frame).toBe(0);
    expect(player.motion).toBe('still');
  });

  it('turns around at normal speed', () => {
    player.shuttle(1);
    player.shuttle(1);
    screen.advanceTo(2.01);
    player.shuttle(-1);
    expect(player.motion).toBe('backward');
    expect(player.speed).toBe(1);
    expect(screen.paused).toBe(true);
  });
});

describe('habits', () => {
  it('gives the element the volume from before, and keeps changes', () => {
    expect(screen.volume).toBe(0.5);
    player.setVolume(0);
    expect(player.habits.muted, 'no volume is the same as muted').toBe(true);
    player.toggleMuted();
    expect(screen.muted).toBe(false);
    expect(screen.volume, 'unmuting is heard').toBe(1);
    player.toggleLoop();
    expect(screen.loop).toBe(true);
  });
});

describe('pace', () => {
  it('holds for playing, backward and forward, and is the base of the shuttle', () => {
    player.setRate(0.5);
    player.play();
    expect(screen.playbackRate).toBe(0.5);
    player.shuttle(1);
    player.shuttle(1);
    expect(screen.playbackRate, 'four times of a half').toBe(2);
    player.pause();
    expect(screen.playbackRate).toBe(0.5);
    player.goTo(48);
    screen.settle();
    player.shuttle(-1);
    beat(1000);
    screen.settle();
    beat(2000);
    expect(player.frame, 'a second back at half the pace is twelve frames').toBe(36);
  });

  it('goes to the next one, and no further than the ends', () => {
    expect(nextRate(1, 1)).toBe(1.25);
    expect(nextRate(1, -1)).toBe(0.75);
    expect(nextRate(0.25, -1)).toBe(0.25);
    expect(nextRate(2, 1)).toBe(2);
  });
});

describe('trouble', () => {
  it('tells a missing decoder from a missing file and from a damaged one', () => {
    screen.error = { code: 4 };
    screen.dispatchEvent(new Event('error'));
    expect(player.trouble).toBe('decoder_missing');
    screen.plays = 'probably';
    screen.dispatchEvent(new Event('error'));
    expect(player.trouble).toBe('file_missing');
    screen.error = { code: 3 };
    screen.dispatchEvent(new Event('error'));
    expect(player.trouble).toBe('damaged');
  });

  it('stays with what was found out about a file that comes late', () => {
    const late = new FakeScreen();
    const other = new Player(RATE, HABITS, () => () => undefined);
    other.attach(late as unknown as Screen);
    other.fail('damaged');
    late.load();
    expect(other.trouble).toBe('damaged');
    other.retry();
    expect(other.trouble, 'asked for, it is tried again').toBeNull();
    expect(other.ready).toBe(true);
  });
});

describe('doubt', () => {
  /** Lets time pass in beats of 50 ms, and the file with it at so many seconds a second. */
  function pass(milliseconds: number, pace = 1): void {
    for (let now = 0; now < milliseconds; now += 50) {
      screen.advanceTo(screen.currentTime + 0.05 * pace);
      beat((clock += 50));
    }
  }
  let clock = 0;

  it('comes when time stands still while it should play, and not when a person stopped it', () => {
    player.play();
    pass(2000);
    pass(2500, 0);
    expect(player.doubtful).toBe(false);
    pass(100);
    pass(2500, 0);
    expect(player.doubtful, 'it went on in between').toBe(false);
    pass(1000, 0);
    expect(player.doubtful).toBe(true);
    player.retry();
    expect(player.doubtful).toBe(false);
    player.pause();
    screen.settle();
    pass(5000, 0);
    expect(player.doubtful).toBe(false);
  });

  it('comes when a file that is to be played is never ready', () => {
    const never = new FakeScreen();
    const waits: ((milliseconds: number) => void)[] = [];
    const other = new Player(RATE, HABITS, (callback) => {
      waits.push(callback);
      return () => undefined;
    });
    other.attach(never as unknown as Screen);
    other.play();
    for (let now = 0; now < 3500; now += 50) waits.splice(0).forEach((callback) => callback(now));
    expect(other.doubtful).toBe(true);
  });

  it('comes when it leaps to its end, ends early or begins again early', () => {
    player.play();
    pass(2000);
    screen.advanceTo(5.04);
    beat((clock += 50));
    expect(player.doubtful).toBe(true);

    player.goTo(0);
    screen.settle();
    player.retry();
    player.play();
    pass(2000);
    screen.advanceTo(5.04);
    screen.dispatchEvent(new Event('ended'));
    expect(player.doubtful, 'ended before the next beat').toBe(true);

    player.goTo(0);
    screen.settle();
    player.retry();
    player.play();
    pass(2000);
    screen.advanceTo(0);
    beat((clock += 50));
    expect(player.doubtful, 'a loop that turns too early').toBe(true);
  });

  it('comes when it is at its end before the first beat, and not when it began there', () => {
    player.play();
    screen.advanceTo(5.04);
    screen.dispatchEvent(new Event('ended'));
    expect(player.doubtful, 'ended at once').toBe(true);

    player.goTo(0);
    screen.settle();
    player.retry();
    player.play();
    screen.advanceTo(5.04);
    beat((clock += 50));
    expect(player.doubtful, 'at the end at the first beat').toBe(true);

    player.goTo(110);
    screen.settle();
    player.retry();
    player.play();
    screen.advanceTo(5.04);
    screen.dispatchEvent(new Event('ended'));
    expect(player.doubtful, 'half a second from the end').toBe(false);
  });

  it('does not come over a window that was not drawn, a jump of one that follows, or a whole turn', () => {
    player.toggleLoop();
    player.play();
    pass(1000);
    screen.advanceTo(5.04);
    beat((clock += 4040));
    expect(player.doubtful, 'hidden for four seconds').toBe(false);
    screen.advanceTo(0.02);
    beat((clock += 50));
    expect(player.doubtful, 'a loop').toBe(false);
    player.follow(4, 1);
    screen.settle();
    pass(1000);
    expect(player.doubtful).toBe(false);
    expect(player.frame).toBeGreaterThan(96);
  });
});
