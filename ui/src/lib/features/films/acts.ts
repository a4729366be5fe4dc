// What can be done with the film that is looked at: each is said when it was done or could not be, with a way back where
// there is one.

import { t } from '$lib/i18n/translate';
import type { Clip, ClipId, FilmShot, FilmTake, FilmView } from '$lib/ipc/bindings';
import { ipc } from '$lib/ipc/client';
import { attempt } from '$lib/state/attempt';
import { compose } from '$lib/state/compose.svelte';
import { films } from '$lib/state/films.svelte';
import { messages } from '$lib/state/messages.svelte';
import { navigation } from '$lib/state/navigation.svelte';
import { nameOf, titleOf } from '$lib/state/request';

/** What a clip is called in a film. */
export const called = (clip: Clip, most?: number): string => nameOf(clip, most) || t('app.untitled');

/** What a film is called. */
export const filmTitle = ({ title }: Pick<FilmView, 'title'>): string => titleOf(title, 60) || t('app.untitled');

/** Shows a film, and keeps it as the one that is looked at. */
export const show = (id: string): void => navigation.films(id);

/** Puts another take on the path. */
export async function pick(at: number, take: FilmTake): Promise<boolean> {
  const done = await attempt(() => films.change({ kind: 'pick', at, clip: take.clip.id }));
  if (done) messages.announce(t('films.take-picked', { title: called(take.clip) }));
  return done;
}

export const insert = (at: number, clip: ClipId): Promise<boolean> =>
  attempt(() => films.change({ kind: 'insert', at, clip }));

/** Takes a shot out of the path; a toast leads back. */
export async function detach(at: number, { clip }: FilmShot): Promise<boolean> {
  const film = films.wanted;
  const done = await attempt(() => films.change({ kind: 'detach', at }));
  const back = async (): Promise<void> => {
    if (film === null) return;
    await films.look(film);
    await insert(at, clip.id);
  };
  if (done)
    messages.say(t('films.detached', { title: called(clip) }), {
      action: { label: t('films.undo'), run: () => void back() },
    });
  return done;
}

/** Moves a shot along the path. Whether it stands there now. */
export async function move(from: number, to: number, { clip }: FilmShot): Promise<boolean> {
  if (from === to) return false;
  const done = await attempt(() => films.change({ kind: 'move', from, to }));
  if (done) messages.announce(t('films.moved', { title: called(clip), index: to + 1 }));
  return done;
}

export const rename = (name: string): Promise<boolean> => attempt(() => films.change({ kind: 'rename', name }));

export const note = (text: string): Promise<boolean> => attempt(() => films.change({ kind: 'note', note: text }));

export async function duplicate(film: FilmView): Promise<void> {
  if (!(await attempt(() => films.duplicate(t('films.copy-of', { title: filmTitle(film) }))))) return;
  if (films.wanted !== null) show(films.wanted);
  messages.say(t('films.duplicated'));
}

/** Deletes a saved film; its clips stay, and a toast leads back. */
export async function remove(film: FilmView): Promise<void> {
  const title = filmTitle(film);
  let saved: Awaited<ReturnType<typeof films.remove>> = null;
  if (!(await attempt(async () => (saved = await films.remove())))) return;
  navigation.films();
  const back = async (): Promise<void> => {
    if (saved && (await attempt(() => films.restore(saved as NonNullable<typeof saved>)))) show(film.id);
  };
  messages.say(t('films.deleted', { title }), { action: { label: t('films.undo'), run: () => void back() } });
}

/** Continues a clip from its last frame: the composer comes beside the film. */
export const goOn = (clip: Clip): void => void compose.continueFrom(clip.id);

/** Continues a clip from its last frame with several shots, written ahead. */
export const writeOn = (clip: Clip): void => void compose.storyboardFrom(clip.id);

/** Gives out all clips with lists for editing programs. */
export const exportShots = (film: FilmView): Promise<boolean> =>
  attempt(async () => {
    const path = await ipc.exportShots(film.id);
    if (path !== null) messages.say(t('export.shots-done', { path }));
  });

/** Saves a picture of the frames at every seam. */
export const contactSheet = (film: FilmView): Promise<boolean> =>
  attempt(async () => {
    const path = await ipc.contactSheet(film.id);
    if (path !== null) messages.say(t('export.sheet-done', { path }));
  });
