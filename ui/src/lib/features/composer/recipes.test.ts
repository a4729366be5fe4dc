import { expect, it } from 'vitest';
import { carriesRecipe } from './recipes';

it.each([
  ['clip.mp4', 'video/mp4', true],
  ['CLIP.MP4', '', true],
  ['recipe.json', 'application/json', true],
  ['still.png', 'image/png', false],
  ['mp4', '', false],
  ['clip.mp4.png', 'image/png', false],
])('%s (%s) may carry a recipe: %s', (name, type, may) => {
  expect(carriesRecipe({ name, type })).toBe(may);
});
