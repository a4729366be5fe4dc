// The session and the settings: what the window knows about the program it belongs to.

import type { Catalogue, Event, KeyStatus, ModelSpec, Provider, Session, Settings } from '$lib/ipc/bindings';
import { CommandError, ipc, type Commands } from '$lib/ipc/client';
import { locale } from '$lib/i18n/locale.svelte';

/** Settings with every value present. */
export type FullSettings = Required<Settings>;

const DEFAULTS: FullSettings = {
  door: null,
  service_address: 'https://cloud.vtrix.ai',
  clips_folder: null,
  parallel_jobs: 3,
  theme: 'system',
  language: 'system',
  prices: { prices: [], flex_share: '0.5' },
};

type Stage = { at: 'starting' } | { at: 'ready' } | { at: 'failed'; error: CommandError; trying: boolean };

/** The session: opened once, then kept true by events. */
export class App {
  stage = $state.raw<Stage>({ at: 'starting' });
  session = $state.raw<Session | null>(null);
  #settings = $state.raw<FullSettings>(DEFAULTS);
  #key = $state.raw<KeyStatus>({ state: 'missing', last_four: null, problem: null, keychain: null, refused: false });
  #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  get settings(): FullSettings {
    return this.#settings;
  }

  /** Where the key is; never the key. */
  get key(): KeyStatus {
    return this.#key;
  }

  get catalogue(): Catalogue {
    return this.session?.catalogue ?? { models: [] };
  }

  model(id: string): ModelSpec | undefined {
    return this.catalogue.models.find((model) => model.id === id);
  }

  /** Whether new clips are rehearsals: no key, no money, pretend costs. */
  get rehearsing(): boolean {
    return this.#settings.door !== 'connect';
  }

  /** Who makes new clips, and so whose price stands on the button. */
  get provider(): Provider {
    return this.rehearsing ? { kind: 'rehearsal' } : { kind: 'service', address: this.#settings.service_address };
  }

  /** Opens the session. A failure is kept, for the screen that says it and from which it is tried again. */
  async open(): Promise<void> {
    this.stage = this.stage.at === 'failed' ? { ...this.stage, trying: true } : { at: 'starting' };
    try {
      this.session = await this.#commands.session();
      this.#take(this.session.settings);
      this.#key = this.session.key;
      this.stage = { at: 'ready' };
    } catch (thrown) {
      this.stage = { at: 'failed', error: CommandError.from(thrown), trying: false };
    }
  }

  /** Changes some settings; throws a `CommandError` when a value is refused, and then nothing has changed. */
  async change(changes: Partial<Settings>): Promise<void> {
    this.#take(await this.#commands.changeSettings({ ...this.#settings, ...changes }));
    // The session tells the folder as the path that it turned out to be, and the key of the address.
    if (!('clips_folder' in changes || 'service_address' in changes)) return;
    this.session = await this.#commands.session();
    this.#key = this.session.key;
  }

  /** Takes over what a key command answered. */
  keyIs(status: KeyStatus): void {
    this.#key = status;
  }

  heard(event: Event): void {
    if (event.kind === 'settings') this.#take(event.value);
    else if (event.kind === 'key') this.#key = event.value;
  }

  #take(settings: Settings): void {
    this.#settings = { ...DEFAULTS, ...settings };
    locale.choose(this.#settings.language);
  }
}

export const app = new App(ipc);
