// The presets of the library, in the order of their names, and what can be done with them.

import type { Preset, Request } from '$lib/ipc/bindings';
import { ipc, type Commands } from '$lib/ipc/client';
import { locale } from '$lib/i18n/locale.svelte';

/** Those commands of the program that know presets. */
type PresetCommands = Pick<Commands, 'presets' | 'savePreset' | 'renamePreset' | 'deletePreset'>;

export class Presets {
  #list = $state.raw<Preset[]>([]);
  #commands: PresetCommands;

  constructor(commands: PresetCommands) {
    this.#commands = commands;
  }

  /** By name, as the person's language orders names. */
  readonly list = $derived.by(() => {
    const order = new Intl.Collator(locale.name, { numeric: true });
    return [...this.#list].sort((a, b) => order.compare(a.name, b.name));
  });

  /** Reads them. All of these throw a `CommandError` when they are refused, and then nothing has changed. */
  async load(): Promise<void> {
    this.#list = await this.#commands.presets();
  }

  /** Keeps settings under a name; `replace` puts them in the place of the preset that has it. */
  async save(name: string, request: Request, replace: boolean): Promise<Preset> {
    const saved = await this.#commands.savePreset(name, request, replace);
    await this.load();
    return saved;
  }

  async rename(name: string, to: string): Promise<Preset> {
    const renamed = await this.#commands.renamePreset(name, to);
    await this.load();
    return renamed;
  }

  /** Deletes one and returns it, so that {@link save} can bring it back. */
  async remove(name: string): Promise<Preset> {
    const removed = await this.#commands.deletePreset(name);
    await this.load();
    return removed;
  }
}

export const presets = new Presets(ipc);
