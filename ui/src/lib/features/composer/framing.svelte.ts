// Bringing a picture of the draft into the clip's shape: what is offered, what was done, and the way back. The first
// picture stays in the library, so that nothing is lost by it.

import type { Framing, FramingOffer, ImageId, ImageRef, Request } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import type { Draft } from './draft.svelte';

/** Where a picture of the draft is. */
export type Place = Pick<FramingOffer, 'field' | 'index'>;

/** The picture at a place, if there is one. */
export function pictureAt(request: Required<Request>, { field, index }: Place): ImageRef | null {
  if (field === 'first_frame') return request.first_frame;
  if (field === 'last_frame') return request.last_frame;
  return request.reference_images[index] ?? null;
}

/** The request with another picture at a place. The clip that it continues stays the same: only its shape is another. */
export function withPicture(request: Required<Request>, { field, index }: Place, image: ImageRef): Partial<Request> {
  if (field === 'first_frame') return { first_frame: image };
  if (field === 'last_frame') return { last_frame: image };
  return { reference_images: request.reference_images.map((one, at) => (at === index ? image : one)) };
}

/** Width / height as a person says it: 2 : 1, 16 : 9, else 1.37 : 1. */
export function aspectWords(width: number, height: number): string {
  const aspect = width / height;
  for (const over of [1, 2, 3, 4, 5, 9, 16, 21]) {
    for (const under of [1, 2, 3, 4, 5, 9, 16, 21]) {
      if (Math.abs(Math.log(aspect / (over / under))) < 0.008) return `${over} : ${under}`;
    }
  }
  return aspect >= 1 ? `${aspect.toFixed(2)} : 1` : `1 : ${(1 / aspect).toFixed(2)}`;
}

/** The largest window of one shape in another, in shares of it. */
export function windowIn(picture: number, wanted: number): { width: number; height: number } {
  return picture > wanted ? { width: wanted / picture, height: 1 } : { width: 1, height: picture / wanted };
}

export class Framings {
  /** What a picture was made of, by the id of what came out. */
  #made = $state.raw<Record<ImageId, { from: ImageRef; how: Framing['how'] }>>({});
  /** Pictures that the person wants as they are. */
  #left = $state.raw<ImageId[]>([]);
  #draft: Draft;
  #commands: Pick<Commands, 'framePicture'>;

  constructor(draft: Draft, commands: Pick<Commands, 'framePicture'>) {
    this.#draft = draft;
    this.#commands = commands;
  }

  /** What is offered for a place now. One that would be refused is offered until it is mended. */
  offerAt(place: Place): FramingOffer | null {
    const image = pictureAt(this.#draft.request, place);
    const offer = this.#draft.check?.framings.find((one) => one.field === place.field && one.index === place.index);
    if (!image || !offer) return null;
    return !offer.refused && this.#left.includes(image.id) ? null : offer;
  }

  /** What was done to the picture at a place. */
  doneAt(place: Place): { from: ImageRef; how: Framing['how'] } | null {
    const image = pictureAt(this.#draft.request, place);
    return (image && this.#made[image.id]) ?? null;
  }

  leave(place: Place): void {
    const image = pictureAt(this.#draft.request, place);
    if (image) this.#left = [...this.#left, image.id];
  }

  /** What a framing makes of the picture at a place, kept beside it. Throws a `CommandError`. */
  async make(offer: FramingOffer, framing: Framing): Promise<ImageRef> {
    const image = pictureAt(this.#draft.request, offer);
    if (!image) throw CommandError.from(new Error('The picture is no longer there.'));
    return this.#commands.framePicture(image.id, offer.size, framing);
  }

  /** Puts what was made into the place of what it was made of. */
  use(place: Place, how: Framing['how'], made: ImageRef): void {
    const from = pictureAt(this.#draft.request, place);
    if (!from || from.id === made.id) return;
    this.#made = { ...this.#made, [made.id]: { from, how } };
    this.#draft.change(withPicture(this.#draft.request, place, made));
  }

  /** Brings the first picture back, and asks no more about it. */
  undo(place: Place): void {
    const done = this.doneAt(place);
    if (!done) return;
    this.#left = [...this.#left, done.from.id];
    this.#draft.change(withPicture(this.#draft.request, place, done.from));
  }
}
