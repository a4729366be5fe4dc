// Presets and earlier prompts as the library keeps them: see crates/library/src/presets.rs and prompts.rs.

import type { Clip, Job, PastPrompt, Preset, PresetProblem, Request } from '../bindings';
import { CommandError } from '../host';

const PRESETS = 'fake-presets';

const folded = (name: string): string => name.toLowerCase();

const refusal = (code: PresetProblem, message: string): CommandError =>
  new CommandError({ code: 'invalid', message, field: null, hint: null, reason: { kind: 'preset', code } });

function checkedName(name: string): string {
  const words = name.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
  if (words === '') throw refusal('name_empty', 'A preset needs a name.');
  if ([...words].length > 60) throw refusal('name_too_long', 'A preset’s name has at most 60 characters.');
  return words;
}

/** Presets that survive a reload of the page. */
export class PresetShelf {
  all(): Preset[] {
    return JSON.parse(sessionStorage.getItem(PRESETS) ?? '[]') as Preset[];
  }

  #keep(presets: Preset[]): void {
    sessionStorage.setItem(PRESETS, JSON.stringify(presets));
  }

  #take(name: string): [Preset, Preset[]] {
    const all = this.all();
    const one = all.find((preset) => folded(preset.name) === folded(name));
    if (!one)
      throw new CommandError({
        code: 'not_found',
        message: `There is no preset called “${name}”.`,
        field: null,
        hint: null,
        reason: null,
      });
    return [one, all.filter((preset) => preset !== one)];
  }

  #free(name: string, others: Preset[]): void {
    if (others.some((preset) => folded(preset.name) === folded(name)))
      throw refusal('name_taken', 'There is a preset of this name.');
  }

  save(asked: string, request: Request, replace: boolean): Preset {
    const name = checkedName(asked);
    if (!replace) this.#free(name, this.all());
    const others = this.all().filter((preset) => folded(preset.name) !== folded(name));
    const bare = { first_frame: null, last_frame: null, reference_images: [], continues: null };
    const preset = { name, request: { ...request, prompt: (request.prompt ?? '').trim(), ...bare } };
    this.#keep([...others, preset]);
    return preset;
  }

  rename(from: string, to: string): Preset {
    const name = checkedName(to);
    const [one, others] = this.#take(from);
    this.#free(name, others);
    this.#keep([...others, { ...one, name }]);
    return { ...one, name };
  }

  remove(name: string): Preset {
    const [one, others] = this.#take(name);
    this.#keep(others);
    return one;
  }
}

/** Prompts of jobs and clips, newest first, each once, with every word of the search in them. */
export function pastPrompts(made: (Job | Clip)[], search: string, limit: number): PastPrompt[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const past = new Map<string, PastPrompt>();
  // A clip's job is the clip itself here.
  const jobs = new Map(made.map((one) => ['job' in one ? one.job : one.id, one]));
  const newest = [...jobs.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  for (const one of newest) {
    const prompt = (one.request.prompt ?? '').trim();
    const known = past.get(prompt);
    if (known) known.times += 1;
    else if (prompt !== '') past.set(prompt, { prompt, used_at: one.created_at, times: 1 });
  }
  return [...past.values()]
    .filter(({ prompt }) => words.every((word) => prompt.toLowerCase().includes(word)))
    .slice(0, limit);
}
