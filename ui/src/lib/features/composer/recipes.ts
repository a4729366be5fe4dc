// Files that bring the settings of a clip: copies of clips, and recipes themselves.

/** The most that is read, in bytes: a copy of a clip is a few megabytes, and the whole file passes through the window. */
export const RECIPE_BYTES = 256 * 1024 * 1024;

/** Whether a file is one that may carry a recipe, by its type or name; the program judges whether it does. */
export const carriesRecipe = ({ name, type }: Pick<File, 'name' | 'type'>): boolean =>
  type === 'video/mp4' || type === 'application/json' || /\.(mp4|m4v|json)$/i.test(name);
