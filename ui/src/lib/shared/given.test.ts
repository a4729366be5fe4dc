import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carriesFiles, filesOf, Relay } from './given';

/** As much of a drag's event as is looked at; web views make the real ones. */
class Drag extends Event {
  readonly dataTransfer: { types: string[]; files: File[]; dropEffect: string };
  readonly clientX = 5;
  readonly clientY = 6;
  readonly relatedTarget = null;

  constructor(type: string, given: { types?: string[]; files?: File[]; dataTransfer?: unknown } & EventInit = {}) {
    super(type, { cancelable: true, ...given });
    this.dataTransfer = { types: given.types ?? [], files: given.files ?? [], dropEffect: 'none' };
  }
}

const asDrag = (event: Event): DragEvent => event as unknown as DragEvent;

describe('files of a drag', () => {
  let window: EventTarget;
  let heard: { type: string; files: string[] }[];
  const draggedFiles = vi.fn();
  const droppedFile = vi.fn(async (number: number) => btoa(`bytes of ${number}`));

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('DragEvent', Drag);
    vi.stubGlobal('DataTransfer', class {});
    draggedFiles.mockReset().mockResolvedValue([{ name: 'a.mp4', bytes: 7 }]);
    window = new EventTarget();
    vi.stubGlobal('document', window);
    heard = [];
    new Relay({ draggedFiles, droppedFile }).listen(window as Window);
    for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
      window.addEventListener(type, (event) => {
        if (carriesFiles(asDrag(event))) event.preventDefault();
        heard.push({ type, files: filesOf(asDrag(event)).map(({ name }) => name) });
      });
    }
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const drag = (type: string, types: string[]): Drag => {
    const event = new Drag(type, { types });
    window.dispatchEvent(event);
    return event;
  };
  const answered = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it('that the web view keeps to itself are told by the program, once a drag', async () => {
    expect(drag('dragenter', ['text/uri-list', 'text/html']).defaultPrevented, 'taken until it is known').toBe(true);
    expect(heard, 'nobody is told of what is not known yet').toEqual([]);
    await answered();
    const over = drag('dragover', ['text/uri-list', 'text/html']);
    expect(over.defaultPrevented, 'somebody took it').toBe(true);
    expect(over.dataTransfer.dropEffect).toBe('copy');
    drag('drop', ['text/uri-list', 'text/html']);
    await answered();
    expect(heard).toEqual([
      { type: 'dragover', files: ['a.mp4'] },
      { type: 'drop', files: ['a.mp4'] },
    ]);
    expect(draggedFiles).toHaveBeenCalledTimes(1);
  });

  it('are read only when somebody wants what is in them', async () => {
    let taken: Promise<Blob> | undefined;
    window.addEventListener('drop', (event) => (taken = filesOf(asDrag(event))[0]?.blob()));
    drag('dragover', ['text/uri-list']);
    await answered();
    expect(droppedFile).not.toHaveBeenCalled();
    drag('drop', ['text/uri-list']);
    await answered();
    expect(await (await taken)?.text()).toBe('bytes of 0');
  });

  it('are none in a link, which goes on as it is', async () => {
    draggedFiles.mockResolvedValue([]);
    drag('dragenter', ['text/uri-list']);
    await answered();
    expect(drag('dragover', ['text/uri-list']).defaultPrevented).toBe(false);
    expect(heard).toEqual([{ type: 'dragover', files: [] }]);
  });

  it('that the web view hands over, and what is dragged in the window, are nobody’s to ask about', () => {
    drag('dragover', ['Files', 'text/uri-list']);
    drag('dragover', ['application/x-lastframe-frame']);
    expect(draggedFiles).not.toHaveBeenCalled();
    expect(heard.length).toBe(2);
  });

  it('are asked about again in the next drag', async () => {
    drag('dragover', ['text/uri-list']);
    await vi.advanceTimersByTimeAsync(1_500);
    drag('dragover', ['text/uri-list']);
    expect(draggedFiles).toHaveBeenCalledTimes(2);
  });
});
