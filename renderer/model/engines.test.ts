import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineChoice } from '../../shared/contract';
import { MOST_HOSTS } from '../../shared/settings';
import type { Shell } from '../shell/shell';
import { t } from '../strings';
import { Engines, forgetHost } from './engines';
import { ROOT_RIGHTS, USER_RIGHTS, welcomeWith } from './fixtures/orders';
import { ui } from './uiStore';

const START = ui.get();

function set(useEngine: Shell['useEngine'] = () => Promise.resolve(), enginesRefused: string | null = null) {
  const used = vi.fn(useEngine);
  return { used, engines: new Engines({ useEngine: used, enginesRefused } as unknown as Shell) };
}

beforeEach(() => ui.set(START, true));

describe('connecting', () => {
  it('remembers where it led to, the last one first, and no more than some', async () => {
    const { engines, used } = set();
    for (let i = 0; i < MOST_HOSTS + 2; i++) await engines.connect(` admin@server${i} `);
    await engines.connect('admin@server5');
    expect(used).toHaveBeenLastCalledWith({ kind: 'remote', host: 'admin@server5' });
    const { recentHosts } = ui.get();
    expect(recentHosts).toHaveLength(MOST_HOSTS);
    expect(recentHosts.slice(0, 2)).toEqual(['admin@server5', `admin@server${MOST_HOSTS + 1}`]);
    forgetHost('admin@server5');
    expect(ui.get().recentHosts).not.toContain('admin@server5');
  });

  it.each(['', ' ', '-oProxyCommand=x', 'a b', 'a;b'])('has no use for %j', async (text) => {
    const { engines, used } = set();
    await expect(engines.connect(text)).rejects.toThrow(t.engine.connect.bad);
    expect(used).not.toHaveBeenCalled();
  });

  it('that fails is not remembered, and nothing is waited for', async () => {
    const { engines } = set(() => Promise.reject(new Error('Permission denied.')));
    await expect(engines.connect('server')).rejects.toThrow('Permission denied.');
    expect(ui.get()).toMatchObject({ recentHosts: [], nextEngine: null });
  });

  it('can be given up: the engine that serves is to go on', async () => {
    let fail!: (error: Error) => void;
    const { engines, used } = set(({ kind }: EngineChoice) =>
      kind === 'remote' ? new Promise<void>((_, reject) => (fail = reject)) : Promise.resolve(),
    );
    const connecting = engines.connect('server');
    expect(ui.get().nextEngine).toEqual({ kind: 'remote', host: 'server' });
    await engines.cancel();
    expect(ui.get().nextEngine).toBeNull();
    expect(used).toHaveBeenLastCalledWith({ kind: 'local' });
    fail(new Error('Given up.'));
    expect(await connecting).toBe(false);
    expect(ui.get()).toMatchObject({ recentHosts: [], notice: null });
  });

  it('that comes to pass after all is not remembered where it was given up', async () => {
    let succeed!: () => void;
    const { engines } = set(({ kind }) =>
      kind === 'remote' ? new Promise<void>((resolve) => (succeed = resolve)) : Promise.resolve(),
    );
    const connecting = engines.connect('server');
    await engines.cancel();
    succeed();
    expect(await connecting).toBe(false);
    expect(ui.get().recentHosts).toEqual([]);
  });

  it('gives way to another choice, also to the same one made again, without a word', async () => {
    const fails: ((error: Error) => void)[] = [];
    const { engines } = set(() => new Promise<void>((_, reject) => fails.push(reject)));
    const server: EngineChoice = { kind: 'remote', host: 'server' };
    const first = engines.use(server);
    const again = engines.use(server);
    fails[0]!(new Error('Given up.'));
    await first;
    expect(ui.get()).toMatchObject({ notice: null, nextEngine: server });
    const other = engines.connect('other');
    fails[1]!(new Error('Given up.'));
    await again;
    expect(ui.get()).toMatchObject({ notice: null, nextEngine: { host: 'other' } });
    fails[2]!(new Error('Permission denied.'));
    await expect(other).rejects.toThrow('Permission denied.');
    expect(ui.get().nextEngine).toBeNull();
  });

  it('says where the way back has failed', async () => {
    const { engines } = set(({ kind }) =>
      kind === 'remote' ? new Promise(() => undefined) : Promise.reject(new Error('The engine is starting.')),
    );
    void engines.connect('server');
    await engines.cancel();
    expect(ui.get()).toMatchObject({ nextEngine: null, notice: { text: 'The engine is starting.' } });
  });
});

describe('elevating', () => {
  it('takes what the switches ask for', async () => {
    const { engines, used } = set();
    await engines.elevate();
    expect(used).toHaveBeenLastCalledWith({ kind: 'elevated', namespaces: false });
    ui.set({ wished: { protocols: ['tcp'], bound: false, namespaces: true, commandLines: false } });
    await engines.elevate();
    expect(used).toHaveBeenLastCalledWith({ kind: 'elevated', namespaces: true });
  });

  it('that is refused is told in a notice', async () => {
    const { engines } = set(() => Promise.reject(new Error('Nobody agreed.')));
    await engines.elevate();
    expect(ui.get()).toMatchObject({ nextEngine: null, notice: { kind: 'error', text: 'Nobody agreed.' } });
  });

  it('is offered where there is more to be had', () => {
    const { engines } = set();
    expect(engines.reasonAgainst('elevate')).toBe(t.actions.noEngine);
    ui.set({ welcome: welcomeWith(ROOT_RIGHTS) });
    expect(engines.reasonAgainst('elevate')).toBe(t.engine.alreadyAll);
    ui.set({ welcome: welcomeWith(USER_RIGHTS) });
    expect(engines.reasonAgainst('elevate')).toBeNull();
    ui.set({ engine: { kind: 'elevated', namespaces: false } });
    expect(engines.reasonAgainst('elevate')).toBe(t.engine.alreadyElevated);
    ui.set({ wished: { protocols: ['tcp'], bound: false, namespaces: true, commandLines: false } });
    expect(engines.reasonAgainst('elevate')).toBeNull();
  });
});

it('offers no other engine to a page in a browser', () => {
  const { engines } = set(undefined, 'Not from a browser.');
  for (const command of ['elevate', 'connect-to', 'connect-local'] as const)
    expect(engines.reasonAgainst(command)).toBe('Not from a browser.');
});
