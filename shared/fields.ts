/** The fields of a socket as other programs read them: the names in JSON and in CSV headers, in order. */
import type { SocketRow } from './socket';

export const FIELDS = [
  'id',
  'protocol',
  'family',
  'state',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'pid',
  'processName',
  'processPath',
  'processStartedAt',
  'user',
  'uid',
  'ownerInherited',
  'inode',
  'createdAt',
  'firstSeenAt',
  'bytesSent',
  'bytesReceived',
  'receiveQueue',
  'sendQueue',
  'type',
  'dualStack',
  'namespace',
  'unit',
  'container',
  'owner',
  'holders',
  'destroyedAt',
  'rtt',
  'retransmits',
  'direction',
  'interface',
  'parentPid',
  'parentName',
  'segmentsSent',
  'segmentsReceived',
  'company',
  'product',
  'description',
  'fileVersion',
  'bits',
  'session',
] as const;
/** The command line may hold secrets: it is a field only where it was asked for. */
export type Field = (typeof FIELDS)[number] | 'commandLine';

export type FieldValue = string | number | boolean | null;
export type ExportedSocket = Partial<Record<Field, FieldValue>>;

/** The value of one field. Times are ISO 8601 in UTC with milliseconds. */
export function fieldValue(row: SocketRow, field: Exclude<Field, 'commandLine'>): FieldValue {
  switch (field) {
    case 'ownerInherited':
      return row.owner === 'inherited';
    case 'processStartedAt':
    case 'createdAt':
    case 'firstSeenAt':
    case 'destroyedAt':
      return timestamp(row[field]);
    case 'fileVersion':
      return row.program?.version ?? null;
    case 'company':
    case 'product':
    case 'description':
    case 'bits':
    case 'session':
      return row.program?.[field] ?? null;
    default:
      return row[field];
  }
}

export function exportSocket(row: SocketRow): ExportedSocket {
  return Object.fromEntries(FIELDS.map((field) => [field, fieldValue(row, field)]));
}

function timestamp(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
