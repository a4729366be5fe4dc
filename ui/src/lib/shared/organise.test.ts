import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type Commands } from '$lib/ipc/client';
import { library } from '$lib/state/library.svelte';
import { messages } from '$lib/state/messages.svelte';
import { restore, trash } from './organise';

describe('the way back from the trash', () => {
  let restored: string[][];

  beforeEach(() => {
    vi.useFakeTimers();
    restored = [];
    const commands: Partial<Commands> = {
      trashClips: async (ids) => ids.length,
      restoreClips: async (ids) => {
        restored.push(ids);
        return ids.length;
      },
    };
    useHost({ commands: commands as Commands, listen: async () => () => undefined, mediaUrl: () => '' });
    vi.spyOn(library, 'refresh').mockResolvedValue();
    messages.toasts = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const undo = (): void => messages.toasts.find(({ action }) => action)?.action?.run();

  it('is one for acts that follow each other, and leads back from all of them', async () => {
    await trash(['a', 'b']);
    await trash(['c', 'd']);
    await trash(['d', 'e']);
    expect(messages.toasts.map(({ text }) => text)).toEqual(['5 clips moved to the trash.']);
    undo();
    expect(restored).toEqual([['a', 'b', 'c', 'd', 'e']]);
  });

  it('is that of the last act once the toast of the one before is gone', async () => {
    await trash(['a', 'b']);
    vi.advanceTimersByTime(5_000);
    await trash(['c', 'd']);
    expect(messages.toasts.map(({ text }) => text)).toEqual(['2 clips moved to the trash.']);
    undo();
    expect(restored).toEqual([['c', 'd']]);
  });

  it('leads nowhere further than the toast that is shown', async () => {
    await trash(['a']);
    messages.toasts = [];
    await restore(['a']);
    await trash(['b', 'c']);
    undo();
    expect(restored.at(-1)).toEqual(['b', 'c']);
  });
});
