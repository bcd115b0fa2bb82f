/** Whose processes may be acted on, and what would come to nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessAction } from '../../shared/orders';
import { SocketTable } from '../../shared/socketTable';
import { needsRoot } from './fixtures/needs';
import { asUser } from './fixtures/optionSocket';
import {
  act,
  context,
  DONE,
  identify,
  LONG,
  NEVER,
  reader,
  setUpProcesses,
  sleeper,
  stateOf,
} from './fixtures/shells';
import { NOBODY, withCapabilities } from './fixtures/stage';
import { LinuxBackend } from './linuxBackend';
import { actOnProcess } from './processActions';

setUpProcesses();

describe('rights', () => {
  beforeEach(needsRoot);

  it.each<[ProcessAction, string]>([
    ['terminate', 'ending'],
    ['kill', 'ending'],
    ['suspend', 'suspending'],
    ['resume', 'resuming'],
  ])('that are missing are named, and the process lives: %s', async (action, what) => {
    const child = await sleeper();
    const attempt = await asUser(NOBODY, () => {
      const mine = new LinuxBackend();
      mine.readOwners(new SocketTable()); // for the names of users
      return mine.act(identify(child.pid), action, LONG, NEVER).finally(() => mine.dispose());
    });
    expect(attempt).toEqual({
      outcome: 'refused',
      message: `It belongs to root: ${what} it needs CAP_KILL. Run SocketScope as root (EPERM).`,
    });
    expect(stateOf(child.pid)).toBe('S');
  });

  it('are not needed for one’s own', async () => {
    const child = await sleeper(NOBODY);
    const attempt = await asUser(NOBODY, () => {
      const mine = new LinuxBackend();
      return mine.act(identify(child.pid), 'terminate', LONG, NEVER).finally(() => mine.dispose());
    });
    expect(attempt).toEqual(DONE);
  });

  it('are CAP_KILL for those of others', async () => {
    const child = await sleeper();
    const attempt = await withCapabilities(['KILL'], () => {
      const mine = new LinuxBackend();
      return mine.act(identify(child.pid), 'terminate', LONG, NEVER).finally(() => mine.dispose());
    });
    expect(attempt).toEqual(DONE);
  });
});

describe('what would come to nothing is refused', () => {
  it.each(['kill', 'suspend'] as const)('%s of the first process', async (action) => {
    expect(await act({ pid: 1, startedAt: reader.now(1)!.startedAt! }, action)).toEqual({
      outcome: 'refused',
      message: 'The kernel shields the first process (PID 1) from this.',
    });
  });

  it('suspending oneself, for ever', async () => {
    const child = await sleeper();
    const own = { ...context({}), ownPid: child.pid };
    expect(await actOnProcess(own, identify(child.pid), 'suspend', LONG, NEVER)).toEqual({
      outcome: 'refused',
      message: 'SocketScope would suspend itself, and could not resume.',
    });
    expect(stateOf(child.pid)).toBe('S');
  });
});
