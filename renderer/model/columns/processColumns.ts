/** Columns about who holds the socket. */
import { hostedService } from '../../../shared/rowFacts';
import { OWNER_TITLES } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import { t } from '../../strings';
import { formatCount } from './format';
import { column, lower, numbers } from './spec';
import type { CellRow, ColumnSpec } from './spec';

/** {@link OWNER_TITLES} in a sentence, for a tooltip. */
export const OWNER_EXPLANATION = t.columns.owners;

const plain = (text: string | null): string => (text === null ? '' : plainText(text));

/** `/usr/sbin/nginx` → `nginx`, of Linux and Windows alike; the service where the program says nothing */
function moduleName(row: CellRow): string | null {
  const { processPath } = row;
  const service = hostedService(row);
  if (service !== null || processPath === null) return service;
  return processPath.slice(Math.max(...['/', '\\'].map((sign) => processPath.lastIndexOf(sign))) + 1);
}

function parentText({ parentName, parentPid }: CellRow): string {
  const pid = parentPid === null ? '' : `(${parentPid})`;
  return [plain(parentName), pid].filter(Boolean).join(' ');
}

function processTooltip(row: CellRow): string {
  const { processPath, processName, unit, container, holders, owner } = row;
  return [
    plain(processPath ?? processName),
    plain(unit),
    plain(container),
    holders > 1 ? t.columns.holders(holders) : '',
    OWNER_EXPLANATION[owner],
  ]
    .filter(Boolean)
    .join('\n');
}

/** What the program's file says of itself */
function facts(id: 'company' | 'product' | 'description', width: number, flex: number): ColumnSpec {
  const of = ({ program }: CellRow): string | null => program?.[id] ?? null;
  return column(
    id,
    width,
    (r) => plain(of(r)),
    (r) => lower(of(r)),
    { flex, fields: [id] },
  );
}

/** `10.0.9` comes before `10.0.22`. */
function versionKey(version: string | null): string | null {
  return lower(version)?.replaceAll(/\d+/g, (digits) => digits.padStart(10, '0')) ?? null;
}

export const PROCESS_COLUMNS: readonly ColumnSpec[] = [
  column(
    'processName',
    132,
    (r) => (r.processName === null ? OWNER_TITLES[r.owner] : plainText(r.processName)),
    (r) => lower(r.processName),
    {
      flex: 1.5,
      fields: ['processName', 'ownerInherited'],
      // The others that hold it; those of TIME_WAIT held it.
      more: (r) => (r.holders > 1 ? `+${r.holders - 1}` : ''),
      tooltip: processTooltip,
    },
  ),
  numbers(
    'pid',
    64,
    (r) => (r.pid === null ? '' : String(r.pid)),
    (r) => r.pid,
    { fields: ['pid'] },
  ),
  column(
    'user',
    82,
    (r) => (r.user === null ? (r.uid === null ? '' : String(r.uid)) : plainText(r.user)),
    (r) => lower(r.user) ?? (r.uid === null ? null : String(r.uid)),
    // Of Windows' users the domain comes first.
    { flex: 0.6, elide: 'middle', fields: ['user', 'uid'] },
  ),
  column(
    'moduleName',
    112,
    (r) => plain(moduleName(r)),
    (r) => lower(moduleName(r)),
    {
      ...{ flex: 0.8, elide: 'middle' },
      tooltip: (r) => [plain(hostedService(r)), plain(r.processPath)].filter(Boolean).join('\n'),
    },
  ),
  column(
    'processPath',
    160,
    (r) => plain(r.processPath),
    (r) => lower(r.processPath),
    { flex: 1.6, elide: 'middle', fields: ['processPath'] },
  ),
  ...[facts('description', 150, 1), facts('company', 132, 0.8), facts('product', 132, 0.8)],
  column(
    'fileVersion',
    120,
    (r) => plain(r.program?.version ?? null),
    (r) => versionKey(r.program?.version ?? null),
    { fields: ['fileVersion'] },
  ),
  column(
    'bits',
    64,
    (r) => (r.program?.bits == null ? '' : t.columns.width(r.program.bits)),
    (r) => r.program?.bits ?? null,
    { fields: ['bits'] },
  ),
  numbers(
    'session',
    76,
    (r) => String(r.program?.session ?? ''),
    (r) => r.program?.session ?? null,
    { fields: ['session'] },
  ),
  column(
    'commandLine',
    200,
    (r) => plain(r.commandLine),
    (r) => lower(r.commandLine),
    { flex: 2 },
  ),
  column(
    'unit',
    142,
    (r) => plain(r.unit),
    (r) => lower(r.unit),
    { flex: 1, elide: 'middle', fields: ['unit'] },
  ),
  column(
    'container',
    120,
    (r) => plain(r.container),
    (r) => lower(r.container),
    { flex: 0.8, elide: 'middle', fields: ['container'] },
  ),
  column(
    'parent',
    138,
    (r) => parentText(r),
    (r) => lower(r.parentName) ?? (r.parentPid === null ? null : String(r.parentPid)),
    { flex: 0.6, fields: ['parentPid', 'parentName'] },
  ),
  column(
    'owner',
    108,
    (r) => t.columns.ownerKinds[r.owner],
    (r) => r.owner,
    { fields: ['owner'], tooltip: (r) => OWNER_EXPLANATION[r.owner] },
  ),
  numbers(
    'holders',
    72,
    (r) => formatCount(r.holders),
    (r) => r.holders,
    { fields: ['holders'], largestFirst: true },
  ),
];
