/**
 * The whole path as one line of frames and seconds: which frame of which shot stands at which place. Shots may differ in
 * frame rate, end before their file does (the next shot continues an earlier frame), begin with a frame that is left out
 * (it repeats the one before it), or be left out altogether (the file is gone). Frames count from 0. Must not know the
 * video element.
 */
import type { FilmShot } from '$lib/ipc/bindings';
import { clampFrame, timecode, type FrameRate } from '$lib/shared/playing/frames';
import { rateOf } from '$lib/shared/playing/rate';

/** What is played of one shot. */
export interface Piece {
  /** Its place in the path. */
  shot: number;
  clip: string;
  /** Of the whole file. */
  rate: FrameRate;
  /** The first and the last frame played, both included. */
  from: number;
  to: number;
  /** Frames and seconds of the path before it. */
  start: number;
  startSeconds: number;
}

/** A frame of one piece. */
export interface Place {
  /** Index of the piece. */
  piece: number;
  /** Of its file. */
  frame: number;
}

/** Where a seam lies on the line. */
export interface SeamMark {
  /** The shot after it. */
  shot: number;
  /** The frame of the path that it stands before. */
  frame: number;
  continues: boolean;
}

/** What is to be played of one shot, before it has a place on the line. */
export type Span = Pick<Piece, 'shot' | 'clip' | 'rate' | 'from' | 'to'> & { continues: boolean };

const framesOf = ({ from, to }: Pick<Piece, 'from' | 'to'>): number => to - from + 1;

/** The last frame that the path shows of a shot. */
export const lastShown = ({ shown, clip }: Pick<FilmShot, 'shown' | 'clip'>): number =>
  clampFrame(shown - 1, rateOf(clip.media));

/** Says something of the shot at a place of the path. */
export type Says = (shot: number) => boolean;

const never: Says = () => false;

/**
 * What is played of a path: `repeats` says that the first frame of a shot is left out, `gone` that all of it is. A shot of
 * a single frame keeps it, and so does one whose forerunner is left out: then it repeats nothing.
 */
export function spansOf(shots: readonly FilmShot[], repeats: Says = never, gone: Says = never): Span[] {
  const spans: Span[] = [];
  shots.forEach((shot, index) => {
    if (shot.trouble === 'missing' || gone(index)) return;
    const to = lastShown(shot);
    const follows = spans.at(-1)?.shot === index - 1;
    spans.push({
      shot: index,
      clip: shot.clip.id,
      rate: rateOf(shot.clip.media),
      from: follows && to > 0 && repeats(index) ? 1 : 0,
      to,
      continues: follows && shot.seam === 'continues',
    });
  });
  return spans;
}

/** The last second of the shot before a seam and the first of the one after it; null where a file is gone. */
export function spansAround(shots: readonly FilmShot[], seam: number, repeats: boolean): Span[] | null {
  const [before, after] = [shots[seam - 1], shots[seam]];
  if (!before || !after || before.trouble === 'missing' || after.trouble === 'missing') return null;
  const [first, second] = spansOf([before, after], () => repeats);
  if (!first || !second) return null;
  const second1 = Math.round(first.rate.fps);
  const second2 = Math.round(second.rate.fps);
  return [
    { ...first, from: Math.max(0, first.to - second1 + 1) },
    { ...second, to: Math.min(second.to, second.from + second2 - 1) },
  ];
}

export class Timeline {
  readonly pieces: readonly Piece[];
  /** Frames of the whole path. */
  readonly frames: number;
  readonly seconds: number;
  readonly seams: readonly SeamMark[];

  constructor(spans: readonly Span[]) {
    const pieces: Piece[] = [];
    const seams: SeamMark[] = [];
    let start = 0;
    let startSeconds = 0;
    for (const { continues, ...span } of spans) {
      if (pieces.length > 0) seams.push({ shot: span.shot, frame: start, continues });
      pieces.push({ ...span, start, startSeconds });
      start += framesOf(span);
      startSeconds += framesOf(span) / span.rate.fps;
    }
    this.pieces = pieces;
    this.frames = start;
    this.seconds = startSeconds;
    this.seams = seams;
  }

  get lastFrame(): number {
    return Math.max(0, this.frames - 1);
  }

  /** The nearest frame of the path that exists. */
  clamp(frame: number): number {
    return Math.min(Math.max(0, Math.round(frame)), this.lastFrame);
  }

  /** What stands at a frame of the path. */
  placeOf(frame: number): Place {
    const at = this.clamp(frame);
    const piece = Math.max(
      0,
      this.pieces.findLastIndex(({ start }) => start <= at),
    );
    const { from = 0, start = 0 } = this.pieces[piece] ?? {};
    return { piece, frame: from + at - start };
  }

  /** The frame of the path at which a frame of a piece stands; the nearest that is played of it. */
  frameOf({ piece, frame }: Place): number {
    const found = this.pieces[piece];
    if (!found) return 0;
    return found.start + Math.min(Math.max(found.from, frame), found.to) - found.from;
  }

  /** Seconds of the path before a frame of it. */
  secondsAt(frame: number): number {
    const place = this.placeOf(frame);
    const piece = this.pieces[place.piece];
    return piece ? piece.startSeconds + (place.frame - piece.from) / piece.rate.fps : 0;
  }

  /** The frame that is shown at a time; one on the border (within a microsecond) belongs to the later frame. */
  frameAt(seconds: number): number {
    const at = Math.max(0, seconds) + 1e-6;
    const piece = this.pieces.findLast(({ startSeconds }) => startSeconds <= at);
    if (!piece) return 0;
    const into = Math.floor((at - piece.startSeconds) * piece.rate.fps);
    return Math.min(piece.start + Math.max(0, into), piece.start + framesOf(piece) - 1);
  }

  /** The place of a frame on a line, 0 – 1: by time, so that shots are as wide as they are long. */
  shareOf(frame: number): number {
    const last = this.secondsAt(this.lastFrame);
    return last > 0 ? this.secondsAt(frame) / last : 1;
  }

  /** The frame nearest to a place on the line. */
  frameAtShare(share: number): number {
    const seconds = Math.min(Math.max(0, share), 1) * this.secondsAt(this.lastFrame);
    const before = this.frameAt(seconds);
    const after = this.clamp(before + 1);
    return this.secondsAt(after) - seconds < seconds - this.secondsAt(before) ? after : before;
  }

  /** `minutes:seconds:frames` of the path; the frames are counted at the rate of the shot that is there. */
  timecode(frame: number): string {
    const place = this.placeOf(frame);
    const fps = this.pieces[place.piece]?.rate.fps ?? 24;
    const whole = Math.floor(this.secondsAt(frame) * fps + 1e-6);
    return timecode(whole, { fps, frames: Math.ceil(this.seconds * fps) + 1 });
  }

  /** The index of the piece of a shot; the next one after it where it is left out. */
  pieceOfShot(shot: number): number {
    const at = this.pieces.findIndex((piece) => piece.shot >= shot);
    return at < 0 ? this.pieces.length - 1 : at;
  }
}
