// Guards on spending, as the engine keeps them; its own are in crates/engine/src/guards.rs.

import type { GuardBreach, Guards, Provider, Usd } from '../bindings';
import { CommandError } from '../host';
import { addUsd, exceedsUsd } from '$lib/state/usd';

/** Refuses new jobs of these costs that pass a guard. Practice jobs pass. */
export function guard(guards: Guards, provider: Provider, costs: (Usd | null)[], spent: Usd): void {
  if (provider.kind === 'rehearsal') return;
  const { job_ceiling: ceiling = null, monthly_budget: budget = null } = guards;
  const known = costs.flatMap((cost) => cost ?? []);
  if (ceiling !== null) {
    const over = costs.find((cost) => cost === null || exceedsUsd(cost, ceiling));
    if (over !== undefined) throw needsYes({ guard: 'job_ceiling', limit: ceiling, amount: over });
  }
  if (budget !== null) {
    const amount = known.length === costs.length ? addUsd([spent, ...known]) : null;
    if (amount === null || exceedsUsd(amount, budget))
      throw needsYes({ guard: 'monthly_budget', limit: budget, amount });
  }
}

const needsYes = (breach: GuardBreach): CommandError =>
  new CommandError({
    code: 'needs_yes',
    message: 'This would pass a guard on spending.',
    field: null,
    hint: null,
    reason: { kind: 'guard', code: breach },
  });
