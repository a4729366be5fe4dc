// Which place the window shows, and whether the composer stands beside it.

import type { ClipId, FilmId } from '$lib/ipc/bindings';

export type Place =
  | { at: 'gallery' }
  | { at: 'viewer'; clip: ClipId }
  /** Without a film it is the one that was last looked at; `play` begins to play it. */
  | { at: 'films'; film: FilmId | null; play: boolean }
  | { at: 'usage' }
  | { at: 'settings' };

/** Places beside which the composer can stand, and whether it does at first. */
const COMPOSER: Partial<Record<Place['at'], boolean>> = { gallery: true, viewer: false, films: false };

export class Navigation {
  place = $state.raw<Place>({ at: 'gallery' });
  /** The clip last looked at: its card takes the focus back when the viewer closes. */
  lastViewed = $state.raw<ClipId | null>(null);
  /** The film from which the viewer was entered. */
  #before: Extract<Place, { at: 'films' }> | null = null;
  #composer = $state<Partial<Record<Place['at'], boolean>>>({ ...COMPOSER });

  go(place: Place): void {
    if (place.at === 'viewer') {
      this.lastViewed = place.clip;
      if (this.place.at !== 'viewer') this.#before = this.place.at === 'films' ? this.place : null;
    }
    this.place = place;
  }

  gallery(): void {
    this.go({ at: 'gallery' });
  }

  view(clip: ClipId): void {
    this.go({ at: 'viewer', clip });
  }

  /** Out of the viewer: back to the film from which a clip was opened, or to the gallery. */
  leaveViewer(): void {
    if (this.#before) this.films(this.#before.film);
    else this.gallery();
  }

  films(film: FilmId | null = null, play = false): void {
    this.go({ at: 'films', film, play });
  }

  usage(): void {
    this.go({ at: 'usage' });
  }

  settings(): void {
    this.go({ at: 'settings' });
  }

  /** Whether the composer is shown now. */
  get composer(): boolean {
    return this.#composer[this.place.at] ?? false;
  }

  toggleComposer(): void {
    const known = this.#composer[this.place.at];
    if (known !== undefined) this.#composer[this.place.at] = !known;
  }

  /** Shows the composer, leaving a place that has none. */
  showComposer(): void {
    if (COMPOSER[this.place.at] === undefined) this.gallery();
    this.#composer[this.place.at] = true;
  }
}

export const navigation = new Navigation();
