// What stands in the memory of running programs, read from outside as a debugger would.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { childrenOf } from './processes.mjs';

const page = 4096;
/** Larger mappings are mostly reserved, not used: the kernel is asked which of their pages exist. */
const sparse = 64 * 1024 * 1024;
const block = 8 * 1024 * 1024;

/** The processes below `pid`, at any depth. */
export function descendantsOf(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What a process calls itself; empty for one that has ended. */
export function nameOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** The mappings of a process that can be read and of which anything exists: `[start, end]`, ends of bytes. */
function mappings(pid) {
  const found = [];
  let current;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const [, start, end, mode, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    if (start) {
      current = { start: parseInt(start, 16), end: parseInt(end, 16), kept: 0 };
      if (mode[0] === 'r' && name !== '[vvar]' && name !== '[vsyscall]') found.push(current);
    } else if (/^(Rss|Swap):/.test(line)) current.kept += Number(/\d+/.exec(line)[0]);
  }
  return found.filter(({ kept }) => kept > 0);
}

/** How much of a process's memory exists, in memory or swapped out. Bytes. */
export const bytesOf = (pid) => mappings(pid).reduce((sum, { kept }) => sum + kept * 1024, 0);

/** The parts of a large mapping whose pages exist, in memory or swapped out. */
function present(pagemap, { start, end }) {
  const parts = [];
  const entries = Buffer.alloc(8 * 65536);
  for (let at = start; at < end; at += 65536 * page) {
    const count = Math.min(65536, (end - at) / page);
    const read = readSync(pagemap, entries, 0, count * 8, (at / page) * 8) / 8;
    for (let index = 0; index < read; index += 1) {
      // Bit 63: present, bit 62: swapped.
      if ((entries[index * 8 + 7] & 0xc0) === 0) continue;
      const from = at + index * page;
      const last = parts.at(-1);
      if (last?.end === from) last.end = from + page;
      else parts.push({ start: from, end: from + page });
    }
  }
  return parts;
}

/**
 * How often each of `needles` (buffers) stands in the memory of a process. Ptrace permission is needed, as root has it.
 *
 * @returns {number[]} one count a needle
 */
export function occurrences(pid, needles) {
  const counts = needles.map(() => 0);
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  const buffer = Buffer.alloc(block + overlap);
  try {
    for (const mapping of mappings(pid)) {
      const parts = mapping.end - mapping.start > sparse ? present(pagemap, mapping) : [mapping];
      for (const { start, end } of parts) {
        for (let at = start; at < end; at += block) {
          const length = Math.min(block + overlap, end - at);
          let read;
          try {
            read = readSync(memory, buffer, 0, length, at);
          } catch {
            continue; // unmapped since, or of a device
          }
          const seen = buffer.subarray(0, read);
          needles.forEach((needle, index) => {
            for (let hit = seen.indexOf(needle); hit >= 0; hit = seen.indexOf(needle, hit + 1)) {
              if (hit < block) counts[index] += 1; // what begins in the overlap is counted with the next block
            }
          });
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pagemap);
  }
  return counts;
}
