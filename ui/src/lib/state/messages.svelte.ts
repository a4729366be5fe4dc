// What the window says in passing: toasts to be seen, and announcements for a screen reader.

/** One toast. */
export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'trouble';
  action?: { label: string; run: () => void };
}

/** Milliseconds a toast stays; trouble stays longer, since it has more to read. */
const STAY = { plain: 5_000, trouble: 10_000 } as const;
/** How many are shown at most. */
const MOST = 3;

export class Messages {
  toasts = $state.raw<Toast[]>([]);
  /** What the live region says; changes are read out. */
  announcement = $state('');
  #next = 1;

  /** Shows a toast for some seconds. */
  say(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}): void {
    const toast: Toast = { id: this.#next++, text, tone: options.tone ?? 'plain', action: options.action };
    // The same words twice are one toast.
    const toasts = [...this.toasts.filter((other) => other.text !== text), toast];
    // What has an act, perhaps the only way back, makes room last.
    while (toasts.length > MOST) {
      const plain = toasts.findIndex((other) => !other.action);
      toasts.splice(Math.max(0, plain), 1);
    }
    this.toasts = toasts;
    setTimeout(() => this.dismiss(toast.id), STAY[toast.tone]);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  /** Tells a screen reader, without showing anything. */
  announce(text: string): void {
    this.announcement = text;
  }
}

export const messages = new Messages();
