import { beforeEach, describe, expect, it } from 'vitest';
import { PathPlayer, type DeckScreen } from './path.svelte';
import { ClockScreen, shotOf } from './testing';
import { spansAround, spansOf, Timeline } from './timeline';

const HABITS = { volume: 0.5, muted: false, loop: false, rate: 1 };
const SHOTS = [shotOf('a', 24), shotOf('b', 48, { shown: 30 }), shotOf('c', 12), shotOf('d', 12)];
const urlOf = (clip: string): string => `video:${clip}`;

let beats: ((milliseconds: number) => void)[];
let screens: [ClockScreen, ClockScreen];
let player: PathPlayer;
let now: number;
/** Every picture that was seen, one after another: `a 0`, `a 1` … */
let seen: string[];
let broken: number[];
let doubted: number[];

function make(line: Timeline, options: { latency?: number; habits?: Partial<typeof HABITS> } = {}): void {
  beats = [];
  now = 0;
  seen = [];
  broken = [];
  doubted = [];
  screens = [new ClockScreen(), new ClockScreen()];
  player = new PathPlayer(
    line,
    { ...HABITS, ...options.habits },
    (callback) => {
      beats.push(callback);
      return () => {
        beats = beats.filter((other) => other !== callback);
      };
    },
    urlOf,
    (shot) => {
      broken.push(shot);
      player.lay(new Timeline(spansOf(SHOTS, undefined, (gone) => broken.includes(gone))));
    },
    (shot) => doubted.push(shot),
  );
  for (const side of [0, 1] as const) {
    screens[side].latency = options.latency ?? 0;
    player.attach(side, screens[side] as unknown as DeckScreen);
  }
  player.begin();
  pass(300);
}

/** Lets time pass as a window does: video elements by their clock, repaints 60 times a second. */
function pass(milliseconds: number, step = 1000 / 60): void {
  for (let left = milliseconds; left > 0; left -= step) {
    now += step;
    for (const screen of screens) screen.pass(step);
    const waiting = beats;
    beats = [];
    for (const callback of waiting) callback(now);
    const screen = screens[player.shown];
    const picture = `${screen.src.slice('video:'.length)} ${screen.frame}`;
    if (screen.readyState > 0 && !screen.seeking && seen.at(-1) !== picture) seen.push(picture);
  }
}

const frames = (clip: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${clip} ${from + index}`);

beforeEach(() => {
  ClockScreen.frames = Object.fromEntries(
    SHOTS.map(({ clip }) => [urlOf(clip.id), { frames: clip.media.frames, fps: clip.media.fps ?? 24 }]),
  );
  make(new Timeline(spansOf(SHOTS)));
});

describe('playing through', () => {
  it('shows every frame of the path once and in order, none beyond a trim', () => {
    player.play();
    pass(4000);
    expect(seen).toEqual([...frames('a', 0, 23), ...frames('b', 0, 29), ...frames('c', 0, 11), ...frames('d', 0, 11)]);
    expect([player.motion, player.frame], 'it stands on its last frame').toEqual(['still', 77]);
  });

  it('leaves out repeated first frames', () => {
    make(new Timeline(spansOf(SHOTS, () => true)));
    player.play();
    pass(4000);
    expect(seen).toEqual([...frames('a', 0, 23), ...frames('b', 1, 29), ...frames('c', 1, 11), ...frames('d', 1, 11)]);
  });

  it('takes as long as the path is', () => {
    player.play();
    const began = now;
    while (player.motion === 'forward' && now - began < 10_000) pass(1000 / 60);
    expect((now - began) / 1000).toBeGreaterThan(player.timeline.seconds - 0.1);
    expect((now - began) / 1000).toBeLessThan(player.timeline.seconds + 0.2);
  });

  it('has the next shot ready before the seam, and never shows a gap where loading is slow', () => {
    make(new Timeline(spansOf(SHOTS)), { latency: 80 });
    player.play();
    pass(500);
    expect(screens[1].src, 'preloaded').toBe('video:b');
    expect([screens[1].paused, screens[1].frame], 'and paused on its first frame').toEqual([true, 0]);
    pass(5000);
    expect(seen).toEqual([...frames('a', 0, 23), ...frames('b', 0, 29), ...frames('c', 0, 11), ...frames('d', 0, 11)]);
    const loads = [...screens[0].loads, ...screens[1].loads].sort();
    expect(loads, 'each file is opened once').toEqual(['video:a', 'video:b', 'video:c', 'video:d']);
  });

  it('waits on the last picture for a shot that is not there yet, and then plays it from its beginning', () => {
    screens[0].latency = 1000;
    player.goTo(53);
    pass(50);
    player.play();
    pass(900);
    expect(seen.at(-1), 'the third shot is still being opened').toBe('b 29');
    expect(player.motion).toBe('forward');
    pass(2500);
    expect(seen.slice(seen.indexOf('b 29') + 1)).toEqual([...frames('c', 0, 11), ...frames('d', 0, 11)]);
  });

  it('begins again at the end when it loops, and when it is played once more', () => {
    make(new Timeline(spansOf(SHOTS)), { habits: { loop: true } });
    player.goTo(75);
    player.play();
    pass(600);
    expect(player.here.shot).toBe(0);
    player.toggleLoop();
    pass(5000);
    expect(player.frame).toBe(77);
    player.play();
    pass(200);
    expect(player.here.shot).toBe(0);
  });

  it('goes faster and slower', () => {
    player.shuttle(1);
    player.shuttle(1);
    expect(player.speed).toBe(2);
    pass(700);
    expect(player.here.shot, 'a whole second and more has been played').toBe(1);
    expect(screens[player.shown].playbackRate, 'the next shot goes on as fast').toBe(2);
  });
});

describe('going to a frame', () => {
  it('is exact on both sides of every seam', () => {
    for (const frame of [23, 24, 53, 54, 65, 66, 77, 0]) {
      player.goTo(frame);
      pass(200);
      const { piece, frame: own } = player.timeline.placeOf(frame);
      const clip = player.timeline.pieces[piece]?.clip;
      expect(seen.at(-1), `frame ${frame}`).toBe(`${clip} ${own}`);
      expect(player.frame).toBe(frame);
    }
  });

  it('steps over a seam and back', () => {
    player.goTo(23);
    pass(100);
    player.step(1);
    expect(player.here).toEqual({ shot: 1, frame: 0 });
    pass(100);
    player.step(-1);
    pass(100);
    expect([player.here, seen.at(-1)]).toEqual([{ shot: 0, frame: 23 }, 'a 23']);
  });

  it('keeps the picture before until the one asked for is there', () => {
    make(new Timeline(spansOf(SHOTS)), { latency: 100 });
    pass(500);
    player.goTo(70);
    expect(player.frame, 'the number is the wish').toBe(70);
    pass(60);
    expect(seen.at(-1)).toBe('a 0');
    pass(400);
    expect(seen.at(-1)).toBe('d 4');
  });

  it('the last of many wishes counts', () => {
    make(new Timeline(spansOf(SHOTS)), { latency: 60 });
    for (const frame of [10, 30, 60, 70, 40, 5, 55]) {
      player.goTo(frame);
      pass(30);
    }
    pass(500);
    expect([player.frame, seen.at(-1)]).toEqual([55, 'c 1']);
  });

  it('goes from seam to seam', () => {
    player.toSeam(1);
    expect(player.frame).toBe(24);
    player.step(3);
    player.toSeam(-1);
    expect(player.frame, 'to the beginning of its own shot first').toBe(24);
    player.toSeam(-1);
    expect(player.frame).toBe(0);
    player.goTo(70);
    player.toSeam(1);
    expect(player.frame).toBe(77);
  });

  it('plays backward over seams to the first frame', () => {
    player.goTo(30);
    pass(100);
    player.shuttle(-1);
    pass(500);
    expect(player.motion).toBe('backward');
    expect(player.here.shot).toBe(0);
    pass(3000);
    expect([player.motion, player.frame, seen.at(-1)]).toEqual(['still', 0, 'a 0']);
  });
});

describe('trouble', () => {
  it('a shot that cannot be played is told of, and passed over once it is laid out anew', () => {
    delete ClockScreen.frames['video:b'];
    make(new Timeline(spansOf(SHOTS)));
    player.play();
    pass(3000);
    expect(broken).toEqual([1]);
    expect(seen).toEqual([...frames('a', 0, 23), ...frames('c', 0, 11), ...frames('d', 0, 11)]);
  });

  it('a shot whose time stands still is told of once, and the film waits for it', () => {
    ClockScreen.frames['video:b'] = { frames: 48, fps: 24, cut: 0.5 };
    make(new Timeline(spansOf(SHOTS)));
    player.play();
    pass(4000);
    expect(doubted, 'it may go on').toEqual([]);
    pass(4000);
    expect([doubted, player.here.shot, player.motion]).toEqual([[1], 1, 'forward']);
    player.lay(new Timeline(spansOf(SHOTS, undefined, (gone) => gone === 1)));
    pass(2000);
    expect(seen.slice(-24)).toEqual([...frames('c', 0, 11), ...frames('d', 0, 11)]);
  });

  it('a system that refuses to play leaves it standing still', async () => {
    screens[0].refuses = true;
    player.play();
    await Promise.resolve();
    await Promise.resolve();
    pass(50);
    expect([player.motion, player.frame]).toEqual(['still', 0]);
  });

  it('a path without shots does nothing', () => {
    make(new Timeline([]));
    player.play();
    player.goTo(5);
    player.shuttle(-1);
    pass(100);
    expect([player.motion, player.frame]).toEqual(['still', 0]);
  });
});

describe('laid out anew', () => {
  it('stays on its frame when repeated frames are left out', () => {
    player.goTo(60);
    pass(100);
    expect(seen.at(-1)).toBe('c 6');
    player.lay(new Timeline(spansOf(SHOTS, () => true)));
    pass(100);
    expect([seen.at(-1), player.frame]).toEqual(['c 6', 58]);
  });

  it('plays on, and leaves the frame out at the next seam', () => {
    player.play();
    pass(500);
    player.lay(new Timeline(spansOf(SHOTS, () => true)));
    pass(900);
    expect(seen).not.toContain('b 0');
    expect(seen).toContain('b 1');
  });
});

describe('sound', () => {
  it('is the same in both', () => {
    player.setVolume(0.25);
    expect(screens.map(({ volume }) => volume)).toEqual([0.25, 0.25]);
    player.toggleMuted();
    expect(screens.map(({ muted }) => muted)).toEqual([true, true]);
  });
});

it('a seam is looped over its two seconds', () => {
  make(new Timeline(spansAround(SHOTS, 1, true) ?? []), { habits: { loop: true } });
  player.play();
  pass(5000);
  const after = seen.filter((picture) => picture.startsWith('b'));
  expect(after[0], 'the repeated frame is left out').toBe('b 1');
  expect(seen.filter((picture) => picture === 'a 6').length, 'again and again').toBeGreaterThan(1);
  expect(player.motion).toBe('forward');
});
