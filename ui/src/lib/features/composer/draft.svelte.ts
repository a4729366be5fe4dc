// The request being written: every change is checked by the program's own rules, kept for the next start, and made to
// fit the model, saying what had to change.

import type {
  Adjustment,
  Catalogue,
  Check,
  Clip,
  ClipId,
  Field,
  ImageRef,
  Job,
  ModelId,
  ModelSpec,
  Preset,
  Problem,
  Provider,
  RecentBills,
  Request,
  Usd,
} from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import type { FrameOf, ServiceRefusal } from '$lib/state/compose.svelte';
import type { Consent } from '$lib/state/consent.svelte';
import { Keeping } from '$lib/state/keeping';
import {
  emptyRequest,
  fullRequest,
  modeOf,
  rollSeed,
  takes,
  type FormProblem,
  type FullRequest,
} from '$lib/state/request';
import { valuesAt } from './fields';
import { Pricing, type Priced } from './pricing.svelte';

/** The largest seed the service takes. */
export const SEED_MAX = 4_294_967_295;
/** Milliseconds of quiet before a change is checked. */
const CHECK_AFTER = 60;

/** It continues nothing. */
const UNLINKED = { continues: null, continues_frame: null } as const;

export type Slot = 'first' | 'last';

/** What the draft needs from around it. */
export interface Around {
  commands: Pick<
    Commands,
    | 'check'
    | 'generate'
    | 'continueFrom'
    | 'fit'
    | 'fitToModel'
    | 'importImage'
    | 'chooseImage'
    | 'takeFrame'
    | 'draft'
    | 'saveDraft'
    | 'readRecipe'
    | 'recentBills'
  >;
  catalogue: () => Catalogue;
  /** Whose price the person sees. */
  provider: () => Provider;
  /** Passing a guard on spending takes the person's yes. */
  consent: Pick<Consent, 'through'>;
  findClip: (id: ClipId) => Promise<Clip>;
  /** Snapshots of the jobs just made. */
  made: (jobs: Job[]) => void;
  /** Says a trouble that belongs to no field. */
  trouble: (error: CommandError) => void;
}

/** Why the present draft cannot be sent, in the order of the form. */
export type Refusal = { kind: 'problem'; problem: Problem } | { kind: 'seed' };
/** Another price than this stood on what was pressed, or none yet; null is "unknown". */
export interface Unseen {
  kind: 'price';
  cost: Usd | null;
}

export class Draft {
  #request = $state.raw<FullRequest>(emptyRequest());
  #count = $state(1);
  /** What had to change last, until the next change by the person. */
  adjustments = $state.raw<Adjustment[]>([]);
  /** Whether the last move was away from a model that needs a picture. */
  movedToText = $state(false);
  check = $state.raw<Check | null>(null);
  /** The clip that this one continues, once known. */
  continued = $state.raw<Clip | null>(null);
  /** A slot whose picture is being read. */
  reading = $state<Slot | 'reference' | null>(null);
  /** Problems of pictures that could not even be kept, by slot. */
  unreadable = $state.raw<Partial<Record<Slot | 'reference', CommandError>>>({});
  /** Whether Generate was tried: only then is an empty prompt called a problem. */
  tried = $state(false);
  sending = $state(false);
  /** The file or preset whose settings are in the form, and what was there before. */
  taken = $state.raw<{ kind: 'file' | 'preset'; name: string; before: FullRequest } | null>(null);
  /** What the service refused about this very request, until the field is changed. */
  #refused = $state.raw<FormProblem | null>(null);
  /** A number typed as seed that is none. */
  wrongSeed = $state<number | null>(null);
  #around: Around;
  #turn = 0;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #keeping = new Keeping(
    () => this.#around.commands.saveDraft({ request: this.#request, count: this.#count }),
    (error) => this.#around.trouble(error),
  );
  #modelBeforePictures: ModelId | null = null;
  #pricing: Pricing;

  constructor(around: Around) {
    this.#around = around;
    this.#pricing = new Pricing(around.commands, around.provider);
  }

  get request(): FullRequest {
    return this.#request;
  }

  get count(): number {
    return this.#count;
  }

  set count(count: number) {
    this.#count = count;
    this.#checkSoon();
    this.#keeping.soon();
  }

  get model(): ModelSpec | undefined {
    return this.#around.catalogue().models.find((model) => model.id === this.#request.model);
  }

  /** The cost of one clip in either tier. */
  get tierCosts(): Priced['tierCosts'] | null {
    return this.#pricing.priced?.tierCosts ?? null;
  }

  /** What the same would cost at 480p, and how much less that is; null where it is no choice. */
  get smaller(): Priced['smaller'] {
    return this.#pricing.priced?.smaller ?? null;
  }

  /** What the last clips of this kind were really billed. */
  get bills(): RecentBills | null {
    return this.#pricing.priced?.bills ?? null;
  }

  /** Problems to show: those of a form not yet tried, without the reproach that it is empty. */
  readonly problems = $derived.by((): FormProblem[] => [
    ...(this.check?.problems ?? []).filter((problem) => this.tried || problem.code !== 'prompt_missing'),
    ...(this.#refused ? [this.#refused] : []),
  ]);

  problemAt(...fields: Field[]): FormProblem | undefined {
    return this.problems.find((problem) => fields.includes(problem.field));
  }

  /** The first thing that forbids sending. */
  readonly refusal = $derived(this.#refusalIn(this.check));

  #refusalIn(check: Check | null): Refusal | null {
    const problem = check?.problems.find((one) => !one.warning);
    if (problem) return { kind: 'problem', problem };
    return this.wrongSeed === null ? null : { kind: 'seed' };
  }

  /** Brings back the request that was being written when the window was closed, unless another one is being written already. */
  async restore(): Promise<void> {
    const [request, count] = [this.#request, this.#count];
    try {
      const kept = await this.#around.commands.draft();
      if (kept && this.#request === request && this.#count === count) {
        this.#count = kept.count;
        this.#set(fullRequest(kept.request));
      } else this.#checkSoon();
    } catch (thrown) {
      this.#around.trouble(CommandError.from(thrown));
      this.#checkSoon();
    }
  }

  /** Takes over some values as the person sets them. What was adjusted stays said while only the prompt is written. */
  change(values: Partial<Request>): void {
    if (Object.keys(values).some((name) => name !== 'prompt')) {
      this.adjustments = [];
      this.movedToText = false;
    }
    this.#set({ ...this.#request, ...values });
  }

  /** A seed as typed; null is "pick one for each clip". */
  setSeed(seed: number | null): void {
    this.wrongSeed = seed !== null && seed > SEED_MAX ? seed : null;
    this.change({ seed: this.wrongSeed === null ? seed : null });
  }

  /** Moves to a model; what it does not take is dropped, and said. */
  async setModel(model: ModelId): Promise<void> {
    this.#modelBeforePictures = null;
    await this.#fitted(() => this.#around.commands.fitToModel({ ...this.#request, model }));
  }

  /** Drops or moves what the model does not take, and says it: the way out where a field has no control to change it by. */
  async makeFit(): Promise<void> {
    await this.#fitted(() => this.#around.commands.fitToModel(this.#request));
  }

  /** Puts a picture into a slot, moving to a model that takes it. As the first frame, one `of` a clip continues it. */
  async setFrame(slot: Slot, image: ImageRef | null, of?: FrameOf): Promise<void> {
    this.unreadable = { ...this.unreadable, [slot]: undefined };
    // Another first frame is another beginning: the clip continues what that is a frame of, or nothing any more.
    const link = of ? { continues: of.clip, continues_frame: of.frame } : UNLINKED;
    const next: FullRequest = {
      ...this.#request,
      ...(slot === 'first' ? { first_frame: image, ...link } : { last_frame: image }),
    };
    if (image) next.reference_images = [];
    await this.#pictures(next);
  }

  async swap(): Promise<void> {
    const { first_frame, last_frame } = this.#request;
    await this.#pictures({ ...this.#request, first_frame: last_frame, last_frame: first_frame, ...UNLINKED });
  }

  async addReference(image: ImageRef): Promise<void> {
    // They exclude each other: what was asked for last wins, as it does in `setFrame`.
    const frames = { first_frame: null, last_frame: null, ...UNLINKED };
    await this.#pictures({
      ...this.#request,
      ...frames,
      reference_images: [...this.#request.reference_images, image],
    });
  }

  async removeReference(index: number): Promise<void> {
    await this.#pictures({
      ...this.#request,
      reference_images: this.#request.reference_images.filter((_, other) => other !== index),
    });
  }

  /** Lets the person pick a file for a slot. */
  choose(slot: Slot | 'reference'): Promise<void> {
    return this.#read(slot, () => this.#around.commands.chooseImage());
  }

  /** Keeps a dropped or pasted picture; `data` is base64. */
  importInto(slot: Slot | 'reference', data: string): Promise<void> {
    return this.#read(slot, () => this.#around.commands.importImage(data));
  }

  /** Takes one frame of a clip, 0-based; as the first frame it continues the clip. */
  async takeFrame(slot: Slot | 'reference', clip: ClipId, frame: number): Promise<void> {
    const last = await this.#around.findClip(clip).then(
      ({ media }) => media.frames - 1,
      () => null,
    );
    const of = { clip, frame: frame === last ? null : frame };
    return this.#read(slot, () => this.#around.commands.takeFrame(clip, frame), of);
  }

  /** No longer the continuation of a clip: its frame goes with the link. */
  unlink(): Promise<void> {
    return this.setFrame('first', null);
  }

  /** The next shot after a clip, from its last frame or from the one of that number. Whether it worked. */
  async continueFrom(clip: ClipId, frame: number | null = null): Promise<boolean> {
    this.reading = 'first';
    try {
      const before = this.#request.model;
      const { request, adjustments } = await this.#around.commands.continueFrom(clip, frame);
      const whole = fullRequest(request);
      this.#modelBeforePictures = whole.model === before ? this.#modelBeforePictures : before;
      this.#fresh(whole, adjustments);
      return true;
    } catch (thrown) {
      this.#around.trouble(CommandError.from(thrown));
      return false;
    } finally {
      this.reading = null;
    }
  }

  /** Everything from another request; what the service refused about it is said at its field. */
  use(request: Request, refusal?: ServiceRefusal): void {
    this.#modelBeforePictures = null;
    this.#fresh(fullRequest(request), []);
    if (!refusal) return;
    const { field, words } = refusal;
    this.#refused = { field, code: 'service_refused', message: words, warning: false, parameter: null };
  }

  /** The settings of a preset, made to fit the pictures that are there. What was in the form can be had back. */
  async applyPreset({ name, request }: Preset): Promise<void> {
    const before = this.#request;
    const { first_frame, last_frame, reference_images, continues, continues_frame } = before;
    const settings = fullRequest(request);
    const prompt = settings.prompt === '' ? before.prompt : settings.prompt;
    const next = {
      ...settings,
      prompt,
      first_frame,
      last_frame,
      reference_images,
      continues,
      continues_frame,
    };
    this.#modelBeforePictures = null;
    this.wrongSeed = null;
    if (await this.#fitted(() => this.#around.commands.fit(next))) this.taken = { kind: 'preset', name, before };
  }

  /** Everything from the recipe in a file; `data` is base64. What was in the form can be had back. Throws a `CommandError`. */
  async takeRecipe(name: string, data: string): Promise<void> {
    const request = await this.#around.commands.readRecipe(data);
    const before = this.#request;
    this.taken = { kind: 'file', name, before };
    this.use(request);
  }

  /** Brings back what was in the form before the settings of a file were taken. */
  untake(): void {
    const taken = this.taken;
    this.taken = null;
    if (taken) this.use(taken.before);
  }

  /** Some values of an example over an otherwise fresh form: pictures would not suit its words. */
  async begin(values: Partial<Request>): Promise<void> {
    await this.#pictures({
      ...this.#request,
      first_frame: null,
      last_frame: null,
      reference_images: [],
      ...UNLINKED,
      ...values,
    });
  }

  /** Sends it. What stands against it, where something does: then nothing was sent. */
  generate(): Promise<Refusal | Unseen | CommandError | null> {
    return this.#send({}, ({ check }) => check.total);
  }

  /** Sends it at 480p, with a seed that stays in the form: what comes of it can then be made larger. */
  async trySmall(): Promise<Refusal | Unseen | CommandError | null> {
    const seed = this.#request.seed ?? rollSeed();
    return this.#send({ resolution: '480p', seed }, ({ smaller }) => smaller?.total ?? null);
  }

  async #send(
    values: Partial<Request>,
    costIn: (priced: Priced) => Usd | null,
  ): Promise<Refusal | Unseen | CommandError | null> {
    if (this.sending) return null;
    this.tried = true;
    this.sending = true;
    // What stood in the form and on the button when it was pressed: whatever is typed from here on is for the next one.
    const [provider, request, count] = [this.#around.provider(), { ...this.#request, ...values }, this.#count];
    const seen = this.#pricing.priced && costIn(this.#pricing.priced);
    const priceStood = this.#pricing.priced !== null;
    try {
      const priced = await this.#checkNow();
      const refusal = this.#refusalIn(priced.check);
      if (refusal) return refusal;
      const cost = costIn(priced);
      // Nobody has agreed to a price that was not there to be read. A rehearsal costs nothing.
      if (provider.kind !== 'rehearsal' && !(priceStood && cost === seen)) return { kind: 'price', cost };
      const jobs = await this.#around.consent.through({ act: 'generate', cost }, (beyondGuards) =>
        this.#around.commands.generate(request, count, provider, beyondGuards),
      );
      if (jobs === null) return null;
      if (values.seed !== undefined && this.#request.seed === null) this.setSeed(values.seed);
      this.#around.made(jobs);
      this.taken = null;
      this.tried = false;
      return null;
    } catch (thrown) {
      return CommandError.from(thrown);
    } finally {
      this.sending = false;
    }
  }

  /** Something else than the request has changed what it costs: prices, the service, a bill that came in. */
  reprice(): void {
    this.#pricing.forget();
    this.#checkSoon();
  }

  /** Keeps the draft now: the window may be about to close. Resolves once it is kept. */
  keepNow(): Promise<void> {
    return this.#keeping.now();
  }

  #fresh(request: FullRequest, adjustments: Adjustment[]): void {
    this.tried = false;
    this.wrongSeed = null;
    this.unreadable = {};
    this.movedToText = false;
    this.adjustments = adjustments;
    this.#set(request);
    this.#refused = null;
  }

  /** Makes a request with other pictures fit, moving between models both ways. */
  async #pictures(next: FullRequest): Promise<void> {
    const model = this.#around.catalogue().models.find((one) => one.id === next.model);
    if (model && modeOf(next) === 'text' && !takes(model, 'text')) {
      const to = this.#modelBeforePictures ?? this.#around.catalogue().models.find((one) => takes(one, 'text'))?.id;
      if (to) {
        await this.#fitted(() => this.#around.commands.fitToModel({ ...next, model: to }));
        this.adjustments = [{ kind: 'model', from: next.model, to }, ...this.adjustments];
        this.movedToText = true;
        return;
      }
    }
    const before = next.model;
    await this.#fitted(() => this.#around.commands.fit(next));
    if (this.#request.model !== before) this.#modelBeforePictures = before;
  }

  async #fitted(fit: () => Promise<{ request: Request; adjustments: Adjustment[] }>): Promise<boolean> {
    const written = this.#request.prompt;
    try {
      const { request, adjustments } = await fit();
      this.movedToText = false;
      this.adjustments = adjustments;
      const fitted = fullRequest(request);
      // The person may have written on meanwhile.
      this.#set(this.#request.prompt === written ? fitted : { ...fitted, prompt: this.#request.prompt });
      return true;
    } catch (thrown) {
      this.#around.trouble(CommandError.from(thrown));
      return false;
    }
  }

  async #read(slot: Slot | 'reference', read: () => Promise<ImageRef | null>, of?: FrameOf): Promise<void> {
    this.reading = slot;
    this.unreadable = { ...this.unreadable, [slot]: undefined };
    try {
      const image = await read();
      if (!image) return;
      if (slot === 'reference') await this.addReference(image);
      else await this.setFrame(slot, image, of);
    } catch (thrown) {
      this.unreadable = { ...this.unreadable, [slot]: CommandError.from(thrown) };
    } finally {
      this.reading = null;
    }
  }

  #set(request: FullRequest): void {
    if (this.#refused && valuesAt(this.#refused.field, request) !== valuesAt(this.#refused.field, this.#request))
      this.#refused = null;
    this.#request = request;
    this.#follow(request.continues);
    this.#checkSoon();
    this.#keeping.soon();
  }

  #follow(clip: ClipId | null): void {
    if (this.continued?.id === clip) return;
    this.continued = null;
    if (!clip) return;
    this.#around.findClip(clip).then(
      (found) => {
        if (this.#request.continues === found.id) this.continued = found;
      },
      // A clip that is gone leaves the header without its name; its frame is in the library all the same.
      () => undefined,
    );
  }

  #checkSoon(): void {
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => {
      this.#checkNow().catch((thrown: unknown) => this.#around.trouble(CommandError.from(thrown)));
    }, CHECK_AFTER);
  }

  /** The answer about the request as it is now. */
  async #checkNow(): Promise<Priced> {
    clearTimeout(this.#checkTimer);
    const turn = ++this.#turn;
    const priced = await this.#pricing.ask(this.#request, this.#count);
    // Where a later change has asked again, this answer is about a request that is no more, and is not shown.
    if (turn === this.#turn) {
      this.check = priced.check;
      this.#pricing.take(priced);
    }
    return priced;
  }
}
