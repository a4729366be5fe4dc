// A library of any size, made clip by clip: a clip is computed from its number, so that a hundred thousand of them cost
// nothing until they are looked at.

import type { Clip, Shape, ShelfDay } from '../bindings';
import { dayKey } from '$lib/i18n/format';
import { costOf, isRehearsal } from '$lib/state/request';
import { idAt } from './samples';

const MINUTE = 60_000;
/** Clips made on one day. */
const A_DAY = 100;

export class Many {
  readonly count: number;
  /** Clip number n has the shape n, over and over. */
  readonly shapes: readonly Shape[];
  /** Whether every clip was made and put among the others. */
  unpacked = false;
  #samples: readonly Clip[];
  #ids: readonly string[];
  #newest: number;

  /** `count` clips like the samples, from two days before `now` on backwards. */
  constructor(count: number, samples: readonly Clip[], now: number) {
    this.count = count;
    this.#samples = samples;
    this.#ids = samples.map((clip) => clip.id);
    this.shapes = samples.map(({ media }) => ({ width: media.width, height: media.height }));
    const midnight = new Date(now - 3 * 24 * 60 * MINUTE);
    midnight.setHours(20, 0, 0, 0);
    this.#newest = midnight.getTime();
  }

  /** When a clip was made: so many a day, some minutes apart, in daytime. */
  #at(index: number): number {
    const day = new Date(this.#newest);
    day.setDate(day.getDate() - Math.floor(index / A_DAY));
    return day.getTime() - (index % A_DAY) * 7 * MINUTE;
  }

  clip(index: number): Clip {
    const sample = this.#samples[index % this.#samples.length] as Clip;
    const created = this.#at(index);
    const at = (later: number): string => new Date(created + later).toISOString();
    const tail = index.toString(16).padStart(8, '0');
    return {
      ...sample,
      id: `${idAt(created, 1).slice(0, 19)}8001-${tail}0000`,
      job: idAt(created, 1_000_000 + index),
      request: { ...sample.request, continues: null, first_frame: null, seed: index },
      created_at: at(0),
      submitted_at: at(400),
      finished_at: at(112_000),
    };
  }

  /** The number of a clip by its id; -1 when it is none of these. */
  indexOf(id: string): number {
    const [, tail] = /8001-([0-9a-f]{8})0000$/.exec(id) ?? [];
    const index = tail === undefined ? -1 : parseInt(tail, 16);
    return index < this.count ? index : -1;
  }

  /** The sample whose pictures a clip has; null when it is none of these. */
  sampleOf(id: string): string | null {
    const index = this.indexOf(id);
    return index < 0 ? null : (this.#ids[index % this.#ids.length] ?? null);
  }

  /** A clip that was not put among the others yet. */
  find(id: string): Clip | undefined {
    const index = this.unpacked ? -1 : this.indexOf(id);
    return index < 0 ? undefined : this.clip(index);
  }

  days(): ShelfDay[] {
    const facts = this.#samples.map((clip) => ({
      seconds: clip.media.seconds ?? 0,
      cost: isRehearsal(clip) ? 0 : Number(costOf(clip) ?? 0),
      bytes: clip.media.bytes ?? 0,
    }));
    const days: ShelfDay[] = [];
    for (let from = 0; from < this.count; from += A_DAY) {
      const day = { day: dayKey(new Date(this.#at(from))), clips: 0, seconds: 0, spent: 0, bytes: 0 };
      for (let at = from; at < Math.min(this.count, from + A_DAY); at += 1) {
        const one = facts[at % facts.length];
        day.clips += 1;
        day.seconds += one?.seconds ?? 0;
        day.spent += one?.cost ?? 0;
        day.bytes += one?.bytes ?? 0;
      }
      days.push({ ...day, spent: day.spent.toFixed(4), pretend: null });
    }
    return days;
  }
}
