// What the request being written costs beside the check itself: in either tier, at 480p, and by the last bills.

import type { Check, Provider, RecentBills, Usd } from '$lib/ipc/bindings';
import type { Commands } from '$lib/ipc/client';
import type { FullRequest } from '$lib/state/request';
import { subtractUsd } from '$lib/state/usd';

/** Everything asked about one request. */
export interface Priced {
  check: Check;
  tierCosts: { default: Usd | null; flex: Usd | null };
  smaller: { total: Usd | null; saving: Usd | null } | null;
  bills: RecentBills | null;
  /** What the bills were asked for. */
  kind: string;
}

export class Pricing {
  priced = $state.raw<Priced | null>(null);
  #commands: Pick<Commands, 'check' | 'recentBills'>;
  #provider: () => Provider;
  /** Counts what may have changed the bills. */
  #age = 0;

  constructor(commands: Pick<Commands, 'check' | 'recentBills'>, provider: () => Provider) {
    this.#commands = commands;
    this.#provider = provider;
  }

  /** Asks the program. Nothing is shown before the answer is taken. */
  async ask(request: FullRequest, count: number): Promise<Priced> {
    const other = request.service_tier === 'flex' ? 'default' : 'flex';
    const kind = this.#kindOf(request);
    const [check, otherTier, small, bills] = await Promise.all([
      this.#commands.check(request, count),
      this.#commands.check({ ...request, service_tier: other }, 1),
      request.resolution === '480p' ? null : this.#commands.check({ ...request, resolution: '480p' }, count),
      this.#billsOf(request, kind),
    ]);
    const costs = { [request.service_tier]: check.estimate.cost, [other]: otherTier.estimate.cost };
    const taken = small !== null && !small.problems.some((problem) => problem.field === 'resolution');
    const saving = small?.total && check.total ? subtractUsd(check.total, small.total) : null;
    return {
      check,
      tierCosts: { default: costs['default'] ?? null, flex: costs['flex'] ?? null },
      smaller: taken ? { total: small.total, saving } : null,
      bills,
      kind,
    };
  }

  take(priced: Priced): void {
    this.priced = priced;
  }

  /** A bill came in, or a price was changed: the next question asks for the bills again. */
  forget(): void {
    this.#age += 1;
  }

  /** Model, size and whatever else a bill depends on; the prompt does not matter. */
  #kindOf(request: FullRequest): string {
    const { model, service_tier, generate_audio, draft, resolution, ratio, length, first_frame } = request;
    const kind = [model, service_tier, generate_audio, draft, resolution, ratio, length, first_frame?.id];
    return JSON.stringify([this.#age, this.#provider(), ...kind]);
  }

  /** Bills of the request's kind, asked for when that is another one. Without them the price is an estimate alone. */
  async #billsOf(request: FullRequest, kind: string): Promise<RecentBills | null> {
    if (this.priced?.kind === kind) return this.priced.bills;
    return this.#commands.recentBills(request).catch(() => null);
  }
}
