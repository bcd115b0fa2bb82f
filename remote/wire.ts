/** What connects a client with the program of an engine elsewhere, whatever it is made of. */
import type { RemoteError } from './ends';

/** How the program ended, as far as it can be known. */
export interface ProgramEnd {
  /** null where a signal ended it, or nobody can tell */
  code: number | null;
  /** The end of what there is to say about it: its standard error, or the wire's own words */
  stderr: string;
}

export interface WireEvents {
  /** Bytes of the engine's */
  data(piece: Uint8Array): void;
  /** The last event: nothing comes any more. A RemoteError where there never was a program. */
  end(why: ProgramEnd | RemoteError): void;
}

export interface Wire {
  /** Only once something has come: before that there may be nobody yet. */
  write(line: string): void;
  /** Ends the engine's input, by which an engine ends. What was written before still arrives. */
  hangUp(): void;
  /** Ends the wire, and the program where that is allowed. */
  kill(): void;
}

/** Begins at once. No event comes before it has returned. */
export type Connect = (events: WireEvents) => Wire;
