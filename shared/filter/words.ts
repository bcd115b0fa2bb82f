/** Free words: what occurs anywhere in what a row is. Its counters and times are not looked at. */
import type { LiveRow, Lookups } from '../rowFacts';
import { OWNER_TITLES, OWNERS, SOCKET_STATES, SOCKET_TYPES } from '../socket';
import { stateTitle, tableOf, TABLES, tableTitle } from '../socket';
import type { Family, Owner, ProgramFacts, SocketState } from '../socket';
import { fold, hasWildcards, patternOf, remembered, wholly } from './patterns';
import type { Pattern } from './patterns';
import type { Value } from './syntax';
import { anyOf, serviceTest } from './terms';
import type { RowTest, Term } from './terms';
import type { Range } from './types';

/** Columns whose text free words look at. */
export const WORD_COLUMNS: ReadonlySet<string> = new Set([
  ...['processName', 'pid', 'user', 'uid', 'protocol', 'state', 'localAddress', 'localPort', 'remoteAddress'],
  ...['remotePort', 'namespace', 'processPath', 'unit', 'container', 'interface', 'parentName', 'parent'],
  ...[
    'commandLine',
    'localPortName',
    'remotePortName',
    'moduleName',
    'remoteHost',
    'company',
    'product',
    'description',
  ],
]);

/** Throws Invalid. Text and wildcards may stand anywhere within one of a row's texts. */
export function wordTerm(value: Value, lookups: Lookups): Term {
  const pattern = patternOf(value, { text: false, wildcards: false });
  const isPlain = value.kind === 'quoted' || (value.kind === 'bare' && !hasWildcards(value));
  const inEnds = isPlain ? plainEnds(fold(value.text), lookups) : patternEnds(pattern, lookups);
  const tests = [processTest(pattern), placeTest(pattern), serviceOfEither(pattern, lookups), inEnds];
  // Most words are in no number, no state and so on, and cost nothing there.
  const test = anyOf([
    ...tests,
    ...(isPlain && !/^\d+$/.test(value.text) ? [] : [numbersTest(pattern)]),
    ...fixedTests(pattern),
  ]);
  return {
    test,
    mark: (text) => markWord(value, pattern, text),
    usesNames: true,
    usesTime: false,
    usesTraffic: false,
  };
}

/** What comes again in other rows: each text is looked at once. */
function processTest(pattern: Pattern): RowTest {
  const fits = remembered(pattern.test);
  const hasTitle = new Set<Owner>(OWNERS.filter((owner) => pattern.test(OWNER_TITLES[owner])));
  return byProcess(
    (row) =>
      (row.processName === null ? hasTitle.has(row.owner) : fits(row.processName)) ||
      (row.processPath !== null && fits(row.processPath)) ||
      (row.unit !== null && fits(row.unit)) ||
      (row.container !== null && fits(row.container)) ||
      (row.parentName !== null && fits(row.parentName)) ||
      (row.commandLine !== null && pattern.test(row.commandLine)) ||
      (row.program !== null && inProgram(row.program, fits)),
  );
}

function inProgram(
  { company, product, description }: ProgramFacts,
  fits: (text: string) => boolean,
): boolean {
  return (
    (company !== null && fits(company)) ||
    (product !== null && fits(product)) ||
    (description !== null && fits(description))
  );
}

const MOST_PROCESSES = 20_000;

/** What only a row's process decides is asked once for the rows of one process, as long as they say the same of it. */
function byProcess(test: RowTest): RowTest {
  const known = new Map<number | null, { process: OfProcess; fits: boolean }>();
  return (row) => {
    const last = known.get(row.pid);
    if (last !== undefined && isSameProcess(last.process, row)) return last.fits;
    const fits = test(row);
    if (known.size >= MOST_PROCESSES) known.clear();
    // A copy: the row may be another one's by the next time.
    const { processName, processPath, unit, container, parentName, commandLine, owner, program } = row;
    const process = { processName, processPath, unit, container, parentName, commandLine, owner, program };
    known.set(row.pid, { process, fits });
    return fits;
  };
}

type OfProcess = Pick<
  LiveRow,
  'processName' | 'processPath' | 'unit' | 'container' | 'parentName' | 'commandLine' | 'owner' | 'program'
>;

function isSameProcess(a: OfProcess, b: OfProcess): boolean {
  return (
    a.processName === b.processName &&
    a.processPath === b.processPath &&
    a.unit === b.unit &&
    a.container === b.container &&
    a.parentName === b.parentName &&
    a.commandLine === b.commandLine &&
    a.program === b.program &&
    (a.processName !== null || a.owner === b.owner)
  );
}

function placeTest(pattern: Pattern): RowTest {
  const [user, namespace, device] = [0, 1, 2].map(() => remembered(pattern.test));
  return (row) =>
    (row.user !== null && user!(row.user)) ||
    (row.namespace !== null && namespace!(row.namespace)) ||
    (row.interface !== null && device!(row.interface));
}

const STATE_TEXTS = SOCKET_STATES.flatMap((state) => [
  [state, state] as const,
  [state, stateTitle(state)] as const,
]);
const TABLE_TEXTS = TABLES.flatMap((table) => [[table, table] as const, [table, tableTitle(table)] as const]);
/** `UNIX stream`: where one protocol carries several types, they are told apart. */
const TYPE_TEXTS = TABLES.filter((table) => !/\d$/.test(table)).flatMap((table) =>
  SOCKET_TYPES.map((type) => [`${table} ${type}`, `${tableTitle(table)} ${type ?? ''}`] as const),
);

/** Of what has few values all that fit are found beforehand: often none. */
function fixedTests({ test }: Pattern): RowTest[] {
  const fitting = <Key>(texts: readonly (readonly [Key, string])[]): ReadonlySet<Key> =>
    new Set(texts.filter(([, text]) => test(text)).map(([key]) => key));
  const states = fitting<SocketState | null>(STATE_TEXTS);
  const tables = fitting<string>(TABLE_TEXTS);
  const types = fitting<string>(TYPE_TEXTS);
  return [
    ...(states.size === 0 ? [] : [(row: LiveRow) => states.has(row.state)]),
    ...(tables.size === 0 ? [] : [(row: LiveRow) => tables.has(tableOf(row.protocol, row.family))]),
    ...(types.size === 0
      ? []
      : [(row: LiveRow) => types.has(`${tableOf(row.protocol, row.family)} ${row.type}`)]),
  ];
}

function numbersTest(pattern: Pattern): RowTest {
  const fits = numberTest(pattern);
  return (row) => fits(row.localPort) || fits(row.remotePort) || fits(row.pid) || fits(row.uid);
}

/** Numbers of processes, users and ports come again. */
function numberTest({ test }: Pattern): (number: number | null) => boolean {
  const known = new Map<number, boolean>();
  return (number) => {
    if (number === null) return false;
    let fits = known.get(number);
    if (fits === undefined) {
      if (known.size > 200_000) known.clear();
      known.set(number, (fits = test(String(number))));
    }
    return fits;
  };
}

function serviceOfEither(pattern: Pattern, lookups: Lookups): RowTest {
  const named = serviceTest(pattern, lookups);
  return (row) =>
    (row.localPort !== null && named(row.protocol, row.localPort)) ||
    (row.remotePort !== null && named(row.protocol, row.remotePort));
}

/** Addresses, hosts and endpoints. IPv4 addresses are digits and dots, and need not be looked at for other words. */
function plainEnds(word: string, lookups: Lookups): RowTest {
  const inIPv4 = /^[\d.:]+$/.test(word);
  const inEndpoint = word.includes(':');
  const inEnd = (family: Family, address: string, port: number | null): boolean => {
    if (family !== 4 || inIPv4) {
      const folded = family === 4 ? address : fold(address);
      if (folded.includes(word)) return true;
      if (inEndpoint && port !== null && endpoints(folded, port).includes(word)) return true;
    }
    const host = lookups.host(address);
    return host !== null && fold(host).includes(word);
  };
  return (row) =>
    inEnd(row.family, row.localAddress, row.localPort) ||
    (row.remoteAddress !== null && inEnd(row.family, row.remoteAddress, row.remotePort));
}

/** Both ends at once, as lines: a regular expression costs little more for a longer text. */
function patternEnds(pattern: Pattern, lookups: Lookups): RowTest {
  const hasHost = (address: string | null): boolean => {
    const host = address === null ? null : lookups.host(address);
    return host !== null && pattern.test(host);
  };
  return (row) => {
    const { localAddress, localPort, remoteAddress, remotePort } = row;
    const local =
      localPort === null ? localAddress : `${localAddress}\n${endpoints(localAddress, localPort)}`;
    const remote =
      remoteAddress === null || remotePort === null
        ? (remoteAddress ?? '')
        : `${remoteAddress}\n${endpoints(remoteAddress, remotePort)}`;
    return pattern.test(`${local}\n${remote}`) || hasHost(localAddress) || hasHost(remoteAddress);
  };
}

/** With the brackets of IPv6 and, as some write it, without */
function endpoints(address: string, port: number): string {
  const plain = `${address}:${port}`;
  return address.includes(':') ? `${plain}\n[${address}]:${port}` : plain;
}

/** An endpoint stands in two cells. */
function markWord({ kind, text: word }: Value, pattern: Pattern, text: string): Range[] {
  const found = pattern.find(text);
  if (found.length > 0 || kind === 'regex' || text === '' || !word.includes(':')) return found;
  const lower = text.toLowerCase();
  const endpoint = word.toLowerCase();
  const isPart = endpoint.startsWith(`${lower}:`) || endpoint.startsWith(`[${lower}]:`);
  return wholly(text, isPart || (/^\d+$/.test(text) && endpoint.endsWith(`:${lower}`)));
}
