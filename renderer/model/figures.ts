/** What of a row is about its traffic: all that most updates change. */
import type { LiveRow } from '../../shared/rowFacts';
import type { Counters } from '../../shared/socket';

export type Figures = Counters & Pick<LiveRow, 'sendRate' | 'receiveRate'>;

/** Property by property, as in takeOn.ts; a test tells where one is missing. */
export function setFigures(into: Figures, from: Figures): void {
  into.bytesSent = from.bytesSent;
  into.bytesReceived = from.bytesReceived;
  into.receiveQueue = from.receiveQueue;
  into.sendQueue = from.sendQueue;
  into.rtt = from.rtt;
  into.retransmits = from.retransmits;
  into.segmentsSent = from.segmentsSent;
  into.segmentsReceived = from.segmentsReceived;
  into.sendRate = from.sendRate;
  into.receiveRate = from.receiveRate;
}

export function figuresOf(row: Figures): Figures {
  return {
    bytesSent: row.bytesSent,
    bytesReceived: row.bytesReceived,
    receiveQueue: row.receiveQueue,
    sendQueue: row.sendQueue,
    rtt: row.rtt,
    retransmits: row.retransmits,
    segmentsSent: row.segmentsSent,
    segmentsReceived: row.segmentsReceived,
    sendRate: row.sendRate,
    receiveRate: row.receiveRate,
  };
}
