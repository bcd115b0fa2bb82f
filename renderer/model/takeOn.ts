import type { LiveRow } from '../../shared/rowFacts';
import { setFigures } from './figures';

/**
 * Makes one row what another one is. Property by property: that is several times faster than any loop, and a test tells where
 * one is missing.
 */
export function takeOn(into: LiveRow, from: LiveRow): void {
  into.id = from.id;
  into.protocol = from.protocol;
  into.family = from.family;
  into.type = from.type;
  into.state = from.state;
  into.localAddress = from.localAddress;
  into.localPort = from.localPort;
  into.remoteAddress = from.remoteAddress;
  into.remotePort = from.remotePort;
  into.dualStack = from.dualStack;
  into.namespace = from.namespace;
  into.pid = from.pid;
  into.processName = from.processName;
  into.processPath = from.processPath;
  into.processStartedAt = from.processStartedAt;
  into.unit = from.unit;
  into.container = from.container;
  into.user = from.user;
  into.uid = from.uid;
  into.owner = from.owner;
  into.holders = from.holders;
  into.inode = from.inode;
  into.createdAt = from.createdAt;
  into.firstSeenAt = from.firstSeenAt;
  into.destroyedAt = from.destroyedAt;
  into.direction = from.direction;
  into.interface = from.interface;
  into.parentPid = from.parentPid;
  into.parentName = from.parentName;
  into.commandLine = from.commandLine;
  into.program = from.program;
  setFigures(into, from);
}
