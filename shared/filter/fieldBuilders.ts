/** How a field is written down: its names, the columns that show it, what it is, and where a row has it. */
import type { LiveRow } from '../rowFacts';
import type { Choice, EndOfSocket, Field, FieldOf, Reader, Unit } from './fieldTypes';

type Names = readonly [name: string, ...aliases: string[]];

export const text = (
  [name, ...aliases]: Names,
  columns: readonly string[],
  description: string,
  ...read: Reader<string>[]
): FieldOf<'text'> => {
  return { kind: 'text', name, aliases, columns, description, read };
};
export const number = (
  [name, ...aliases]: Names,
  columns: readonly string[],
  unit: Unit,
  description: string,
  ...read: Reader<number>[]
): FieldOf<'number'> => ({ kind: 'number', name, aliases, columns, unit, description, read });
export const choice = (
  [name, ...aliases]: Names,
  columns: readonly string[],
  description: string,
  choices: readonly Choice[],
  isKnown: (row: LiveRow) => boolean = () => true,
): Field => ({ kind: 'choice', name, aliases, columns, description, choices, isKnown });
export const ofEnds = (
  kind: 'address' | 'port',
  [name, ...aliases]: Names,
  columns: readonly string[],
  description: string,
  ...ends: EndOfSocket[]
): Field => ({ kind, name, aliases, columns, description, ends });
