/**
 * Plays a path as one film with two video elements: while one plays, the other stands on the first frame of the next shot,
 * and they are swapped where the last frame of the one has been shown for its time. What is shown is always a whole frame
 * with a number, counted over the whole path. Must not know films, keys or the document.
 */
import type { FrameRate } from '$lib/shared/playing/frames';
import { setVolume, toggleMuted } from '$lib/shared/playing/habits';
import {
  Player,
  shuttled,
  type Beat,
  type Habits,
  type Motion,
  type Playing,
  type Screen,
} from '$lib/shared/playing/player.svelte';
import { Timeline, type Piece } from './timeline';

/** The part of a video element that a deck uses. */
export type DeckScreen = Screen & { src: string };

/** Which of the two. */
export type Side = 0 | 1;

/** Milliseconds between two beats at most: after a longer one the window was not drawn. */
const LONGEST_BEAT = 50;

/** One of the two players, and what it holds. */
class Deck {
  /** The shot that it holds; −1 where there is none. */
  shot = $state(-1);
  player = $state.raw<Player | null>(null);
  /** Whether its picture is the frame asked for. */
  painted = false;
  /** Whether somebody looks at its file already. */
  doubted = false;
  readonly #beat: Beat;
  readonly #onpaint: () => void;
  #screen: DeckScreen | null = null;
  #url = '';
  #release = (): void => undefined;

  constructor(beat: Beat, onpaint: () => void) {
    this.#beat = beat;
    this.#onpaint = onpaint;
  }

  attach(screen: DeckScreen): () => void {
    this.#screen = screen;
    const paint = (): void => {
      this.painted = !screen.seeking && this.shot >= 0;
      if (this.painted) this.#onpaint();
    };
    screen.addEventListener('seeked', paint);
    return () => {
      screen.removeEventListener('seeked', paint);
      this.unload();
      this.#screen = null;
    };
  }

  load(piece: Piece, url: string, habits: Habits, frame: number): void {
    const screen = this.#screen;
    if (!screen) return;
    this.#release();
    this.painted = false;
    this.doubted = false;
    const player = new Player(piece.rate, habits, this.#beat);
    if (this.#url !== url) {
      this.#url = url;
      screen.src = url;
    }
    this.#release = player.attach(screen);
    this.player = player;
    this.shot = piece.shot;
    player.goTo(frame);
  }

  goTo(frame: number): void {
    this.painted = false;
    this.player?.goTo(frame);
  }

  unload(): void {
    this.#release();
    this.#release = () => undefined;
    this.player = null;
    this.shot = -1;
    this.painted = false;
    this.#url = '';
  }
}

export class PathPlayer implements Playing {
  timeline = $state.raw(new Timeline([]));
  motion: Motion = $state('still');
  /** 1, 2 or 4, in the direction of `motion`. */
  speed = $state(1);
  habits: Habits = $state({ volume: 1, muted: false, loop: false, rate: 1 });
  /** The element that is seen. */
  shown: Side = $state(0);
  /** Whether nothing can be played here at all. */
  noDecoder = $state(false);
  readonly #urlOf: (clip: string) => string;
  readonly #beat: Beat;
  /** Told of a shot whose file cannot be played: whoever laid out the path lays it out without it. */
  readonly #onbroken: (shot: number) => void;
  /** Told of a shot that does not play as its file should: whoever can look at the file does. */
  readonly #ondoubt: (shot: number) => void;
  readonly #decks: readonly [Deck, Deck];
  /** The deck whose frame is the path's; it is seen as soon as its picture is there. */
  #at: Side = $state(0);
  #stopBeat: (() => void) | null = null;

  constructor(
    timeline: Timeline,
    habits: Habits,
    beat: Beat,
    urlOf: (clip: string) => string,
    onbroken: (shot: number) => void = () => undefined,
    ondoubt: (shot: number) => void = () => undefined,
  ) {
    this.timeline = timeline;
    this.habits = { ...habits };
    this.#urlOf = urlOf;
    this.#beat = beat;
    this.#onbroken = onbroken;
    this.#ondoubt = ondoubt;
    this.#decks = [new Deck(beat, () => this.#whenPainted(0)), new Deck(beat, () => this.#whenPainted(1))];
  }

  /** Takes a video element; returns how to let go of it. */
  attach(side: Side, screen: DeckScreen): () => void {
    return this.#decks[side].attach(screen);
  }

  /** Shows a frame at first, once both elements are there. */
  begin(frame = 0): void {
    this.#show(frame);
  }

  get rate(): FrameRate {
    return { fps: this.#piece?.rate.fps ?? 24, frames: Math.max(1, this.timeline.frames) };
  }

  get lastFrame(): number {
    return this.timeline.lastFrame;
  }

  /** The frame of the path. */
  get frame(): number {
    const deck = this.#decks[this.#at];
    const piece = this.#pieceIn(deck);
    return piece < 0 ? 0 : this.timeline.frameOf({ piece, frame: deck.player?.frame ?? 0 });
  }

  /** The shot of the path that is on, and the frame of its own file. */
  get here(): { shot: number; frame: number } {
    const deck = this.#decks[this.#at];
    return { shot: deck.shot, frame: deck.player?.frame ?? 0 };
  }

  /** Plays forward at 1×; from the beginning when it stands on the last frame. */
  play(): void {
    this.#forward(1);
  }

  pause(): void {
    if (this.motion === 'still') return;
    const frame = this.frame;
    this.#halt();
    this.#show(frame);
  }

  toggle(): void {
    if (this.motion === 'still') this.play();
    else this.pause();
  }

  goTo(frame: number): void {
    this.#halt();
    this.#show(frame);
  }

  step(frames: number): void {
    this.goTo(this.frame + frames);
  }

  /** To the first frame of the next shot, or of this one and then of the one before it. */
  toSeam(way: -1 | 1): void {
    const starts = this.timeline.pieces.map(({ start }) => start);
    const to = way === 1 ? starts.find((start) => start > this.frame) : starts.findLast((start) => start < this.frame);
    this.goTo(to ?? (way === 1 ? this.lastFrame : 0));
  }

  shuttle(way: -1 | 0 | 1): void {
    if (way === 0) return this.pause();
    const speed = shuttled(this, way);
    if (way === 1) this.#forward(speed);
    else this.#backward(speed);
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
  }

  setRate(rate: number): void {
    this.habits.rate = rate;
    this.#share();
  }

  /** Another layout of the same path: repeated frames are left out or not, or a shot is. It stays where it is. */
  lay(timeline: Timeline): void {
    const { shot, frame } = this.here;
    const moving = this.motion;
    const speed = this.speed;
    this.timeline = timeline;
    for (const deck of this.#decks) if (deck.shot >= 0 && this.#pieceIn(deck) < 0) deck.unload();
    const kept = timeline.pieces.findIndex((piece) => piece.shot === shot);
    if (kept >= 0 && moving === 'forward') return this.#cue();
    const next = timeline.pieces.findIndex((piece) => piece.shot > shot);
    this.#halt();
    if (kept >= 0) this.#show(timeline.frameOf({ piece: kept, frame }));
    else this.#show(timeline.pieces[next]?.start ?? timeline.lastFrame);
    if (moving === 'forward' && next >= 0) this.#forward(speed);
  }

  /** Calls off what is under way. */
  stop(): void {
    this.#halt();
  }

  get #piece(): Piece | undefined {
    return this.timeline.pieces[this.#pieceIn(this.#decks[this.#at])];
  }

  #pieceIn(deck: Deck): number {
    return deck.shot < 0 ? -1 : this.timeline.pieces.findIndex((piece) => piece.shot === deck.shot);
  }

  /** What one deck is told of how it is heard: a loop is the path's, never a shot's. */
  get #told(): Habits {
    const speed = this.motion === 'forward' ? this.speed : 1;
    return { ...this.habits, loop: false, rate: this.habits.rate * speed };
  }

  #share(): void {
    for (const deck of this.#decks) deck.player?.take(this.#told);
  }

  #halt(): void {
    this.#stopBeat?.();
    this.#stopBeat = null;
    if (this.motion !== 'still') this.#decks[this.#at].player?.pause();
    this.motion = 'still';
    this.speed = 1;
  }

  /** The deck that holds a piece, or the one that is free to; loaded, on `frame`. */
  #deckFor(index: number, frame: number): Side {
    const piece = this.timeline.pieces[index] as Piece;
    const held = this.#decks.findIndex((deck) => deck.shot === piece.shot);
    const side = (held >= 0 ? held : this.#decks[this.shown].shot < 0 ? this.shown : 1 - this.shown) as Side;
    if (held < 0) this.#decks[side].load(piece, this.#urlOf(piece.clip), this.#told, frame);
    else if (this.#decks[side].player?.frame !== frame || side === this.#at) this.#decks[side].goTo(frame);
    return side;
  }

  /** Shows a frame of the path, as soon as its picture is there; until then the one before it stays. */
  #show(frame: number): void {
    if (this.timeline.pieces.length === 0) return;
    const place = this.timeline.placeOf(frame);
    const was = this.#at;
    this.#at = this.#deckFor(place.piece, place.frame);
    if (was !== this.#at) this.#decks[was].player?.pause();
    if (this.#decks[this.#at].painted) this.#whenPainted(this.#at);
  }

  #whenPainted(side: Side): void {
    if (side !== this.#at) return;
    this.shown = side;
    this.#cue();
  }

  /** Puts the other deck on the frame that comes after this piece, or before it while it plays backward. */
  #cue(): void {
    if (this.shown !== this.#at) return;
    const here = this.#pieceIn(this.#decks[this.#at]);
    const next = here + (this.motion === 'backward' ? -1 : 1);
    const piece = this.timeline.pieces[next];
    // Its decoder is at work: a deck that holds what comes is left alone unless it stands elsewhere.
    if (here >= 0 && piece) this.#deckFor(next, this.motion === 'backward' ? piece.to : piece.from);
  }

  #forward(speed: number): void {
    if (this.timeline.pieces.length === 0) return;
    const backward = this.motion === 'backward';
    if (backward) this.#halt();
    if (this.frame >= this.lastFrame) this.#show(0);
    this.motion = 'forward';
    this.speed = speed;
    const deck = this.#decks[this.#at];
    if ((deck.player?.frame ?? 0) >= (this.#piece?.to ?? 0) && this.frame < this.lastFrame) this.#next();
    else this.#run();
    this.#watch();
  }

  /** Lets the deck that counts play at the present speed. */
  #run(): void {
    const { player } = this.#decks[this.#at];
    player?.take(this.#told);
    player?.play();
  }

  /** The shot after this one; at the end the first one again, or none. */
  #next(): void {
    const deck = this.#decks[this.#at];
    const here = this.#pieceIn(deck);
    const last = here + 1 >= this.timeline.pieces.length;
    if (last && !this.habits.loop) {
      this.#halt();
      this.#show(this.lastFrame);
      return;
    }
    const index = last ? 0 : here + 1;
    const piece = this.timeline.pieces[index] as Piece;
    deck.player?.pause();
    this.#at = this.#deckFor(index, piece.from);
    this.#run();
    if (this.#decks[this.#at].painted) this.#whenPainted(this.#at);
  }

  /** Follows the deck that plays, to its last frame. */
  #watch(): void {
    this.#stopBeat?.();
    let before: number | null = null;
    const tick = (now: number): void => {
      if (this.motion !== 'forward') return;
      const beat = Math.min(before === null ? 0 : Math.max(0, now - before), LONGEST_BEAT);
      before = now;
      this.#judge(beat);
      // `#judge` may have come to the end.
      if ((this.motion as Motion) === 'forward') this.#stopBeat = this.#beat(tick);
    };
    this.#stopBeat = this.#beat(tick);
  }

  /** Whether the last frame of the piece has had its time. `beat` is how long until this is asked again, in milliseconds. */
  #judge(beat: number): void {
    const deck = this.#decks[this.#at];
    const { player, shot } = deck;
    const piece = this.#piece;
    if (!player || !piece) return;
    if (player.doubtful && !deck.doubted) {
      deck.doubted = true;
      this.#ondoubt(shot);
    }
    if (player.trouble === 'decoder_missing') {
      this.noDecoder = true;
      return this.#halt();
    }
    if (player.trouble !== null) return this.#onbroken(shot);
    if (!player.ready) return;
    if (player.motion === 'still') {
      // It came to the end of its file, or the system refused to let it play.
      if (player.frame >= piece.to) this.#next();
      else this.#halt();
      return;
    }
    // The nearer of this beat and the next: a frame beyond the last one is never drawn.
    const ahead = (beat / 2000) * this.habits.rate * this.speed;
    if (player.seconds + ahead >= (piece.to + 1) / piece.rate.fps) this.#next();
  }

  /** Video elements do not play backward, so the frames are sought one after another by the clock. */
  #backward(speed: number): void {
    if (this.timeline.pieces.length === 0) return;
    const from = this.timeline.secondsAt(this.frame);
    if (this.motion === 'forward') this.pause();
    this.#stopBeat?.();
    this.motion = 'backward';
    this.speed = speed;
    let began: number | null = null;
    const tick = (now: number): void => {
      began ??= now;
      const seconds = from - ((now - began) / 1000) * speed * this.habits.rate;
      const frame = seconds <= 0 ? 0 : this.timeline.frameAt(seconds);
      if (frame !== this.frame) this.#show(frame);
      if (frame === 0) this.#halt();
      else this.#stopBeat = this.#beat(tick);
    };
    this.#stopBeat = this.#beat(tick);
  }
}
