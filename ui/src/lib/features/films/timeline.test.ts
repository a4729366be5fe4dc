import { describe, expect, it } from 'vitest';
import { shotOf } from './testing';
import { spansAround, spansOf, Timeline } from './timeline';

const every = (line: Timeline): number[] => Array.from({ length: line.frames }, (_, frame) => frame);

describe('a path of shots of one rate', () => {
  const shots = [shotOf('a', 121), shotOf('b', 121, { shown: 73 }), shotOf('c', 49, { seam: 'cut' })];
  const line = new Timeline(spansOf(shots));

  it('is as long as what is shown of them', () => {
    expect(line.frames).toBe(121 + 73 + 49);
    expect(line.seconds).toBeCloseTo((121 + 73 + 49) / 24, 12);
  });

  it('knows of every frame which shot it is of, and back', () => {
    const counts = [0, 0, 0];
    for (const frame of every(line)) {
      const place = line.placeOf(frame);
      counts[place.piece] = (counts[place.piece] ?? 0) + 1;
      expect(line.frameOf(place), `frame ${frame} there and back`).toBe(frame);
    }
    expect(counts, 'no frame is counted twice or left out').toEqual([121, 73, 49]);
    expect([120, 121, 193, 194].map((frame) => line.placeOf(frame))).toEqual([
      { piece: 0, frame: 120 },
      { piece: 1, frame: 0 },
      { piece: 1, frame: 72 },
      { piece: 2, frame: 0 },
    ]);
  });

  it('knows of every frame its time, and back', () => {
    for (const frame of every(line)) {
      const at = line.secondsAt(frame);
      expect(at, `frame ${frame}`).toBeCloseTo(frame / 24, 9);
      expect(line.frameAt(at), 'the border belongs to the later frame').toBe(frame);
      expect(line.frameAt(at + 0.5 / 24), 'and so does its middle').toBe(frame);
      expect(line.frameAtShare(line.shareOf(frame)), 'a press on the line').toBe(frame);
    }
  });

  it('marks its seams where the shots begin, cuts as cuts', () => {
    expect(line.seams).toEqual([
      { shot: 1, frame: 121, continues: true },
      { shot: 2, frame: 194, continues: false },
    ]);
  });

  it('never leaves its ends', () => {
    expect([line.clamp(-4), line.clamp(1e6), line.frameAt(-1), line.frameAt(1e6)]).toEqual([0, 242, 0, 242]);
    expect(line.timecode(242)).toBe('00:10:02');
  });
});

describe('a path of shots of several rates', () => {
  const shots = [shotOf('a', 121, { fps: 24 }), shotOf('b', 60, { fps: 30 }), shotOf('c', 25, { fps: 25 })];
  const line = new Timeline(spansOf(shots));

  it('counts seconds by the rate of each', () => {
    expect(line.seconds).toBeCloseTo(121 / 24 + 2 + 1, 12);
    expect(line.secondsAt(121)).toBeCloseTo(121 / 24, 12);
    expect(line.secondsAt(122)).toBeCloseTo(121 / 24 + 1 / 30, 12);
    for (const frame of every(line)) expect(line.frameAt(line.secondsAt(frame)), `frame ${frame}`).toBe(frame);
  });

  it('draws each as wide as it is long', () => {
    expect(line.shareOf(0)).toBe(0);
    expect(line.shareOf(line.lastFrame)).toBe(1);
    expect(line.shareOf(121)).toBeCloseTo(121 / 24 / line.secondsAt(line.lastFrame), 12);
  });
});

describe('what is left out', () => {
  const shots = [
    shotOf('a', 10),
    shotOf('b', 10),
    shotOf('c', 1),
    shotOf('d', 10, { trouble: 'missing' }),
    shotOf('e', 10),
  ];

  it('a repeated first frame is skipped, but never the only one', () => {
    const line = new Timeline(spansOf(shots, () => true));
    expect(line.pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 9],
      [1, 9],
      [0, 0],
      [0, 9],
    ]);
    expect(line.placeOf(10), 'the first frame of the second shot is its own second').toEqual({ piece: 1, frame: 1 });
    expect(line.frameOf({ piece: 1, frame: 0 }), 'the frame left out stands at the one after it').toBe(10);
  });

  it('a shot whose file is gone is skipped, and what follows it is a cut that repeats nothing', () => {
    const line = new Timeline(spansOf(shots, () => true));
    expect(line.pieces.map(({ shot }) => shot)).toEqual([0, 1, 2, 4]);
    expect(line.seams.at(-1)).toEqual({ shot: 4, frame: 20, continues: false });
    expect(new Timeline(spansOf(shots, undefined, (shot) => shot === 0)).pieces.map(({ shot }) => shot)).toEqual([
      1, 2, 4,
    ]);
  });

  it('a path without anything to play has no frames and no trouble', () => {
    const line = new Timeline(spansOf([shotOf('a', 10, { trouble: 'missing' })]));
    expect([line.frames, line.lastFrame, line.seconds, line.frameAt(3), line.secondsAt(3)]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('the frames around a seam', () => {
  it('are the last second that is shown and the first that follows', () => {
    const shots = [shotOf('a', 121, { shown: 73 }), shotOf('b', 60, { fps: 30 })];
    expect(spansAround(shots, 1, true)?.map(({ from, to }) => [from, to])).toEqual([
      [49, 72],
      [1, 30],
    ]);
  });

  it('are fewer where a shot is shorter, and none where a file is gone', () => {
    const short = spansAround([shotOf('a', 8), shotOf('b', 5)], 1, false);
    expect(short?.map(({ from, to }) => [from, to])).toEqual([
      [0, 7],
      [0, 4],
    ]);
    expect(spansAround([shotOf('a', 8, { trouble: 'missing' }), shotOf('b', 5)], 1, false)).toBeNull();
    expect(spansAround([shotOf('a', 8)], 1, false)).toBeNull();
  });
});
