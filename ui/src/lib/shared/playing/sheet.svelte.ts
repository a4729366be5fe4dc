// The small frames that the line of time shows under the pointer. They are made by the program when they are first asked
// for; asking is called off when the clip is left. A clip without them has none, and nothing is said about it.

/** As the program lays them out: `STRIP_COLUMNS` and `STRIP_TILES` of crates/media. */
const COLUMNS = 8;
const TILES = 48;

/** Where one small frame lies, for a CSS background. */
export interface Tile {
  url: string;
  /** Width ÷ height. */
  ratio: number;
  /** `background-size` and `background-position`. */
  size: string;
  position: string;
}

/** Which place on a sheet stands for a frame (from 0) of so many. */
export const placeOnSheet = (frame: number, frames: number): number =>
  frames <= 1 ? 0 : Math.round((frame * (Math.min(TILES, frames) - 1)) / (frames - 1));

/** Shape of a sheet of a clip with so many frames. */
export function shapeOfSheet(frames: number): { columns: number; rows: number } {
  const tiles = Math.min(TILES, frames);
  return { columns: Math.min(COLUMNS, tiles), rows: Math.ceil(tiles / COLUMNS) };
}

/** `background-position` in percent of one axis: CSS counts from the first to the last place. */
const percent = (at: number, of: number): string => `${of > 1 ? (at / (of - 1)) * 100 : 0}%`;

export class Sheet {
  readonly #frames: number;
  #loaded = $state.raw<{ url: string; ratio: number } | null>(null);

  constructor(frames: number) {
    this.#frames = frames;
  }

  /** Begins to load it; returns how to call that off. */
  load(url: string, image: HTMLImageElement = new Image()): () => void {
    if (this.#loaded) return () => undefined;
    image.onload = () => {
      const { columns, rows } = shapeOfSheet(this.#frames);
      const ratio = image.naturalWidth / columns / (image.naturalHeight / rows);
      if (Number.isFinite(ratio) && ratio > 0) this.#loaded = { url, ratio };
    };
    image.src = url;
    return () => {
      image.onload = null;
      // Ends the request, and with it the work of the program for it.
      if (!image.complete) image.src = '';
    };
  }

  /** The small frame nearest to a frame; null as long as there is none. */
  tile(frame: number): Tile | null {
    if (!this.#loaded) return null;
    const { columns, rows } = shapeOfSheet(this.#frames);
    const place = placeOnSheet(frame, this.#frames);
    return {
      ...this.#loaded,
      size: `${columns * 100}% ${rows * 100}%`,
      position: `${percent(place % columns, columns)} ${percent(Math.floor(place / columns), rows)}`,
    };
  }
}
