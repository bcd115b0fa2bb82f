/** Which engine serves the page, and the change to another one: with an administrator's privileges, or on another machine. */
import * as v from 'valibot';
import type { GuardedCommand } from '../../shared/bridge';
import { remoteHost } from '../../shared/contract';
import type { EngineChoice } from '../../shared/contract';
import { MOST_HOSTS } from '../../shared/settings';
import type { Shell } from '../shell/shell';
import { t } from '../strings';
import { attempt } from './telling';
import { chosenReading, ui } from './uiStore';
import type { UiState } from './uiStore';

export type EngineCommand = Extract<GuardedCommand, 'elevate' | 'connect-to' | 'connect-local'>;
export const ENGINE_COMMANDS: readonly EngineCommand[] = ['elevate', 'connect-to', 'connect-local'];

export const LOCAL: EngineChoice = { kind: 'local' };

export class Engines {
  constructor(private readonly shell: Shell) {}

  /** With what the switches ask for. */
  async elevate(): Promise<void> {
    await this.use({ kind: 'elevated', namespaces: chosenReading(ui.get())?.namespaces === true });
  }

  /** Says what went wrong in a notice; the engine before goes on then. */
  async use(engine: EngineChoice): Promise<void> {
    // A copy: the same choice, made again, is another one.
    await attempt(() => this.change({ ...engine }));
  }

  /**
   * Returns whether it serves now; it does not where the choice was taken back, or another one came in its place.
   * @param given as it was typed
   * @throws Error with a sentence for a person; the engine before goes on then
   */
  async connect(given: string): Promise<boolean> {
    const host = given.trim();
    if (!isHost(host)) throw new Error(t.engine.connect.bad);
    const engine: EngineChoice = { kind: 'remote', host };
    if (!(await this.change(engine))) return false;
    const { recentHosts } = ui.get();
    ui.set({ recentHosts: [host, ...recentHosts.filter((other) => other !== host)].slice(0, MOST_HOSTS) });
    return true;
  }

  /** Takes back what {@link use} or {@link connect} is waiting for. */
  async cancel(): Promise<void> {
    const { engine, nextEngine } = ui.get();
    if (nextEngine === null) return;
    await attempt(() => this.change(engine, null));
  }

  /** Why a command cannot be carried out now, as a sentence; null where it can. */
  reasonAgainst(command: EngineCommand): string | null {
    const { enginesRefused } = this.shell;
    return enginesRefused ?? whyNot(command, ui.get());
  }

  /** Returns whether it was still wanted when it came. @throws Error with a sentence, unless nobody wants it any more */
  private async change(engine: EngineChoice, shown: EngineChoice | null = engine): Promise<boolean> {
    const isWanted = (): boolean => ui.get().nextEngine === shown;
    ui.set({ nextEngine: shown });
    try {
      await this.shell.useEngine(engine);
      return isWanted();
    } catch (error) {
      if (isWanted()) throw error;
      return false;
    } finally {
      if (isWanted()) ui.set({ nextEngine: null });
    }
  }
}

export function forgetHost(host: string): void {
  ui.set(({ recentHosts }) => ({ recentHosts: recentHosts.filter((other) => other !== host) }));
}

export function isHost(text: string): boolean {
  return v.is(remoteHost, text);
}

/** Whether there is more to be had by it than there is. */
export function isElevationOfUse(state: UiState): boolean {
  const { engine, welcome } = state;
  if (welcome?.rights.couldElevate !== true || engine.kind === 'remote') return false;
  return engine.kind === 'local' || (!engine.namespaces && chosenReading(state)?.namespaces === true);
}

function whyNot(command: EngineCommand, state: UiState): string | null {
  const { engine, nextEngine, welcome, acting } = state;
  if (acting !== null) return t.actions.underWay;
  switch (command) {
    case 'elevate':
      if (nextEngine !== null) return t.engine.asking;
      if (welcome === null) return t.actions.noEngine;
      if (isElevationOfUse(state)) return null;
      if (engine.kind === 'elevated') return t.engine.alreadyElevated;
      return welcome.missingPrivilege === null ? t.engine.alreadyAll : t.engine.cannotElevate;
    case 'connect-to':
      return null;
    case 'connect-local':
      return engine.kind === 'local' ? t.engine.alreadyLocal : null;
  }
}
