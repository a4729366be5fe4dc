// The way to the composer for features that may not import it. An order given before the composer stands is kept for it.

import type { ClipId, Field, ImageRef, Preset, Request } from '$lib/ipc/bindings';
import { navigation } from './navigation.svelte';

/** What the service said of a request that it refused, and of which field. */
export interface ServiceRefusal {
  field: Field;
  words: string;
}

/** A frame of a clip, from 0; `null` is its last. */
export interface FrameOf {
  clip: ClipId;
  frame: number | null;
}

/** What the composer can be asked to do. */
export type Order =
  /**
   * The next shot after a clip: its last frame, or the one of that number, first; settings kept, prompt empty. `board` begins
   * a storyboard with it, where that worked.
   */
  | { kind: 'continue'; clip: ClipId; frame: number | null; board: boolean }
  /** All of a request, frames and seed included; with what the service refused about it, if it did. */
  | { kind: 'use'; request: Request; refusal?: ServiceRefusal }
  /** The settings of a preset; pictures stay. */
  | { kind: 'preset'; preset: Preset }
  /** Words into the prompt, at its caret. */
  | { kind: 'insert'; words: string }
  /** Opens something of the composer's own. */
  | { kind: 'open'; what: ComposerPart }
  /** A picture into a slot; with `of` it is a frame of that clip, and as a first frame it continues it. */
  | { kind: 'frame'; slot: 'first' | 'last' | 'reference'; image: ImageRef; of?: FrameOf }
  /** The seed of a clip, and nothing else of it. */
  | { kind: 'seed'; seed: number }
  /** Some values of an example over the present draft. */
  | { kind: 'begin'; values: Partial<Request> }
  /** Let the person pick the first frame. */
  | { kind: 'choose-first-frame' }
  /** Only put the caret into the prompt. */
  | { kind: 'focus' };

/** What of the composer opens over it. */
export type ComposerPart = 'past' | 'templates' | 'save-preset' | 'manage-presets' | 'storyboard';

type Taker = (order: Order) => Promise<void>;

export class Compose {
  #taker: Taker | null = null;
  #waiting: Order[] = [];

  /** The composer says that it stands; the returned function takes that back. */
  takeOrders(taker: Taker): () => void {
    this.#taker = taker;
    for (const order of this.#waiting.splice(0)) void taker(order);
    return () => {
      if (this.#taker === taker) this.#taker = null;
    };
  }

  /** Continue from the clip's last frame, or from the one of that number. Troubles are said by the composer. */
  continueFrom = (clip: ClipId, frame: number | null = null): Promise<void> =>
    this.#give({ kind: 'continue', clip, frame, board: false });

  /** Continue from the clip's last frame with a storyboard: it opens once its first shot has that frame. */
  storyboardFrom = (clip: ClipId): Promise<void> => this.#give({ kind: 'continue', clip, frame: null, board: true });

  /** "Use these settings": fills in everything, frames included. */
  use = (request: Request, refusal?: ServiceRefusal): Promise<void> => {
    // A file that was brought in may not say who made it: then the model of the form stays the usual one.
    const model = request.model === 'unknown' ? undefined : request.model;
    return this.#give({ kind: 'use', request: { ...request, model }, refusal });
  };

  /** Applies a preset. */
  preset = (preset: Preset): Promise<void> => this.#give({ kind: 'preset', preset });

  /** Puts words into the prompt. */
  insert = (words: string): Promise<void> => this.#give({ kind: 'insert', words });

  /** Opens a part of the composer that lies over it. */
  open = (what: ComposerPart): Promise<void> => this.#give({ kind: 'open', what });

  /** Puts a picture (for instance one of `ipc.takeFrame`, `of` a clip) into a slot. */
  frame = (image: ImageRef, slot: 'first' | 'last' | 'reference' = 'first', of?: FrameOf): Promise<void> =>
    this.#give({ kind: 'frame', slot, image, of });

  /** "Use this seed": what is in the form stays. */
  seed = (seed: number): Promise<void> => this.#give({ kind: 'seed', seed });

  /** An example of the empty gallery. */
  begin = (values: Partial<Request>): Promise<void> => this.#give({ kind: 'begin', values });

  /** Lets the person pick a picture for the first slot. */
  chooseFirstFrame = (): Promise<void> => this.#give({ kind: 'choose-first-frame' });

  focus = (): Promise<void> => this.#give({ kind: 'focus' });

  async #give(order: Order): Promise<void> {
    navigation.showComposer();
    if (this.#taker) await this.#taker(order);
    else this.#waiting.push(order);
  }
}

export const compose = new Compose();
