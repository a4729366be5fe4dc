// How the person likes to see films, kept in the web view from start to start: whether repeated frames are left out, and
// whether a seam is seen side by side or in one place.

export type SeamView = 'beside' | 'over';

const KEY = 'films.taste';

type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export class Taste {
  #skipRepeated = $state(true);
  #seamView = $state<SeamView>('beside');
  readonly #shelf: () => Shelf;

  constructor(shelf: () => Shelf) {
    this.#shelf = shelf;
    try {
      const kept = JSON.parse(shelf().getItem(KEY) ?? '{}') as Partial<Record<'skipRepeated' | 'seamView', unknown>>;
      this.#skipRepeated = kept.skipRepeated !== false;
      this.#seamView = kept.seamView === 'over' ? 'over' : 'beside';
    } catch {
      // A web view without storage, or one that keeps something else there: the usual taste.
    }
  }

  get skipRepeated(): boolean {
    return this.#skipRepeated;
  }

  set skipRepeated(on: boolean) {
    this.#skipRepeated = on;
    this.#keep();
  }

  get seamView(): SeamView {
    return this.#seamView;
  }

  set seamView(view: SeamView) {
    this.#seamView = view;
    this.#keep();
  }

  #keep(): void {
    try {
      this.#shelf().setItem(KEY, JSON.stringify({ skipRepeated: this.#skipRepeated, seamView: this.#seamView }));
    } catch {
      return;
    }
  }
}

export const taste = new Taste(() => localStorage);
