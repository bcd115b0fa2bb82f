/** The log of actions: one line of JSON for each target of each order, appended and never changed. */
import * as v from 'valibot';
import { ORIGINS, OUTCOMES, PROCESS_ACTIONS, SOCKET_ACTIONS } from './orders';

/** One action on one target. */
export const logEntry = v.object({
  /** ISO 8601, UTC */
  at: v.pipe(v.string(), v.isoTimestamp()),
  /** The machine that it was done on */
  host: v.string(),
  /** Who gave the order: name and number of the user who runs SocketScope, also where the engine is elevated */
  user: v.nullable(v.string()),
  uid: v.nullable(v.number()),
  origin: v.picklist(ORIGINS),
  action: v.picklist([...SOCKET_ACTIONS, ...PROCESS_ACTIONS]),
  /** The socket's id, or PID@start time */
  target: v.string(),
  /** In words */
  label: v.string(),
  outcome: v.picklist(OUTCOMES),
  message: v.nullable(v.string()),
});
export type LogEntry = v.InferOutput<typeof logEntry>;
