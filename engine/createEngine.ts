import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { createBackend } from '../native';
import { ActionLog, UnkeptLog } from './actionLog';
import { systemClock } from './clock';
import { Engine } from './engine';

/**
 * An engine on this machine's sockets, or on the invented ones of a demonstration. It reads nothing until it is asked to.
 * @throws UnsupportedError where this platform has no backend, or there is no such demonstration
 */
export function createEngine(demo: string | null): Engine {
  const backend = createBackend(demo);
  // On Windows nothing is missing where the engine has an administrator's rights.
  const elevated = backend.missingPrivilege() === null;
  return new Engine({
    backend,
    clock: systemClock,
    hostname: os.hostname(),
    engineId: randomUUID(),
    // What is done to invented sockets has not been done.
    log: demo === null ? new ActionLog(process.env, { elevated }) : new UnkeptLog(),
    environment: process.env,
  });
}
