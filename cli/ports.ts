/** `socketscope ports`: the ranges of ports that the system treats in its own way, and what becomes of one port. */
import type { Engine } from '../engine';
import { exportSocket } from '../shared/fields';
import { placeTexts, portPlace, rangeText } from '../shared/portRanges';
import type { PortRanges, PortTable } from '../shared/portRanges';
import { DEFAULT_READING, tableTitle } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import { plainText } from '../shared/text';
import { printableJson } from './json';
import { listText } from './list';
import type { ShowOutput } from './show';
import { UsageError } from './usage';

/** Sockets that are bound without listening keep a port from others as well. */
const PORT_READING: ReadingOptions = { ...DEFAULT_READING, bound: true };

/** The sockets that may have a port, and what of them could not be read. */
export interface PortReading {
  rows: readonly SocketRow[];
  problems: Engine['tableProblems'];
}

export function portReading(engine: Pick<Engine, 'snapshot' | 'tableProblems'>): PortReading {
  const rows = engine.snapshot(PORT_READING);
  return { rows, problems: engine.tableProblems };
}

/** @throws UsageError */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new UsageError(`ports takes a port from 1 to 65535, not "${text}".`);
  return Number(text);
}

/** All ranges, as text or as one JSON object: a {@link PortRanges}. Exit status 4 where something could not be read. */
export function rangesOutput(ranges: PortRanges, json: boolean): ShowOutput {
  const { tables, unprivilegedFrom } = ranges;
  const privileged =
    unprivilegedFrom === null || unprivilegedFrom === 0
      ? []
      : ['', `Privileged programs only: ports below ${unprivilegedFrom}`];
  const text = [...groups(tables, rangeLines), ...privileged].join('\n');
  return output(json ? printableJson(ranges) : text, ranges.problems);
}

/** One port: the sockets that have it, and where it lies. Exit status 4 where something could not be read. */
export function portOutput(
  port: number,
  reading: PortReading,
  ranges: PortRanges,
  json: boolean,
): ShowOutput {
  const sockets = reading.rows.filter(
    ({ protocol, localPort }) => PORT_READING.protocols.includes(protocol) && localPort === port,
  );
  const places = ranges.tables.map(({ protocol, family }) => ({
    protocol,
    family,
    ...portPlace(ranges, protocol, family, port)!,
  }));
  const problems = [...ranges.problems, ...reading.problems.map(({ message }) => message)];
  if (json)
    return output(printableJson({ port, sockets: sockets.map(exportSocket), places, problems }), problems);
  const placed = groups(places, (place) => placeTexts(place).map((text) => `  ${text}`));
  const listing = listText(sockets, { format: 'text', showCommandLines: false }).trimEnd();
  const lines = [
    `Port ${port}: ${usesOf(sockets, reading.problems.length === 0)}`,
    ...(sockets.length === 0 ? [] : ['', listing]),
    ...(placed.length === 0 ? [] : ['', ...placed]),
  ];
  return output(lines.join('\n'), problems);
}

/** `1 listener, 3 connections, 12 in TIME_WAIT`, or that nothing has it, of the tables that could be read */
function usesOf(sockets: readonly SocketRow[], isWhole: boolean): string {
  const counts = { listener: 0, connection: 0, udp: 0, bound: 0, waiting: 0 };
  for (const { protocol, state } of sockets) {
    if (protocol === 'udp') counts.udp++;
    else if (state === 'LISTEN') counts.listener++;
    else if (state === 'TIME_WAIT') counts.waiting++;
    else if (state === 'BOUND' || state === 'CLOSE') counts.bound++;
    else counts.connection++;
  }
  const plural = (count: number, one: string): string[] =>
    count === 0 ? [] : [`${count} ${one}${count === 1 ? '' : 's'}`];
  const parts = [
    ...plural(counts.listener, 'listener'),
    ...plural(counts.connection, 'connection'),
    ...plural(counts.udp, 'UDP socket'),
    ...(counts.bound === 0 ? [] : [`${counts.bound} bound, not listening`]),
    ...(counts.waiting === 0 ? [] : [`${counts.waiting} in TIME_WAIT`]),
  ];
  if (parts.length > 0) return parts.join(', ');
  return isWhole
    ? 'no socket of this machine has it.'
    : 'no socket has it in the tables that could be read; others could not.';
}

function rangeLines({ ephemeral, excluded }: PortTable): string[] {
  const ranges = excluded?.map((range) => {
    const text = rangeText(range);
    return range.why === 'administered' ? `${text.padEnd(11)}  reserved by an administrator` : text;
  }) ?? ['not known'];
  return [
    `  Ephemeral  ${ephemeral === null ? 'not known' : rangeText(ephemeral)}`,
    ...(ranges.length === 0 ? ['none'] : ranges).map(
      (text, i) => `  ${i === 0 ? 'Excluded ' : '         '}  ${text}`,
    ),
  ];
}

/** Tables of which the same is to be said, under one title: `TCP v4, TCP v6`. Of those with nothing to say, nothing. */
function groups<Table extends Pick<PortTable, 'protocol' | 'family'>>(
  tables: readonly Table[],
  linesOf: (table: Table) => string[],
): string[] {
  const titles = new Map<string, string[]>();
  for (const table of tables) {
    const text = linesOf(table).join('\n');
    const title = tableTitle(`${table.protocol}${table.family}`);
    if (text !== '') titles.set(text, [...(titles.get(text) ?? []), title]);
  }
  return [...titles].flatMap(([text, each], i) => [...(i === 0 ? [] : ['']), each.join(', '), text]);
}

function output(stdout: string, problems: readonly string[]): ShowOutput {
  return {
    stdout: `${stdout}\n`,
    stderr: problems.map((problem) => `socketscope: ${plainText(problem)}\n`).join(''),
    exitCode: problems.length === 0 ? 0 : 4,
  };
}
