import { describe, expect, it } from 'vitest';
import { base64, draggedFrame, pastedPicture } from './pictures';

const dragged = (text: string) => ({ getData: () => text });

describe('a dragged frame', () => {
  it('is a clip and a frame of it', () => {
    expect(draggedFrame(dragged('{"clip":"c","frame":120}'))).toEqual({ clip: 'c', frame: 120 });
  });

  it.each([
    '',
    'not json',
    '{"clip":"c"}',
    '{"clip":1,"frame":0}',
    '{"clip":"c","frame":-1}',
    '{"clip":"c","frame":1.5}',
  ])('is nothing else: %s', (text) => {
    expect(draggedFrame(dragged(text)), 'anything can be dragged into a window').toBeNull();
  });
});

describe('a paste', () => {
  const file = (type: string) => new File(['x'], 'x', { type });
  const data = (files: File[], items: File[] = []) =>
    ({
      files,
      items: items.map((one) => ({ kind: 'file', getAsFile: () => one })),
    }) as unknown as DataTransfer;

  it('gives its picture, from files or from items', () => {
    expect(pastedPicture(data([file('text/plain'), file('image/png')]))?.type).toBe('image/png');
    expect(pastedPicture(data([], [file('image/jpeg')]))?.type, 'as some web views give it').toBe('image/jpeg');
  });

  it('of words is left to the field', () => {
    expect(pastedPicture(data([]))).toBeNull();
    expect(pastedPicture(null)).toBeNull();
  });
});

it('a large picture becomes base64 without overflowing the stack', async () => {
  const bytes = new Uint8Array(3_000_001).fill(250);
  const text = await base64(new Blob([bytes]));
  const back = atob(text);
  expect(back.length).toBe(bytes.length);
  expect([...new Set(back)], 'every byte is as it was').toEqual([String.fromCharCode(250)]);
});
