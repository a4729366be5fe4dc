// What a measurement says: a figure, and what it is held against: a limit that was promised, or a peer of the same run.

const sorted = (values) => values.toSorted((a, b) => a - b);

export const median = (values) => sorted(values)[Math.floor(values.length / 2)];

/** The value that 95 of 100 do not pass. */
export const p95 = (values) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * 0.95))];

const round = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

/** A figure that must not be over its limit. */
export const atMost = (what, value, unit, limit) => ({
  what,
  value: round(value),
  unit,
  against: `at most ${limit}`,
  kept: value <= limit,
});

/** A figure that must not be under its limit. */
export const atLeast = (what, value, unit, limit) => ({
  what,
  value: round(value),
  unit,
  against: `at least ${limit}`,
  kept: value >= limit,
});

/** A figure beside that of somebody else, in the same unit. */
export const beside = (what, value, unit, peer, its) => ({
  what,
  value: round(value),
  unit,
  against: `${peer}: ${round(its)}`,
  kept: undefined,
});

/** A figure that nothing was promised about. */
export const plain = (what, value, unit) => ({ what, value: round(value), unit, against: '', kept: undefined });

/** All rows as one table for people. */
export function show(rows) {
  const verdict = { true: 'kept', false: 'NOT KEPT', undefined: '' };
  console.table(
    rows.map(({ what, value, unit, against, kept }) => ({
      figure: what,
      measured: `${value} ${unit}`,
      against,
      '': verdict[kept],
    })),
  );
}
