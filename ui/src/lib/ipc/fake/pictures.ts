// The fake media server: bundled stills and videos for clips, object URLs for imported pictures.

import type { ImageFormat, ImageRef, Ratio } from '../bindings';
import { CommandError } from '../host';
import type { Pictures } from './samples';

const stills = import.meta.glob<string>('./media/*.webp', { eager: true, query: '?url', import: 'default' });
const videos = import.meta.glob<string>('./media/*.mp4', { eager: true, query: '?url', import: 'default' });

const stillUrl = (name: string): string => stills[`./media/${name}.webp`] ?? '';
const videoUrl = (name: string): string => videos[`./media/${name}.mp4`] ?? '';

/** Stills that fit a ratio, for clips made here. */
const BY_SHAPE: Record<'wide' | 'tall' | 'square', string[]> = {
  wide: ['rain', 'aurora', 'ridges', 'clouds', 'sea-035', 'light-09'],
  tall: ['lant', 'alley', 'jelly'],
  square: ['moon', 'ink', 'forest'],
};

const shapeOf = (ratio: number): keyof typeof BY_SHAPE => (ratio > 1.4 ? 'wide' : ratio < 0.9 ? 'tall' : 'square');

export class PictureShelf {
  #clips: Map<string, Pictures>;
  #shapes = new Map<string, number>();
  #images = new Map<string, string>();
  #turn = 0;

  constructor(clips: Map<string, Pictures>) {
    this.#clips = clips;
  }

  /** Gives a new clip its pictures: it starts on the first frame it was given, if that is known. */
  dress(clip: string, width: number, height: number, firstFrame: ImageRef | null | undefined): void {
    const shelf = BY_SHAPE[shapeOf(width / height)];
    const still = shelf[this.#turn++ % shelf.length] ?? 'rain';
    this.#clips.set(clip, { still, end: still });
    this.#shapes.set(clip, width / height);
    const first = firstFrame ? this.#images.get(firstFrame.id) : undefined;
    if (first) this.#images.set(`poster:${clip}`, first);
  }

  shape(clip: string, width: number, height: number): void {
    this.#shapes.set(clip, width / height);
  }

  /** The URL behind a path of the media server. */
  url(path: string): string {
    const [, kind, name = ''] = /^(clips|images)\/(.+)$/.exec(path) ?? [];
    if (kind === 'images') {
      const clip = name.replace(/^frame-/, '').replace(/@.*$/, '');
      return this.#images.get(name) ?? stillUrl(this.#clips.get(clip)?.end ?? '');
    }
    const id = name.replace(/\.(mp4|last\.png|(?:poster|thumbnail)\.webp|strip\.webp)$/, '');
    const pictures = this.#clips.get(id);
    if (name.endsWith('.mp4')) return videoUrl(shapeOf(this.#shapes.get(id) ?? 16 / 9));
    if (name.endsWith('.strip.webp')) return stillUrl(`${shapeOf(this.#shapes.get(id) ?? 16 / 9)}.strip`);
    if (name.endsWith('.last.png')) return stillUrl(pictures?.end ?? '');
    return this.#images.get(`poster:${id}`) ?? stillUrl(pictures?.still ?? '');
  }

  /** Keeps a picture given as bytes, refused when the browser cannot read it. */
  async keep(bytes: Uint8Array<ArrayBuffer>): Promise<ImageRef> {
    const blob = new Blob([bytes], { type: sniff(bytes) ? `image/${sniff(bytes)}` : '' });
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      throw new CommandError({
        code: 'unreadable',
        message: 'This is not a picture that can be read.',
        field: null,
        hint: 'JPEG, PNG, WebP, BMP, TIFF and GIF are taken.',
        reason: null,
      });
    }
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    const id = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#images.set(id, URL.createObjectURL(blob));
    return { id, format: sniff(bytes) ?? 'png', width: bitmap.width, height: bitmap.height, bytes: bytes.length };
  }
}

function sniff(bytes: Uint8Array): ImageFormat | null {
  const text = String.fromCharCode(...bytes.slice(0, 12));
  if (text.startsWith('\x89PNG')) return 'png';
  if (text.startsWith('\xff\xd8')) return 'jpeg';
  if (text.startsWith('GIF8')) return 'gif';
  if (text.startsWith('BM')) return 'bmp';
  return text.startsWith('RIFF') && text.endsWith('WEBP') ? 'webp' : null;
}

/** Lets the person pick a file in the browser; null when they changed their mind. */
export function pickFile(): Promise<Uint8Array<ArrayBuffer> | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.oncancel = () => resolve(null);
    input.onchange = async () => {
      const file = input.files?.[0];
      resolve(file ? new Uint8Array(await file.arrayBuffer()) : null);
    };
    input.click();
  });
}

/** Width / height of a fixed ratio. */
export const aspectOf = (ratio: Ratio): number => {
  const [width = 16, height = 9] = ratio === 'adaptive' ? [16, 9] : ratio.split(':').map(Number);
  return width / height;
};
