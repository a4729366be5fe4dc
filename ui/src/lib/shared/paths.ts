// Paths as they are shown.

/** Where a clip's file is, to be shown: `file` stands in the clips folder, unless it was kept in an earlier one. */
export function pathOf(folder: string | undefined, file: string): string {
  const whole = /^([/\\]|[A-Za-z]:[/\\])/.test(file);
  return whole || !folder ? file : `${folder}/${file}`;
}
