// What a film is exported as: the options chosen, and what the program says would come of them. Only the answer to the last
// choice counts.

import type { ExportOptions, ExportPlan, FilmId, PixelSize } from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';

/** Heights that are offered, in pixels. */
export const HEIGHTS = [1080, 720, 480] as const;
/** Frames per second that are offered. */
export const RATES = [24, 25, 30] as const;

/** A picture of that height in the shape of another, both sides even as the codec wants them. */
export function sizeOf(shape: PixelSize, height: number): PixelSize {
  const even = (value: number): number => Math.max(2, Math.round(value / 2) * 2);
  return { width: even((height * shape.width) / shape.height), height: even(height) };
}

export class Plan {
  options = $state.raw<Required<ExportOptions>>({
    reencode: false,
    size: null,
    fps: null,
    skip_repeated: true,
    recipe: true,
  });
  plan = $state.raw<ExportPlan | null>(null);
  problem = $state.raw<CommandError | null>(null);
  readonly #commands: Pick<Commands, 'planExport'>;
  #turn = 0;

  constructor(commands: Pick<Commands, 'planExport'>) {
    this.#commands = commands;
  }

  /** Whether size and rate are open: where the clips are joined, both are theirs. */
  get encodes(): boolean {
    return this.options.reencode || this.plan?.route === 'reencode';
  }

  /** Changes some options and asks what that comes to. What is joined keeps the size and the rate of its clips. */
  async choose(film: FilmId, changes: Partial<ExportOptions>): Promise<void> {
    const next = { ...this.options, ...changes };
    this.options = changes.reencode === false ? { ...next, size: null, fps: null } : next;
    const turn = ++this.#turn;
    try {
      const plan = await this.#commands.planExport(film, this.options);
      if (turn !== this.#turn) return;
      this.plan = plan;
      this.problem = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.plan = null;
      this.problem = CommandError.from(thrown);
    }
  }
}
