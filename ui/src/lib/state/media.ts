// Where pictures and videos of the library are served from.

import type { ClipId, ImageId } from '$lib/ipc/bindings';
import { host } from '$lib/ipc/client';
import { app } from './app.svelte';

const url = (path: string): string => host().mediaUrl(app.session?.media ?? '', path);

/** The clip's MP4. */
export const videoUrl = (clip: ClipId): string => url(`clips/${clip}.mp4`);
/** The clip's first frame, at most 640 px wide. */
export const posterUrl = (clip: ClipId): string => url(`clips/${clip}.poster.webp`);
/** The same, at most 320 px wide. */
export const thumbnailUrl = (clip: ClipId): string => url(`clips/${clip}.thumbnail.webp`);
/** Small frames from all over the clip on one sheet, made when first asked for; see crates/media/src/strip.rs. */
export const sheetUrl = (clip: ClipId): string => url(`clips/${clip}.strip.webp`);
/** The clip's last frame, full size. */
export const lastFrameUrl = (clip: ClipId): string => url(`clips/${clip}.last.png`);
/** A picture kept in the library. */
export const imageUrl = (image: ImageId): string => url(`images/${image}`);
