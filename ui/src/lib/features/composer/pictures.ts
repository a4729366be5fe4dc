// Pictures that arrive by hand: dropped or pasted files, and frames of clips dragged from elsewhere in the window.

import { carriesFiles, filesOf, type GivenFile } from '$lib/shared/given';
import { isList } from './lists';
import { carriesRecipe } from './recipes';

/** The type under which a clip's frame is dragged: JSON of {@link DraggedFrame}. */
export const FRAME_TYPE = 'application/x-lastframe-frame';

/** One frame of a clip, 0-based. */
export interface DraggedFrame {
  clip: string;
  frame: number;
}

/** Whether something dragged may be dropped as a frame. */
export const carriesPicture = (event: DragEvent): boolean =>
  carriesFiles(event) || (event.dataTransfer?.types.includes(FRAME_TYPE) ?? false);

/** The frame of a clip that was dragged, if it was one. */
export function draggedFrame(data: Pick<DataTransfer, 'getData'> | null): DraggedFrame | null {
  const text = data?.getData(FRAME_TYPE) ?? '';
  if (text === '') return null;
  try {
    const { clip, frame } = JSON.parse(text) as Partial<DraggedFrame>;
    return typeof clip === 'string' && Number.isInteger(frame) && (frame ?? -1) >= 0
      ? { clip, frame: frame ?? 0 }
      : null;
  } catch {
    return null;
  }
}

/** The files among those dropped that may be pictures: neither clips nor recipes nor lists. */
export const pictureFiles = (event: DragEvent): GivenFile[] =>
  filesOf(event).filter((file) => !carriesRecipe(file) && !isList(file));

/** A picture among what was pasted, if there is one. Some web views fill only `items`. */
export function pastedPicture(data: Pick<DataTransfer, 'files' | 'items'> | null): File | null {
  const files = [...(data?.files ?? [])];
  for (const item of data?.items ?? []) {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (file) files.push(file);
  }
  return files.find((file) => file.type.startsWith('image/')) ?? null;
}

/** A file's bytes as base64. */
export async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const chunks: string[] = [];
  // In pieces: one call with millions of arguments overflows the stack.
  for (let at = 0; at < bytes.length; at += 0x8000)
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(chunks.join(''));
}
