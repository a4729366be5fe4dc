// The program's rules about pictures, and a canvas in the place of its pixels.

import type { Field, Framing, FramingOffer, ImageRef, PixelSize, ProblemCode, Ratio } from '../bindings';
import type { FullRequest } from '$lib/state/request';
import { SIZES, sizeOf } from './check';

/** Every picture of a request with its field. */
export const picturesOf = (request: FullRequest): [Field, ImageRef, number][] => [
  ...(request.first_frame ? [['first_frame', request.first_frame, 0] as [Field, ImageRef, number]] : []),
  ...(request.last_frame ? [['last_frame', request.last_frame, 0] as [Field, ImageRef, number]] : []),
  ...request.reference_images.map((image, index) => ['reference_images', image, index] as [Field, ImageRef, number]),
];

export function pictureProblem(image: ImageRef): { code: ProblemCode; message: string } | null {
  const { width, height } = image;
  const aspect = width / height;
  if (Math.min(width, height) <= 300 || Math.max(width, height) >= 6000)
    return {
      code: 'image_side',
      message: `The picture is ${width} × ${height} px; each side must be between 300 and 6000 px.`,
    };
  if (aspect <= 0.4 || aspect >= 2.5)
    return { code: 'image_aspect', message: `The picture is ${aspect.toFixed(2)} : 1; 0.4 to 2.5 is taken.` };
  if ((image.bytes ?? 0) >= 31_457_280) return { code: 'image_bytes', message: 'The picture must be under 30 MB.' };
  return null;
}

function nearest(width: number, height: number, resolution: '480p' | '720p' | '1080p'): PixelSize {
  const distance = (name: string): number => {
    const [w = 1, h = 1] = name.split(':').map(Number);
    return Math.abs(Math.log(w / h / (width / height)));
  };
  const names = Object.keys(SIZES) as Exclude<Ratio, 'adaptive'>[];
  const name = names.sort((a, b) => distance(a) - distance(b))[0] ?? '16:9';
  const [w, h] = SIZES[name][resolution];
  return { width: w, height: h };
}

export function framingOffers(request: FullRequest): FramingOffer[] {
  return picturesOf(request).flatMap(([field, image, index]) => {
    const free = field === 'reference_images' || request.ratio === 'adaptive';
    const resolution = field === 'reference_images' ? '720p' : request.resolution;
    const size = free ? nearest(image.width, image.height, resolution) : sizeOf(request);
    const refused = pictureProblem(image) !== null;
    const close = Math.abs(Math.log(image.width / image.height / (size.width / size.height))) <= 0.03;
    return refused || (!free && !close) ? [{ field, index, size, refused }] : [];
  });
}

/** A PNG of a picture in another shape. */
export async function frame(url: string, size: PixelSize, framing: Framing): Promise<Uint8Array<ArrayBuffer>> {
  const picture = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('There is no canvas.');
  context.fillStyle = '#000';
  if (framing.how === 'fit' && framing.background === 'edge') {
    context.drawImage(picture, 0, 0, 1, 1, 0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
  }
  context.fillRect(0, 0, size.width, size.height);
  const across = size.width / picture.width;
  const down = size.height / picture.height;
  const scale = framing.how === 'crop' ? Math.max(across, down) : Math.min(across, down);
  const [x, y] = framing.how === 'crop' ? [framing.x ?? 0.5, framing.y ?? 0.5] : [0.5, 0.5];
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.drawImage(picture, (size.width - width) * x, (size.height - height) * y, width, height);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
