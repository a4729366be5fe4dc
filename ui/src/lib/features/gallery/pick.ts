// How this computer says "select this one as well" with a click.

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether a click adds to what is selected: ⌘ on a Mac, Ctrl elsewhere. */
export const isSelecting = (event: MouseEvent): boolean => (apple ? event.metaKey : event.ctrlKey);
