// The session and the settings: what the window knows about the program it belongs to.

import type { Catalogue, Event, KeyStatus, ModelSpec, Provider, Session, Settings, Standing } from '$lib/ipc/bindings';
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
  guards: { monthly_budget: null, job_ceiling: null },
  recipe_in_copies: true,
  live_specs: true,
  specs_address: 'https://cloud-model-spec.vtrix.ai',
  trash_days: 30,
};

const NO_MODELS: Catalogue = { models: [], live: { fetched_at: null, address: null, refused: [], problem: null } };

const AT_EASE: Standing = { paused: false, services: [], downloads: null, spent_this_month: '0' };

type Stage = { at: 'starting' } | { at: 'ready' } | { at: 'failed'; error: CommandError; trying: boolean };

/** The session: opened once, then kept true by events. */
export class App {
  stage = $state.raw<Stage>({ at: 'starting' });
  session = $state.raw<Session | null>(null);
  #settings = $state.raw<FullSettings>(DEFAULTS);
  #key = $state.raw<KeyStatus>({ state: 'missing', last_four: null, problem: null, keychain: null, refused: false });
  #standing = $state.raw<Standing>(AT_EASE);
  /** Newer than the session's, once it was told. */
  #catalogue = $state.raw<Catalogue | null>(null);
  /** Keys and standings heard so far. */
  #heard = { key: 0, standing: 0 };
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

  /** How the engine stands as a whole: paused, offline, short of space. */
  get standing(): Standing {
    return this.#standing;
  }

  get catalogue(): Catalogue {
    return this.#catalogue ?? this.session?.catalogue ?? NO_MODELS;
  }

  /** Takes over what a refresh answered. */
  catalogueIs(catalogue: Catalogue): void {
    this.#catalogue = catalogue;
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
    const { key, standing } = this.#heard;
    try {
      this.session = await this.#commands.session();
      this.#take(this.session.settings);
      // What was told while the session was on its way is never older than what the session says, and may be newer: a
      // keychain that is slow to answer is in the session as a missing key.
      if (this.#heard.key === key) this.#key = this.session.key;
      if (this.#heard.standing === standing) this.#standing = this.session.standing;
      this.stage = { at: 'ready' };
    } catch (thrown) {
      this.stage = { at: 'failed', error: CommandError.from(thrown), trying: false };
    }
  }

  /** Changes some settings; throws a `CommandError` when a value is refused, and then nothing has changed. */
  async change(changes: Partial<Settings>): Promise<void> {
    const { key } = this.#heard;
    this.#take(await this.#commands.changeSettings({ ...this.#settings, ...changes }));
    // The session tells the folder as the path that it turned out to be, and the key of the address.
    if (!('clips_folder' in changes || 'service_address' in changes)) return;
    this.session = await this.#commands.session();
    this.#catalogue = this.session.catalogue;
    if (this.#heard.key === key) this.#key = this.session.key;
  }

  /** Takes over what a key command answered. */
  keyIs(status: KeyStatus): void {
    this.#key = status;
  }

  /** Pauses the queue or lets it go on; throws a `CommandError` when that could not be written down. */
  async pause(paused: boolean): Promise<void> {
    this.#standing = await this.#commands.pauseQueue(paused);
  }

  heard(event: Event): void {
    if (event.kind === 'settings') this.#take(event.value);
    else if (event.kind === 'catalogue') this.#catalogue = event.value;
    else if (event.kind === 'key') {
      this.#heard.key += 1;
      this.#key = event.value;
    } else if (event.kind === 'standing') {
      this.#heard.standing += 1;
      this.#standing = event.value;
    }
  }

  #take(settings: Settings): void {
    this.#settings = { ...DEFAULTS, ...settings };
    locale.choose(this.#settings.language);
  }
}

export const app = new App(ipc);
