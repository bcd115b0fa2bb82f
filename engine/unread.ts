import type { SocketBackend } from '../native';
import { PROTOCOLS } from '../shared/socket';
import type { ReadingOptions } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';

/**
 * Tells a socket that has ended from one that is merely not read any more: what is read belongs to the engine, and one page
 * may choose less while another one asks about what it has seen.
 */
export class Unread {
  /** All that was ever read */
  private widest: ReadingOptions | null = null;

  constructor(private readonly backend: SocketBackend) {}

  /** Notes what is read. */
  note(reading: ReadingOptions): void {
    const { widest } = this;
    this.widest = {
      ...reading,
      protocols: PROTOCOLS.filter((each) => [reading, widest].some((some) => some?.protocols.includes(each))),
      bound: reading.bound || widest?.bound === true,
      namespaces: reading.namespaces || widest?.namespaces === true,
    };
  }

  /** Those of these ids, which the last reading did not find, whose sockets are there all the same. */
  among(ids: readonly string[], reading: ReadingOptions): Set<string> {
    const { backend, widest } = this;
    const found = new Set<string>();
    if (ids.length === 0 || widest === null || isAsWide(reading, widest)) return found;
    const wanted = new Set(ids);
    const table = new SocketTable();
    for (const source of backend.sources(widest)) {
      const start = table.length;
      try {
        backend.readTable(source, widest, table);
      } catch {
        table.truncate(start); // of what cannot be read there is nothing to say
      }
    }
    backend.sources(reading); // it goes on with these
    const { idHigh, idLow, namespace } = table.columns;
    for (let row = 0; row < table.length; row++) {
      const id = backend.id(idHigh[row]!, idLow[row]!, namespace[row]!);
      if (wanted.has(id)) found.add(id);
    }
    return found;
  }
}

function isAsWide(reading: ReadingOptions, other: ReadingOptions): boolean {
  return (
    other.protocols.every((each) => reading.protocols.includes(each)) &&
    (reading.bound || !other.bound) &&
    (reading.namespaces || !other.namespaces)
  );
}
