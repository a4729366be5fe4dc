// Imports and files that are away, as the program tells them: see crates/engine/src/import.rs and presence.rs.

import type { Clip, Event, ImportSummary } from '../bindings';
import { emptyRequest } from '$lib/state/request';

/** What a test says: files that come with the next import, and what is wrong with some. */
export interface Coming {
  good: number;
  summary?: Partial<ImportSummary>;
  /** Milliseconds for each file. */
  pace?: number;
}

export class FakeImports {
  coming: Coming | null = null;
  /** Files that the web view keeps to itself; `data` is base64. */
  dragged: { name: string; data: string }[] = [];
  missing: Record<string, boolean> = {};
  #stop = false;

  constructor(
    private clips: Map<string, Clip>,
    private tell: (event: Event) => void,
    private dress: (id: string) => void,
  ) {
    addEventListener('fake-import', (event) => (this.coming = (event as CustomEvent<Coming>).detail));
    addEventListener('fake-drag', (event) => (this.dragged = (event as CustomEvent<typeof this.dragged>).detail));
    addEventListener('fake-missing', (event) => {
      const { id, missing } = (event as CustomEvent<{ id: string; missing: boolean }>).detail;
      this.missing[id] = missing;
      this.look(id);
    });
  }

  cancel(): null {
    this.#stop = true;
    return null;
  }

  look(id: string): Clip {
    const clip = { ...(this.clips.get(id) as Clip), missing: this.missing[id] ?? false };
    this.clips.set(id, clip);
    this.tell({ kind: 'clip', value: clip });
    return clip;
  }

  async run(): Promise<ImportSummary | null> {
    const coming = this.coming;
    if (!coming) return null;
    this.#stop = false;
    const summary: ImportSummary = { clips: [], known: [], films: [], refused: [], left: 0, ...coming.summary };
    const total = coming.good + summary.known.length + summary.refused.length;
    for (let done = 0; done < coming.good && !this.#stop; done += 1) {
      this.tell({ kind: 'import', value: { total, done, taken: done } });
      await new Promise((go) => setTimeout(go, coming.pace ?? 5));
      summary.clips.push(this.#make(done));
    }
    summary.left = coming.good - summary.clips.length;
    return summary;
  }

  #make(number: number): string {
    const id = `imported-${this.clips.size}-${number}`;
    const now = new Date().toISOString();
    this.clips.set(id, {
      id,
      job: id,
      request: { ...emptyRequest(), model: 'unknown', prompt: '' },
      provider: { kind: 'imported' },
      task_id: id,
      media: { width: 1280, height: 720, frames: 48, fps: 24, seconds: 2, audio: false, bytes: 2e6 },
      estimate: { size: { width: 1280, height: 720 }, frames: 48, seconds: 2, tokens: 0, cost: null },
      billed: { cost: null, discount: null, tokens: null },
      sha256: '0'.repeat(64),
      file: `2026-11/${id}.mp4`,
      last_frame_from_service: false,
      created_at: now,
      submitted_at: null,
      finished_at: now,
      name: `holiday ${number + 1}`,
      missing: false,
    });
    this.dress(id);
    this.tell({ kind: 'clip', value: this.clips.get(id) as Clip });
    return id;
  }
}
