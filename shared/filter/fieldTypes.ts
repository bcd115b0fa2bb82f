/** What a field of the language is. Readers give null for "not known" and "there is none". */
import type { LiveRow, Lookups } from '../rowFacts';

export type Reader<Result> = (row: LiveRow, lookups: Lookups) => Result | null;

export const UNITS = ['count', 'bytes', 'rate', 'milliseconds', 'seconds'] as const;
export type Unit = (typeof UNITS)[number];

/** One value of a field that has few. */
export interface Choice {
  name: string;
  aliases: readonly string[];
  /** What cells show for it, lower case */
  titles: readonly string[];
  description: string;
  test: (row: LiveRow) => boolean;
  /** It goes by what some systems count only where it is looked at. */
  usesTraffic?: true;
}

export interface EndOfSocket {
  address: Reader<string>;
  port: Reader<number>;
}

interface Described {
  /** Its proper name, and all that it can be typed as besides; lower case */
  name: string;
  aliases: readonly string[];
  description: string;
  /** Ids of the columns that show it. */
  columns: readonly string[];
}

/** Where there are several readers, one that fits is enough. */
export type Field = Described &
  (
    | { kind: 'text'; read: readonly Reader<string>[]; usesNames?: true }
    | { kind: 'number'; unit: Unit; read: readonly Reader<number>[]; usesTime?: true }
    | { kind: 'port'; ends: readonly EndOfSocket[] }
    | { kind: 'address'; ends: readonly EndOfSocket[] }
    | { kind: 'choice'; choices: readonly Choice[]; isKnown: (row: LiveRow) => boolean }
  );
export type FieldOf<Kind extends Field['kind']> = Extract<Field, { kind: Kind }>;
