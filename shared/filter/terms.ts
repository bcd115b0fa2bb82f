/** From one value of a field to the question it asks of a row, and what it marks in a cell. */
import type { LiveRow, Lookups } from '../rowFacts';
import type { Protocol } from '../socket';
import { addressTest, endpointParts } from './addresses';
import type { AddressTest } from './addresses';
import type { Choice, EndOfSocket, Field, FieldOf, Reader } from './fieldTypes';
import { Invalid } from './invalid';
import { noNumber, numberTest } from './numbers';
import type { NumberTest } from './numbers';
import { hasWildcards, patternOf, remembered, wholly } from './patterns';
import type { Pattern } from './patterns';
import { suggestion } from './suggest';
import type { Value } from './syntax';
import type { Range } from './types';

export type RowTest = (row: LiveRow) => boolean;

export interface Term {
  test: RowTest;
  /** What to mark in the text of a cell that shows the field */
  mark: (text: string) => Range[];
  usesNames: boolean;
  usesTime: boolean;
  /** Of the values that it is about; whether a field does is not said here. */
  usesTraffic: boolean;
}

const nothing = (): Range[] => [];

/** Throws {@link Invalid}. */
export function fieldTerm(field: Field, value: Value, lookups: Lookups): Term {
  const term = {
    mark: nothing,
    usesNames: false,
    usesTime: field.kind === 'number' && field.usesTime === true,
    usesTraffic: false,
  };
  if (field.kind === 'choice') return { ...term, ...choiceTerm(field, value) };
  const known = presence(value);
  if (known !== null) {
    const usesNames = field.kind === 'text' && field.usesNames === true;
    return { ...term, usesNames, test: presenceTest(field, known, lookups) };
  }
  switch (field.kind) {
    case 'text':
      return { ...term, ...textTerm(field, value, lookups) };
    case 'number':
      return { ...term, ...numberTerm(field, value, lookups) };
    case 'port':
      return { ...term, ...portTerm(field, value, lookups) };
    case 'address':
      return { ...term, ...addressTerm(field, value, lookups) };
  }
}

/** `field:*` is true, `field:none` is false; null is a value like others. */
function presence({ kind, text, operator }: Value): boolean | null {
  if (kind !== 'bare' || operator !== null) return null;
  if (text === '*') return true;
  return text.toLowerCase() === 'none' ? false : null;
}

function presenceTest(field: Exclude<Field, { kind: 'choice' }>, known: boolean, lookups: Lookups): RowTest {
  const readers: readonly Reader<unknown>[] =
    field.kind === 'port' || field.kind === 'address'
      ? field.ends.map((end) => end[field.kind as 'port'])
      : field.read;
  return (row) => readers.some((read) => read(row, lookups) !== null) === known;
}

function noComparison({ operator }: Value): void {
  if (operator !== null && operator !== '=')
    throw new Invalid(`This field has no order: “${operator}” says nothing here.`);
}

function textTerm(
  { read, usesNames }: FieldOf<'text'>,
  value: Value,
  lookups: Lookups,
): Partial<Term> & Pick<Term, 'test'> {
  noComparison(value);
  const pattern = patternOf(value, { text: false, wildcards: true });
  const fits = remembered(pattern.test);
  const tests = read.map((reader): RowTest => {
    return (row) => {
      const text = reader(row, lookups);
      return text !== null && fits(text);
    };
  });
  return { test: anyOf(tests), mark: pattern.find, usesNames: usesNames === true };
}

/** Of at least one. Not one in the other: a filter may have thousands of terms. */
export function anyOf(tests: readonly RowTest[]): RowTest {
  const [a, b] = tests;
  if (tests.length === 1) return a!;
  if (tests.length === 2) return (row) => a!(row) || b!(row);
  return (row) => {
    for (const test of tests) if (test(row)) return true;
    return false;
  };
}

export function allOf(tests: readonly RowTest[]): RowTest {
  const [a, b] = tests;
  if (tests.length === 1) return a!;
  if (tests.length === 2) return (row) => a!(row) && b!(row);
  return (row) => {
    for (const test of tests) if (!test(row)) return false;
    return true;
  };
}

function numberTerm(
  { read, unit }: FieldOf<'number'>,
  value: Value,
  lookups: Lookups,
): Pick<Term, 'test' | 'mark'> {
  const fits = value.kind === 'regex' ? null : numberTest(value, unit);
  if (fits === null) throw noNumber(value.text, unit);
  const test: RowTest = (row) =>
    read.some((reader) => {
      const number = reader(row, lookups);
      return number !== null && fits(number);
    });
  return { test, mark: (text) => wholly(text, isNumeral(text) && fits(Number(text))) };
}

function isNumeral(text: string): boolean {
  return /^\d+$/.test(text);
}

function portTerm({ ends }: FieldOf<'port'>, value: Value, lookups: Lookups): Pick<Term, 'test' | 'mark'> {
  const fits = value.kind === 'bare' ? numberTest(value, 'count') : null;
  if (fits !== null) {
    const test: RowTest = (row) => ends.some((end) => fitsPort(end.port(row, lookups), fits));
    return { test, mark: (text) => wholly(text, isNumeral(text) && fits(Number(text))) };
  }
  noComparison(value);
  if (value.kind === 'bare' && !/[a-z*?]/i.test(value.text))
    throw new Invalid(`“${value.text}” is no port. Examples: 443, 8000-9000, <1024, https.`);
  const pattern = patternOf(value, { text: true, wildcards: true });
  const named = serviceTest(pattern, lookups);
  const test: RowTest = (row) =>
    ends.some((end) => {
      const port = end.port(row, lookups);
      return port !== null && named(row.protocol, port);
    });
  return { test, mark: pattern.find };
}

function fitsPort(port: number | null, fits: NumberTest): boolean {
  return port !== null && fits(port);
}

/** Whether the name of a port is like this. Services do not change: each port is looked up once. */
export function serviceTest(
  pattern: Pick<Pattern, 'test'>,
  lookups: Lookups,
): (protocol: Protocol, port: number) => boolean {
  const known = new Map<Protocol, Uint8Array>();
  const fitsName = (protocol: Protocol, port: number): boolean => {
    const name = lookups.service(protocol, port);
    return name !== null && pattern.test(name);
  };
  return (protocol, port) => {
    if (port > 65_535) return fitsName(protocol, port);
    let ports = known.get(protocol);
    if (ports === undefined) known.set(protocol, (ports = new Uint8Array(65_536)));
    if (ports[port] === 0) ports[port] = fitsName(protocol, port) ? FITS : FITS_NOT;
    return ports[port] === FITS;
  };
}
const FITS = 1;
const FITS_NOT = 2;

function addressTerm(
  { ends }: FieldOf<'address'>,
  value: Value,
  lookups: Lookups,
): Pick<Term, 'test' | 'mark' | 'usesNames'> {
  noComparison(value);
  const endpoint = value.kind === 'bare' ? endpointParts(value.text) : null;
  if (endpoint !== null) return endpointTerm(ends, endpoint, lookups);
  const numeric = value.kind === 'bare' && !hasWildcards(value) ? addressTest(value.text) : null;
  if (numeric !== null) {
    const test = anyOf(ends.map((end) => addressOf(end, numeric, lookups)));
    return { test, mark: (text) => wholly(text, numeric(text)), usesNames: false };
  }
  if (value.kind === 'bare' && /^[\d.]+[-/][\d.]*$/.test(value.text))
    throw new Invalid(
      `“${value.text}” is no address, network or range. Examples: 10.0.0.0/8, 10.0.0.1-10.0.0.9.`,
    );
  const pattern = patternOf(value, { text: false, wildcards: true });
  const known = remembered(pattern.test);
  const test: RowTest = (row) =>
    ends.some((end) => {
      const address = end.address(row, lookups);
      if (address === null) return false;
      if (known(address)) return true;
      const host = lookups.host(address);
      return host !== null && known(host);
    });
  return { test, mark: pattern.find, usesNames: true };
}

function addressOf({ address }: EndOfSocket, fits: AddressTest, lookups: Lookups): RowTest {
  return (row) => {
    const text = address(row, lookups);
    return text !== null && fits(text);
  };
}

/** `remote:10.0.0.1:443` */
function endpointTerm(
  ends: readonly EndOfSocket[],
  { address, port }: { address: string; port: string | null },
  lookups: Lookups,
): Pick<Term, 'test' | 'mark' | 'usesNames'> {
  const fits = addressTest(address);
  if (fits === null) throw new Invalid(`“${address}” is no address.`);
  const number = port === null ? null : Number(port);
  const test: RowTest = (row) =>
    ends.some((end) => {
      const text = end.address(row, lookups);
      return text !== null && fits(text) && (number === null || end.port(row, lookups) === number);
    });
  return { test, mark: (text) => wholly(text, fits(text)), usesNames: false };
}

/** `TIME_WAIT`, `time wait` and `TimeWait` are one. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Those of this name; else those that begin with it, as somebody may still be typing. */
function chosen({ choices, name }: FieldOf<'choice'>, value: Value): readonly Choice[] {
  if (value.kind === 'regex' || hasWildcards(value)) {
    const pattern = patternOf(value, { text: false, wildcards: true });
    return choices.filter((choice) => [choice.name, ...choice.aliases].some((each) => pattern.test(each)));
  }
  const wanted = plain(value.text);
  if (wanted === '') throw new Invalid('There is nothing in the quotes.');
  const names = (choice: Choice): string[] => [choice.name, ...choice.aliases].map(plain);
  const exact = choices.filter((choice) => names(choice).includes(wanted));
  if (exact.length > 0 || value.operator === '=') return exact;
  const begun = choices.filter((choice) => names(choice).some((each) => each.startsWith(wanted)));
  if (begun.length > 0) return begun;
  const meant = suggestion(
    value.text,
    choices.flatMap((choice) => [choice.name, ...choice.aliases]),
  );
  const some = choices.slice(0, 4).map((choice) => choice.name);
  const hint =
    meant === null
      ? `There are: ${some.join(', ')}${choices.length > 4 ? ', …' : ''}.`
      : `Did you mean “${meant}”?`;
  throw new Invalid(`“${value.text}” is no value of ${name}. ${hint}`);
}

function choiceTerm(field: FieldOf<'choice'>, value: Value): Partial<Term> & Pick<Term, 'test'> {
  noComparison(value);
  const known = presence(value);
  const isNamed = field.choices.some((choice) => choice.name === value.text.toLowerCase());
  if (known !== null && !isNamed) return { test: (row) => field.isKnown(row) === known, mark: nothing };
  const choices = chosen(field, value);
  if (choices.length === 0) throw new Invalid(`No value of ${field.name} is like this.`);
  const titles = choices.flatMap((choice) => choice.titles);
  const mark = (text: string): Range[] => {
    const lower = text.toLowerCase();
    const title = titles.find((each) => lower === each || lower.startsWith(`${each} `));
    return title === undefined ? [] : [[0, title.length]];
  };
  const [only, ...more] = choices;
  const test: RowTest = more.length === 0 ? only!.test : (row) => choices.some((choice) => choice.test(row));
  return { test, mark, usesTraffic: choices.some((choice) => choice.usesTraffic === true) };
}
