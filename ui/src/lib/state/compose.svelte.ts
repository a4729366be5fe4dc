// The way to the composer for features that may not import it. An order given before the composer stands is kept for it.

import type { ClipId, ImageRef, Request } from '$lib/ipc/bindings';
import { navigation } from './navigation.svelte';

/** What the composer can be asked to do. */
export type Order =
  /** The next shot after a clip: its last frame first, settings kept, prompt empty. */
  | { kind: 'continue'; clip: ClipId }
  /** All of a request, frames and seed included. */
  | { kind: 'use'; request: Request }
  /** A picture into a slot; with `clip` it is a frame of that clip. */
  | { kind: 'frame'; slot: 'first' | 'last'; image: ImageRef }
  /** Some values of an example over the present draft. */
  | { kind: 'begin'; values: Partial<Request> }
  /** Let the person pick the first frame. */
  | { kind: 'choose-first-frame' }
  /** Only put the caret into the prompt. */
  | { kind: 'focus' };

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

  /** Continue from the clip's last frame. Troubles are said by the composer. */
  continueFrom = (clip: ClipId): Promise<void> => this.#give({ kind: 'continue', clip });

  /** "Use these settings": fills in everything, frames included. */
  use = (request: Request): Promise<void> => this.#give({ kind: 'use', request });

  /** Puts a picture (for instance one of `ipc.takeFrame`) into a slot. */
  frame = (image: ImageRef, slot: 'first' | 'last' = 'first'): Promise<void> =>
    this.#give({ kind: 'frame', slot, image });

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
