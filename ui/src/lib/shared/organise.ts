// What can be done with one clip or many: star, tags, name and note, the trash, copies in a folder. What is held changes at
// once; the order follows when the program has answered.

import { t } from '$lib/i18n/translate';
import type { Clip, ClipId, Mark } from '$lib/ipc/bindings';
import { ipc } from '$lib/ipc/client';
import { attempt } from '$lib/state/attempt';
import { library } from '$lib/state/library.svelte';
import { messages, type Toast } from '$lib/state/messages.svelte';
import { marksOf, nameOf } from '$lib/state/request';

/** How many clips are deleted at once: each means files that go. */
const AT_ONCE = 500;
/** How many clips of the trash are looked at, at once, to add up what they take. */
const LOOK = 500;

/** What a clip is with a mark. */
export function marked(clip: Clip, mark: Mark): Clip {
  switch (mark.kind) {
    case 'star':
      return { ...clip, starred: mark.on };
    case 'note':
      return { ...clip, note: mark.text };
    case 'name':
      return { ...clip, name: mark.text.trim() || null };
    case 'tag': {
      const others = marksOf(clip).tags.filter((tag) => tag !== mark.name);
      return { ...clip, tags: mark.on ? [...others, mark.name].sort((a, b) => a.localeCompare(b)) : others };
    }
  }
}

/** Marks clips. Whether that was taken. */
export async function mark(ids: readonly ClipId[], change: Mark): Promise<boolean> {
  const taken = await attempt(() => ipc.markClips([...ids], change));
  if (taken) library.patch(ids, (clip) => marked(clip, change));
  void library.refresh();
  return taken;
}

/** Puts a star on clips or takes it off, and tells a screen reader. */
export async function star(ids: readonly ClipId[], on: boolean): Promise<void> {
  if (await mark(ids, { kind: 'star', on })) {
    messages.announce(t(on ? 'find.starred' : 'find.unstarred', { count: ids.length }));
  }
}

const called = (ids: readonly ClipId[]): string => {
  const clip = ids.length === 1 ? library.clips.get(ids[0] ?? '') : undefined;
  return clip ? nameOf(clip) || t('app.untitled') : '';
};

/** What went into the trash while its toast is shown. */
let lately: { toast: Toast | undefined; ids: readonly ClipId[] } | null = null;

/**
 * Puts clips into the trash; a toast says so, with a way back. Acts that follow each other while it is shown have one
 * toast, whose way back is that of all of them: none is lost to the next one's.
 */
export async function trash(ids: readonly ClipId[]): Promise<void> {
  const title = called(ids);
  if (!(await attempt(() => ipc.trashClips([...ids])))) return;
  const before = lately?.toast && messages.toasts.includes(lately.toast) ? lately : null;
  const all = before ? [...new Set([...before.ids, ...ids])] : ids;
  if (before?.toast) messages.dismiss(before.toast.id);
  const words = title && !before ? t('find.trashed-one', { title }) : t('find.trashed', { count: all.length });
  const action = { label: t('find.undo'), run: (): void => void restore(all) };
  messages.say(words, { action });
  lately = { toast: messages.toasts.at(-1), ids: all };
  await library.refresh();
}

/** Takes clips out of the trash. */
export async function restore(ids: readonly ClipId[]): Promise<void> {
  let count = 0;
  if (!(await attempt(async () => (count = await ipc.restoreClips([...ids]))))) return;
  messages.say(t('find.restored', { count }));
  await library.refresh();
}

/** Deletes clips that are in the trash, for good. Whether that was done. */
export async function deleteForGood(ids: readonly ClipId[]): Promise<boolean> {
  let count = 0;
  const done = await attempt(async () => {
    for (let at = 0; at < ids.length; at += AT_ONCE) count += await ipc.deleteClips(ids.slice(at, at + AT_ONCE));
  });
  if (count > 0) messages.say(t('find.deleted', { count }));
  await library.refresh();
  return done;
}

/** Copies clips into a folder that the person chooses. */
export const exportClips = (ids: readonly ClipId[]): Promise<boolean> =>
  attempt(async () => {
    const exported = await ipc.exportClips([...ids]);
    if (exported) messages.say(t('find.exported', { count: exported.files, folder: exported.folder }));
  });

/** Copies the words that a clip was made from. */
export const copyPrompt = (clip: Clip): Promise<boolean> =>
  attempt(async () => {
    await navigator.clipboard.writeText(clip.request.prompt ?? '');
    messages.say(t('find.prompt-copied'));
  });

/** Bytes that the files of clips take, those that are not held looked up in the order shown. */
export async function bytesOf(ids: readonly ClipId[]): Promise<number> {
  const wanted = new Set(ids);
  let bytes = 0;
  const count = (clip: Clip): void => {
    if (wanted.delete(clip.id)) bytes += clip.media.bytes ?? 0;
  };
  for (const id of ids) {
    const clip = library.clips.get(id);
    if (clip) count(clip);
  }
  for (let at = 0; wanted.size > 0 && at < library.total; at += LOOK) {
    (await ipc.galleryPage(library.shown, at, LOOK)).forEach(count);
  }
  return bytes;
}
