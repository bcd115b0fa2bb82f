/** Which of the commands that are not possible at all times can be carried out now. */
import type { GuardedCommand } from '../../shared/bridge';
import type { Welcome } from '../../shared/contract';
import { ENGINE_COMMANDS } from './engines';
import type { Engines } from './engines';
import { ACTION_COMMANDS } from './orders';
import type { Orders } from './orders';
import { isWindows } from './system';

interface Facts {
  orders: Pick<Orders, 'reasonAgainst'>;
  engines: Pick<Engines, 'reasonAgainst'>;
  /** How many of the rows that are shown are selected */
  selected: number;
  welcome: Pick<Welcome, 'backend'> | null;
}

export function possibleCommands({ orders, engines, selected, welcome }: Facts): GuardedCommand[] {
  const acting = [...ACTION_COMMANDS, 'close-shown', 'show-program'] as const;
  return [
    ...acting.filter((command) => orders.reasonAgainst(command) === null),
    ...ENGINE_COMMANDS.filter((command) => engines.reasonAgainst(command) === null),
    ...(selected > 0 && hasSs(welcome) ? (['copy-ss'] as const) : []),
  ];
}

/** ss is a program of Linux, and what it is to find is on the engine's machine. */
export function hasSs(welcome: Facts['welcome']): boolean {
  return !isWindows(welcome);
}
