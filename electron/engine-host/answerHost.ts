import type { Engine } from '../../engine';
import { ContractError, hostRequest, parse } from '../../shared/contract';
import type { HostReply } from '../../shared/contract';

/** Carries out one request of main's. A malformed one is answered with what is wrong, and changes nothing. */
export function answerHost(engine: Pick<Engine, 'describe' | 'close'>, message: unknown): HostReply {
  try {
    const { request, method, ids } = parse(hostRequest, message);
    return method === 'describe'
      ? { request, ...engine.describe(ids) }
      : { request, results: engine.close(ids) };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { request: requestOf(message), error: error.message };
  }
}

function requestOf(message: unknown): number {
  const request = (message as { request?: unknown } | null)?.request;
  return typeof request === 'number' ? request : -1;
}
