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
  Problem,
  Provider,
  Request,
} from '$lib/ipc/bindings';
import { CommandError, type Commands } from '$lib/ipc/client';
import { emptyRequest, fullRequest, modeOf, takes, type FullRequest } from '$lib/state/request';

/** The largest seed the service takes. */
export const SEED_MAX = 4_294_967_295;
/** Milliseconds of quiet before a change is checked, and before it is kept. */
const CHECK_AFTER = 60;
const KEEP_AFTER = 500;

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
  >;
  catalogue: () => Catalogue;
  /** Whose price the person sees. */
  provider: () => Provider;
  findClip: (id: ClipId) => Promise<Clip>;
  /** Snapshots of the jobs just made. */
  made: (jobs: Job[]) => void;
  /** Says a trouble that belongs to no field. */
  trouble: (error: CommandError) => void;
}

/** Why the present draft cannot be sent, in the order of the form. */
export type Refusal = { kind: 'problem'; problem: Problem } | { kind: 'seed' };

export class Draft {
  #request = $state.raw<FullRequest>(emptyRequest());
  #count = $state(1);
  /** What had to change last, until the next change by the person. */
  adjustments = $state.raw<Adjustment[]>([]);
  /** Whether the last move was away from a model that needs a picture. */
  movedToText = $state(false);
  check = $state.raw<Check | null>(null);
  /** The cost of one clip in either tier. */
  tierCosts = $state.raw<{ default: string | null; flex: string | null } | null>(null);
  /** The clip that this one continues, once known. */
  continued = $state.raw<Clip | null>(null);
  /** A slot whose picture is being read. */
  reading = $state<Slot | 'reference' | null>(null);
  /** Problems of pictures that could not even be kept, by slot. */
  unreadable = $state.raw<Partial<Record<Slot | 'reference', CommandError>>>({});
  /** Whether Generate was tried: only then is an empty prompt called a problem. */
  tried = $state(false);
  sending = $state(false);
  /** A number typed as seed that is none. */
  wrongSeed = $state<number | null>(null);
  #around: Around;
  #turn = 0;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #modelBeforePictures: ModelId | null = null;

  constructor(around: Around) {
    this.#around = around;
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
  }

  get model(): ModelSpec | undefined {
    return this.#around.catalogue().models.find((model) => model.id === this.#request.model);
  }

  /** Problems to show: those of a form not yet tried, without the reproach that it is empty. */
  readonly problems = $derived.by((): Problem[] =>
    (this.check?.problems ?? []).filter((problem) => this.tried || problem.code !== 'prompt_missing'),
  );

  problemAt(...fields: Field[]): Problem | undefined {
    return this.problems.find((problem) => fields.includes(problem.field));
  }

  /** The first thing that forbids sending. */
  readonly refusal = $derived.by((): Refusal | null => {
    const problem = this.check?.problems.find((one) => !one.warning);
    if (problem) return { kind: 'problem', problem };
    return this.wrongSeed === null ? null : { kind: 'seed' };
  });

  /** Brings back the request that was being written when the window was closed. */
  async restore(): Promise<void> {
    try {
      const kept = await this.#around.commands.draft();
      if (kept) this.#set(fullRequest(kept));
      else this.#checkSoon();
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

  /** Puts a picture into a slot, moving to a model that takes it. */
  async setFrame(slot: Slot, image: ImageRef | null): Promise<void> {
    this.unreadable = { ...this.unreadable, [slot]: undefined };
    // Another first frame is another beginning: the clip no longer continues anything.
    const next: FullRequest = {
      ...this.#request,
      ...(slot === 'first' ? { first_frame: image, continues: null } : { last_frame: image }),
    };
    if (image) next.reference_images = [];
    await this.#pictures(next);
  }

  async swap(): Promise<void> {
    const { first_frame, last_frame } = this.#request;
    await this.#pictures({ ...this.#request, first_frame: last_frame, last_frame: first_frame, continues: null });
  }

  async addReference(image: ImageRef): Promise<void> {
    await this.#pictures({ ...this.#request, reference_images: [...this.#request.reference_images, image] });
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

  /** Takes one frame of a clip, 0-based. */
  takeFrame(slot: Slot | 'reference', clip: ClipId, frame: number): Promise<void> {
    return this.#read(slot, () => this.#around.commands.takeFrame(clip, frame));
  }

  /** No longer the continuation of a clip: its frame goes with the link. */
  unlink(): Promise<void> {
    return this.setFrame('first', null);
  }

  /** The next shot after a clip, from its last frame. Whether it worked. */
  async continueFrom(clip: ClipId): Promise<boolean> {
    this.reading = 'first';
    try {
      const before = this.#request.model;
      const { request, adjustments } = await this.#around.commands.continueFrom(clip);
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

  /** Everything from another request. */
  use(request: Request): void {
    this.#modelBeforePictures = null;
    this.#fresh(fullRequest(request), []);
  }

  /** Some values of an example over an otherwise fresh form: pictures would not suit its words. */
  async begin(values: Partial<Request>): Promise<void> {
    await this.#pictures({
      ...this.#request,
      first_frame: null,
      last_frame: null,
      reference_images: [],
      continues: null,
      ...values,
    });
  }

  /** Sends it. The refusal when there is one, and then nothing was sent. */
  async generate(): Promise<Refusal | CommandError | null> {
    if (this.sending) return null;
    this.tried = true;
    this.sending = true;
    // The one whose price stood on the button when it was pressed.
    const provider = this.#around.provider();
    try {
      await this.#checkNow();
      if (this.refusal) return this.refusal;
      const jobs = await this.#around.commands.generate(this.#request, this.#count, provider);
      this.#around.made(jobs);
      this.tried = false;
      return null;
    } catch (thrown) {
      return CommandError.from(thrown);
    } finally {
      this.sending = false;
    }
  }

  /** Keeps the draft now: the window may be about to close. */
  keepNow(): void {
    if (this.#keepTimer === undefined) return;
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    this.#around.commands
      .saveDraft(this.#request)
      .catch((thrown: unknown) => this.#around.trouble(CommandError.from(thrown)));
  }

  #fresh(request: FullRequest, adjustments: Adjustment[]): void {
    this.tried = false;
    this.wrongSeed = null;
    this.unreadable = {};
    this.movedToText = false;
    this.adjustments = adjustments;
    this.#set(request);
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

  async #fitted(fit: () => Promise<{ request: Request; adjustments: Adjustment[] }>): Promise<void> {
    const written = this.#request.prompt;
    try {
      const { request, adjustments } = await fit();
      this.movedToText = false;
      this.adjustments = adjustments;
      const fitted = fullRequest(request);
      // The person may have written on meanwhile.
      this.#set(this.#request.prompt === written ? fitted : { ...fitted, prompt: this.#request.prompt });
    } catch (thrown) {
      this.#around.trouble(CommandError.from(thrown));
    }
  }

  async #read(slot: Slot | 'reference', read: () => Promise<ImageRef | null>): Promise<void> {
    this.reading = slot;
    this.unreadable = { ...this.unreadable, [slot]: undefined };
    try {
      const image = await read();
      if (!image) return;
      if (slot === 'reference') await this.addReference(image);
      else await this.setFrame(slot, image);
    } catch (thrown) {
      this.unreadable = { ...this.unreadable, [slot]: CommandError.from(thrown) };
    } finally {
      this.reading = null;
    }
  }

  #set(request: FullRequest): void {
    this.#request = request;
    this.#follow(request.continues);
    this.#checkSoon();
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => this.keepNow(), KEEP_AFTER);
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

  async #checkNow(): Promise<void> {
    clearTimeout(this.#checkTimer);
    const turn = ++this.#turn;
    const request = this.#request;
    const other = request.service_tier === 'flex' ? 'default' : 'flex';
    const [check, otherTier] = await Promise.all([
      this.#around.commands.check(request, this.#count),
      this.#around.commands.check({ ...request, service_tier: other }, 1),
    ]);
    // A later change has asked again: this answer is about a request that is no more.
    if (turn !== this.#turn) return;
    this.check = check;
    const costs = { [request.service_tier]: check.estimate.cost, [other]: otherTier.estimate.cost };
    this.tierCosts = { default: costs['default'] ?? null, flex: costs['flex'] ?? null };
  }
}
