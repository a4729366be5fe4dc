import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExportEnd, ExportOptions, ExportProgress } from '$lib/ipc/bindings';
import { Exports } from './exports.svelte';
import { messages } from './messages.svelte';

const OPTIONS: ExportOptions = { reencode: false, size: null, fps: null, skip_repeated: true, recipe: true };

const progress = (frames_done: number, ended: ExportEnd | null = null): ExportProgress => ({
  film: 'f',
  frames_done,
  frames: 100,
  seconds_left: null,
  ended,
});

let exports: Exports;
const commands = {
  exportFilm: vi.fn(async (): Promise<string | null> => '/out.mp4'),
  cancelExport: vi.fn(async () => null),
  revealExport: vi.fn(async () => null),
};

beforeEach(() => {
  exports = new Exports(commands);
  messages.toasts = [];
});

describe('an export', () => {
  it('is under way from its first news on, under the title it was begun with', async () => {
    expect(await exports.start('f', 'Night watch', OPTIONS)).toBe(true);
    exports.heard({ kind: 'export', value: progress(10) });
    expect([exports.running('f'), exports.all[0]?.title]).toEqual([true, 'Night watch']);
    exports.heard({ kind: 'export', value: progress(100, { kind: 'done', path: '/out.mp4' }) });
    expect([exports.running('f'), exports.all.length], 'how it ended stays until it is put away').toEqual([false, 1]);
    exports.putAway('f');
    expect(exports.all).toEqual([]);
  });

  it('does not begin when no file was chosen', async () => {
    commands.exportFilm.mockResolvedValueOnce(null);
    expect(await exports.start('f', 'Night watch', OPTIONS)).toBe(false);
    expect(exports.all).toEqual([]);
  });

  it('that was stopped goes away with a word', async () => {
    await exports.start('f', 'Night watch', OPTIONS);
    exports.heard({ kind: 'export', value: progress(10) });
    await exports.stop('f');
    expect(commands.cancelExport).toHaveBeenCalledWith('f');
    exports.heard({ kind: 'export', value: progress(12) });
    expect(exports.all[0]?.stopping, 'it is still being stopped').toBe(true);
    exports.heard({ kind: 'export', value: progress(12, { kind: 'canceled' }) });
    expect(exports.all).toEqual([]);
    expect(messages.toasts[0]?.text).toContain('Nothing was left behind');
  });

  it('that failed stays with its reason', () => {
    const error = { code: 'storage', message: 'The disk is full.', field: null, hint: null, reason: null } as const;
    exports.heard({ kind: 'export', value: progress(12, { kind: 'failed', error }) });
    expect(exports.all[0]?.progress.ended).toEqual({ kind: 'failed', error });
    expect(messages.announcement).toContain('The disk is full.');
  });
});
