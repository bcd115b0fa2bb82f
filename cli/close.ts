import type { Engine } from '../engine';
import type { CloseOutcome } from '../shared/actions';
import { plainText } from '../shared/text';

export interface CloseOutput {
  /** One outcome per id, in the order given. */
  stdout: string;
  /** Why something was refused or failed. */
  stderr: string;
  exitCode: 0 | 1 | 3;
}

/** Closes exactly these sockets, at once: whoever types an id has made up their mind. */
export function close(engine: Pick<Engine, 'close'>, ids: readonly string[]): CloseOutput {
  const results = new Map(engine.close(ids).map((result) => [result.id, result]));
  const inOrder = ids.map((id) => results.get(id)!);
  const happened = (outcome: CloseOutcome): boolean => inOrder.some((result) => result.outcome === outcome);
  return {
    stdout: inOrder.map((result) => `${result.outcome}\n`).join(''),
    stderr: inOrder
      .filter((result) => result.message !== null)
      .map((result) => `${plainText(`${result.label}: ${result.message}`)}\n`)
      .join(''),
    exitCode: happened('refused') || happened('failed') ? 3 : happened('gone') ? 1 : 0,
  };
}
