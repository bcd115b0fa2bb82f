/** Columns about what goes through the socket, and since when. */
import type { ColumnId } from '../../../shared/columnIds';
import { formatAge, formatCount, formatFullTime, formatRate, formatRtt, formatTime } from './format';
import { numbers } from './spec';
import type { CellRow, ColumnSpec } from './spec';
import { t } from '../../strings';

type CountField =
  | 'segmentsSent'
  | 'segmentsReceived'
  | 'bytesSent'
  | 'bytesReceived'
  | 'sendQueue'
  | 'receiveQueue'
  | 'retransmits';
type TimeField = 'createdAt' | 'firstSeenAt' | 'destroyedAt' | 'processStartedAt';

function counts(id: CountField, width: number): ColumnSpec {
  return numbers(
    id,
    width,
    (r) => formatCount(r[id]),
    (r) => r[id],
    { fields: [id], largestFirst: true },
  );
}

function times(id: TimeField, width: number): ColumnSpec {
  const shown = (format: (ms: number) => string) => (r: CellRow) => {
    const ms = r[id];
    return ms === null ? '' : format(ms);
  };
  return numbers(
    id,
    width,
    shown((ms) => formatTime(ms)),
    (r) => r[id],
    { fields: [id], largestFirst: true, tooltip: shown(formatFullTime) },
  );
}

function rates(id: 'sendRate' | 'receiveRate', width: number): ColumnSpec {
  return numbers(
    id,
    width,
    (r) => formatRate(r[id]),
    (r) => r[id] ?? null,
    { derived: (r) => r[id] ?? null, largestFirst: true },
  );
}

/** What some systems count only of sockets that somebody looks at */
export const COUNTED_COLUMNS: ReadonlySet<ColumnId> = new Set([
  ...(['segmentsSent', 'segmentsReceived', 'bytesSent', 'bytesReceived'] as const),
  ...(['sendRate', 'receiveRate', 'rtt', 'retransmits'] as const),
]);

const birth = (row: CellRow): number => row.createdAt ?? row.firstSeenAt;

export const TRAFFIC_COLUMNS: readonly ColumnSpec[] = [
  times('createdAt', 102),
  times('firstSeenAt', 96),
  numbers(
    'age',
    92,
    (r, lookups) => formatAge(lookups.now() - birth(r)),
    // The youngest first; unlike the age itself, this stays the same.
    (r) => -birth(r),
    {
      tooltip: (r) => `${formatFullTime(birth(r))}${r.createdAt === null ? `\n${t.columns.atLeast}` : ''}`,
    },
  ),
  times('destroyedAt', 96),
  counts('segmentsSent', 98),
  counts('segmentsReceived', 100),
  counts('bytesSent', 114),
  counts('bytesReceived', 114),
  rates('sendRate', 90),
  rates('receiveRate', 90),
  counts('sendQueue', 98),
  counts('receiveQueue', 98),
  numbers(
    'rtt',
    78,
    (r) => formatRtt(r.rtt),
    (r) => r.rtt,
    { fields: ['rtt'], largestFirst: true },
  ),
  counts('retransmits', 74),
  times('processStartedAt', 122),
];
