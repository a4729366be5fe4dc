// ↑ and ↓ through earlier prompts, as in a shell: what was being written is at the bottom of the stack.

export class Recall {
  #at = -1;
  #own = '';

  /** The next older prompt, or null when there is none. `written` is what stands in the field. */
  older(prompts: readonly string[], written: string): string | null {
    if (this.#at === -1) this.#own = written;
    // What is already in the field is not an earlier prompt.
    let next = this.#at + 1;
    if (prompts[next] === written) next += 1;
    const prompt = prompts[next];
    if (prompt === undefined) return null;
    this.#at = next;
    return prompt;
  }

  /** The next newer one, at last what was being written; null when not recalling. */
  newer(prompts: readonly string[]): string | null {
    if (this.#at === -1) return null;
    this.#at -= 1;
    const prompt = this.#at === -1 ? this.#own : (prompts[this.#at] ?? this.#own);
    return prompt;
  }

  /** Whether an earlier prompt is shown. */
  get active(): boolean {
    return this.#at !== -1;
  }

  /** The person writes on: what stands there is theirs now. */
  stop(): void {
    this.#at = -1;
  }
}
