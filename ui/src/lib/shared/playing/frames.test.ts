import { describe, expect, it } from 'vitest';
import { clampFrame, frameAtTime, timecode, timeOfFrame } from './frames';

const CLIP = { fps: 24, frames: 121 };

describe('frames', () => {
  it('seeks to the middle of a frame, and comes back to the same frame', () => {
    for (let frame = 0; frame < CLIP.frames; frame += 1) {
      expect(frameAtTime(timeOfFrame(frame, CLIP), CLIP), `frame ${frame}`).toBe(frame);
    }
    expect(timeOfFrame(0, CLIP)).toBeCloseTo(0.5 / 24, 10);
  });

  it('gives the later frame at a border, however it was rounded', () => {
    expect(frameAtTime(1, CLIP)).toBe(24);
    expect(frameAtTime(0.041666, CLIP), 'a border rounded down by less than a microsecond').toBe(1);
    expect(frameAtTime(1 - 1e-4, CLIP)).toBe(23);
  });

  it('never leaves the clip', () => {
    expect(frameAtTime(99, CLIP)).toBe(120);
    expect(frameAtTime(-1, CLIP)).toBe(0);
    expect(clampFrame(500, CLIP)).toBe(120);
    expect(timeOfFrame(500, CLIP)).toBeLessThan(121 / 24);
  });

  it('writes a time code', () => {
    expect(timecode(0, CLIP)).toBe('00:00:00');
    expect(timecode(120, CLIP)).toBe('00:05:00');
    expect(timecode(59, CLIP)).toBe('00:02:11');
    expect(timecode(24 * 61, { fps: 24, frames: 5000 })).toBe('01:01:00');
    expect(timecode(30, { fps: 23.976, frames: 100 })).toBe('00:01:06');
  });
});
