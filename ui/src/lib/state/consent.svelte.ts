// Passing a guard on spending takes a yes for each time: it is asked for here, and never remembered.

import type { GuardBreach, Usd } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/client';

/** What is about to be spent, for the button that spends it. */
export interface Spending {
  act: 'generate' | 'send-again';
  /** USD in all; null when nobody knows. */
  cost: Usd | null;
}

/** A question that waits for the person. */
export interface Question extends Spending {
  breach: GuardBreach;
  answer: (yes: boolean) => void;
}

export class Consent {
  question = $state.raw<Question | null>(null);

  /**
   * Does what spends, within the guards; where the program wants a yes for passing one, asks the person and does it once
   * more with that yes. Null when the person declined: then nothing was sent. Any other refusal is thrown.
   */
  async through<T>(spending: Spending, spend: (beyondGuards: boolean) => Promise<T>): Promise<T | null> {
    try {
      return await spend(false);
    } catch (thrown) {
      const error = CommandError.from(thrown);
      if (error.code !== 'needs_yes' || error.reason?.kind !== 'guard') throw error;
      return (await this.#ask(spending, error.reason.code)) ? spend(true) : null;
    }
  }

  #ask(spending: Spending, breach: GuardBreach): Promise<boolean> {
    // A question that nobody answered is a no.
    this.question?.answer(false);
    return new Promise((resolve) => {
      const question: Question = {
        ...spending,
        breach,
        answer: (yes) => {
          if (this.question === question) this.question = null;
          resolve(yes);
        },
      };
      this.question = question;
    });
  }
}

export const consent = new Consent();
