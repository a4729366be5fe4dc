// A clip made again at 1080p, with its seed and pictures: what it would cost, and the one click that sends it.

import { t } from '$lib/i18n/translate';
import { errorLine, problemWords } from '$lib/i18n/words';
import type { Check, Clip, Provider } from '$lib/ipc/bindings';
import { CommandError, ipc } from '$lib/ipc/client';
import { app } from '$lib/state/app.svelte';
import { consent } from '$lib/state/consent.svelte';
import { library } from '$lib/state/library.svelte';
import { messages } from '$lib/state/messages.svelte';
import { fullRequest, type FullRequest } from '$lib/state/request';
import { aboutCost } from './cost';

/** What the clip would be asked for again; null for a clip that is as large already, or whose seed nobody knows. */
export function redoOf(clip: Clip): FullRequest | null {
  const request = fullRequest(clip.request);
  return request.resolution === '1080p' || request.seed === null ? null : { ...request, resolution: '1080p' };
}

/** The way to make one clip again. Its price is asked for before it can be pressed. */
export class Redo {
  #check = $state.raw<Check | null>(null);
  #request = $state.raw<FullRequest | null>(null);
  /** Whose price was shown. */
  #provider = $state.raw<Provider | null>(null);
  #sending = $state(false);
  /** Counts the questions: the answer to an older one is about another clip. */
  #turn = 0;

  /** Asks what it would cost, by the prices and the service in force now. */
  async price(clip: Clip): Promise<void> {
    const request = redoOf(clip);
    const provider = app.provider;
    const turn = ++this.#turn;
    this.#request = null;
    this.#check = null;
    if (request === null) return;
    try {
      const check = await ipc.check(request, 1);
      if (turn !== this.#turn) return;
      this.#check = check;
      this.#request = request;
      this.#provider = provider;
    } catch (thrown) {
      messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    }
  }

  readonly #refusal = $derived(this.#check?.problems.find((problem) => !problem.warning) ?? null);

  /** `Redo at 1080p · about $0.43`. */
  get label(): string {
    if (!this.#check || this.#refusal) return t('prices.redo-waiting');
    return t('prices.redo', { cost: aboutCost(this.#check.total, app.rehearsing) });
  }

  /** What it does, or why it cannot. */
  get hint(): string {
    if (!this.#refusal || !this.#check) return t('prices.redo-hint');
    const name = (model: string): string => app.model(model)?.full_name ?? model;
    const request = this.#request ?? fullRequest({});
    return t('prices.redo-not', { why: problemWords(this.#refusal, request, name) });
  }

  /** Whether it can be pressed: the price stands there, and the program would send it. */
  get ready(): boolean {
    return this.#check !== null && this.#refusal === null && !this.#sending;
  }

  /** Sends it, past the same guards as Generate. */
  async send(): Promise<void> {
    const [request, provider, check] = [this.#request, this.#provider, this.#check];
    if (!this.ready || !request || !provider || !check) return;
    if (!app.rehearsing && (app.key.refused || app.key.state === 'missing' || app.key.state === 'unavailable')) {
      messages.say(t(app.key.refused ? 'composer.key-refused' : 'composer.key-needed'), { tone: 'trouble' });
      return;
    }
    this.#sending = true;
    try {
      const jobs = await consent.through({ act: 'generate', cost: check.total }, (beyondGuards) =>
        ipc.generate(request, 1, provider, beyondGuards),
      );
      if (jobs === null) return;
      for (const job of jobs) library.takeJob(job);
      messages.say(t('prices.redo-started'));
    } catch (thrown) {
      messages.say(errorLine(CommandError.from(thrown)), { tone: 'trouble' });
    } finally {
      this.#sending = false;
    }
  }
}
