/** Columns about who holds the socket. */
import { OWNER_TITLES } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import { t } from '../../strings';
import { formatCount } from './format';
import { column, lower, numbers } from './spec';
import type { CellRow, ColumnSpec } from './spec';

/** {@link OWNER_TITLES} in a sentence, for a tooltip. */
export const OWNER_EXPLANATION = t.columns.owners;

const plain = (text: string | null): string => (text === null ? '' : plainText(text));

/** `/usr/sbin/nginx` → `nginx`, of Linux and Windows alike */
function moduleName({ processPath }: CellRow): string | null {
  return processPath === null
    ? null
    : processPath.slice(Math.max(...['/', '\\'].map((sign) => processPath.lastIndexOf(sign))) + 1);
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
    { flex: 0.6, fields: ['user', 'uid'] },
  ),
  column(
    'moduleName',
    112,
    (r) => plain(moduleName(r)),
    (r) => lower(moduleName(r)),
    { flex: 0.8, elide: 'middle', tooltip: (r) => plain(r.processPath) },
  ),
  column(
    'processPath',
    160,
    (r) => plain(r.processPath),
    (r) => lower(r.processPath),
    { flex: 1.6, elide: 'middle', fields: ['processPath'] },
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
