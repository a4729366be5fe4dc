// Files that people drag over the window and let go there. Most web views hand them to the page. WebKitGTK hands it none,
// since a page could name any file in a drag of its own: there the program, which hears the drag beside the page, says what
// is in it, and the drag goes on in the page as a twin that carries those files.

import { ipc, type Commands } from '$lib/ipc/client';
import type { DroppedFile } from '$lib/ipc/bindings';

/** A file as a drag brings it. */
export interface GivenFile {
  name: string;
  /** Its media type, where the web view says one; else empty. */
  type: string;
  /** Bytes. */
  size: number;
  /** What is in it. Throws a `CommandError` when it cannot be read. */
  blob(): Promise<Blob>;
}

const told = new WeakMap<Event, readonly GivenFile[]>();

/** Whether something that is dragged carries files. */
export const carriesFiles = (event: DragEvent): boolean =>
  told.has(event) || (event.dataTransfer?.types.includes('Files') ?? false);

/** The files of a drag, in their order; while they are only over the window, most web views name none. */
export const filesOf = (event: DragEvent): readonly GivenFile[] =>
  told.get(event) ?? [...(event.dataTransfer?.files ?? [])].map(given);

/** A file that the web view handed over. */
export const given = (file: File): GivenFile => ({
  name: file.name,
  type: file.type,
  size: file.size,
  blob: async () => file,
});

type Calls = Pick<Commands, 'draggedFiles' | 'droppedFile'>;

/** Whether a drag may carry files that the web view keeps to itself. */
const mayCarry = (types: readonly string[]): boolean => types.includes('text/uri-list') && !types.includes('Files');

/** Milliseconds without a word of a drag after which the next one is another. */
const OVER_AFTER = 1_000;

/** Lets every drag whose files the web view keeps to itself go on with those that the program tells of. */
export class Relay {
  #commands: Calls;
  /** What the program says of the drag that is under way; its answer once it is here. */
  #asked: Promise<readonly GivenFile[]> | null = null;
  #files: readonly GivenFile[] | null = null;
  #end: ReturnType<typeof setTimeout> | undefined;

  constructor(commands: Calls) {
    this.#commands = commands;
  }

  /** Listens before everybody else does. */
  listen(window: Window): void {
    for (const type of ['dragenter', 'dragover', 'dragleave'] as const)
      window.addEventListener(type, (event) => this.#moved(event), { capture: true });
    window.addEventListener('drop', (event) => void this.#dropped(event), { capture: true });
  }

  #ask(): Promise<readonly GivenFile[]> {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => {
      this.#asked = this.#files = null;
    }, OVER_AFTER);
    this.#asked ??= this.#commands.draggedFiles().then(
      (files) => (this.#files = files.map((file, number) => this.#file(file, number))),
      () => (this.#files = []),
    );
    return this.#asked;
  }

  #file({ name, bytes }: DroppedFile, number: number): GivenFile {
    const blob = async (): Promise<Blob> => {
      const data = await this.#commands.droppedFile(number);
      return new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]);
    };
    return { name, type: '', size: bytes ?? 0, blob };
  }

  #moved(event: DragEvent): void {
    if (told.has(event) || !event.dataTransfer || !mayCarry(event.dataTransfer.types)) return;
    void this.#ask();
    // A link, or what the window itself drags, goes on as it is.
    if (this.#files?.length === 0) return;
    event.stopImmediatePropagation();
    // Until the program has answered it is taken for files: a drag that is refused once is not offered again.
    const taken = this.#files === null || this.#twin(event, this.#files);
    if (!taken) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  }

  async #dropped(event: DragEvent): Promise<void> {
    if (told.has(event) || !event.dataTransfer || !mayCarry(event.dataTransfer.types)) return;
    if (this.#files?.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target } = event; // which the event forgets once it is over
    const files = await this.#ask();
    clearTimeout(this.#end);
    this.#asked = this.#files = null;
    if (files.length > 0) this.#twin(event, files, target);
  }

  /** The same event with files. Whether somebody took it. */
  #twin(event: DragEvent, files: readonly GivenFile[], target = event.target): boolean {
    const { type, clientX, clientY, relatedTarget } = event;
    const where = { bubbles: true, cancelable: true, composed: true, clientX, clientY, relatedTarget };
    const twin = new DragEvent(type, { ...where, dataTransfer: new DataTransfer() });
    told.set(twin, files);
    return !(target ?? document).dispatchEvent(twin);
  }
}

/** The one of this window. */
export const relay = new Relay(ipc);
