import type { Engine } from '../engine';
import { formatEndpoint } from '../shared/address';
import { holderGroup } from '../shared/details';
import type { Fact, FactGroup, SocketDetails } from '../shared/details';
import { factText, isQuantity } from '../shared/factText';
import { exportSocket } from '../shared/fields';
import { MAIN_TABLES, stateTitle, tableOf, tableTitle } from '../shared/socket';
import type { SocketRow, TableName } from '../shared/socket';
import { plainText } from '../shared/text';
import { printableJson } from './json';
import { SEARCHES } from './reading';

export interface ShowOutput {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** Everything known of one socket, as text or as one JSON object. Exit status 1 where it is gone. */
export function show(engine: Engine, id: string, json: boolean): ShowOutput {
  for (const reading of SEARCHES) {
    const row = engine.snapshot(reading).find((each) => each.id === id);
    if (row === undefined) continue;
    const details = engine.details(id);
    if (details === null) break;
    const stdout = json ? `${printableJson({ ...exportSocket(row), details })}\n` : `${text(row, details)}\n`;
    return { stdout, stderr: '', exitCode: 0 };
  }
  // A table that this kernel can never list has not given anybody an id.
  const problems = engine.tableProblems
    .filter(({ table }) => (MAIN_TABLES as readonly TableName[]).includes(table))
    .map(({ message }) => `socketscope: ${message}\n`);
  const name = plainText(id);
  return problems.length === 0
    ? { stdout: '', stderr: `socketscope: ${name} is gone, or never was.\n`, exitCode: 1 }
    : {
        stdout: '',
        stderr: `${problems.join('')}socketscope: ${name} was not found, but not everything could be read.\n`,
        exitCode: 4,
      };
}

function text(row: SocketRow, details: SocketDetails): string {
  const endpoints = [endpoint(row.localAddress, row.localPort)];
  if (row.remoteAddress !== null) endpoints.push(endpoint(row.remoteAddress, row.remotePort));
  const title = [
    tableTitle(tableOf(row.protocol, row.family)),
    ...(row.state === null ? [] : [stateTitle(row.state)]),
    plainText(endpoints.join(' → ')),
  ];
  const groups = [
    ...details.groups,
    ...details.holders.map((holder, i) => holderGroup(holder, i + 1, details.holders.length)),
  ];
  const width = Math.max(...groups.flatMap(({ facts }) => facts.map(({ title }) => title.length)), 0);
  return [title.join('  '), `id ${row.id}`, ...groups.map((each) => groupText(each, width))].join('\n');
}

/** What has no port (UNIX, netlink, …) is its name alone. */
function endpoint(address: string, port: number | null): string {
  return port === null ? address : formatEndpoint(address, port);
}

/** Quantities end in one line with the longest of their group. */
function groupText({ title, facts, note }: FactGroup, width: number): string {
  const values = facts.map((each) => ({ each, text: factText(each) }));
  const right = Math.max(...values.map(({ each, text }) => (isAligned(each) ? text.length : 0)), 0);
  return [
    '',
    title,
    ...(note === null ? [] : [`  ${plainText(note)}`]),
    ...values.map(({ each, text }) => {
      const value = isAligned(each) ? text.padStart(right) : text;
      return `  ${each.title.padEnd(width)}  ${value}`.trimEnd();
    }),
  ].join('\n');
}

/** Ids are no quantities: nobody compares them with the number below. */
function isAligned(each: Fact): boolean {
  return isQuantity(each) && each.unit !== 'none';
}
