/** The rows of an order, without what it knows of them besides. */
import type { SocketRow } from '../../shared/socket';
import type { RowOrder } from './rowOrder';

/** Those that the filter shows, in the order of the lines. */
export function* shownRows(order: Pick<RowOrder, 'shown'>): Generator<SocketRow> {
  for (const { row } of order.shown()) yield row;
}

/** All of them, in no order. */
export function* allRows(order: Pick<RowOrder, 'ids' | 'get'>): Generator<SocketRow> {
  for (const id of order.ids()) yield order.get(id)!.row;
}
