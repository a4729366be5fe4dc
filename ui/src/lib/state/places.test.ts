import { describe, expect, it, vi } from 'vitest';
import { Compose, type Order } from './compose.svelte';
import { Navigation, navigation } from './navigation.svelte';
import { nearestFrames, titleOf } from './request';
import { roomOf } from './theme.svelte';

describe('navigation', () => {
  it('leaves the viewer for where it was entered from', () => {
    const places = new Navigation();
    places.films('f', true);
    places.view('a');
    places.view('b');
    places.leaveViewer();
    expect(places.place, 'the film, which does not begin to play again').toEqual({
      at: 'films',
      film: 'f',
      play: false,
    });
    places.gallery();
    places.view('a');
    places.leaveViewer();
    expect(places.place).toEqual({ at: 'gallery' });
  });

  it('keeps the composer open or closed for each place', () => {
    const it = new Navigation();
    expect(it.composer).toBe(true);
    it.view('c');
    expect(it.composer, 'the viewer begins without it').toBe(false);
    it.toggleComposer();
    it.gallery();
    it.toggleComposer();
    it.view('d');
    expect(it.composer).toBe(true);
    it.settings();
    expect(it.composer, 'there is none beside the settings').toBe(false);
    it.showComposer();
    expect([it.place.at, it.composer], 'composing leaves the settings').toEqual(['gallery', true]);
    expect(it.lastViewed, 'whose card takes the focus back').toBe('d');
  });
});

describe('compose', () => {
  it('keeps orders until the composer stands, in order', async () => {
    const it = new Compose();
    const taken: Order[] = [];
    await it.continueFrom('c');
    await it.storyboardFrom('d');
    await it.focus();
    it.takeOrders(async (order) => void taken.push(order));
    expect(taken).toEqual([
      { kind: 'continue', clip: 'c', frame: null, board: false },
      { kind: 'continue', clip: 'd', frame: null, board: true },
      { kind: 'focus' },
    ]);
  });

  it('gives orders to the composer that stands, and shows it', async () => {
    const it = new Compose();
    const taker = vi.fn(async () => undefined);
    const stop = it.takeOrders(taker);
    navigation.settings();
    await it.use({ prompt: 'A boat' });
    expect(taker).toHaveBeenCalledWith({ kind: 'use', request: { prompt: 'A boat' } });
    expect(navigation.composer).toBe(true);
    stop();
    await it.focus();
    expect(taker, 'a composer that is gone is not called').toHaveBeenCalledTimes(1);
  });
});

describe('a title', () => {
  it.each([
    ['A boat. It drifts.', 'A boat'],
    ['落日触到海面，涌浪化作铜色。镜头静止。', '落日触到海面，涌浪化作铜色'],
    ['', ''],
    ['...', '...'],
  ])('%s → %s', (prompt, title) => {
    expect(titleOf(prompt)).toBe(title);
  });

  it('is cut at a word', () => {
    expect(titleOf('one two three four', 12)).toBe('one two…');
  });
});

it.each([
  [2.4, 57],
  [5, 121],
  [0, 29],
  [99, 289],
])('%s s is nearest to %s frames', (seconds, frames) => {
  expect(nearestFrames(seconds), 'as the program rounds').toBe(frames);
});

it('the room is the choice, or the system’s', () => {
  expect([roomOf('system', true), roomOf('system', false), roomOf('darkroom', true)]).toEqual([
    'lightbox',
    'darkroom',
    'darkroom',
  ]);
});
