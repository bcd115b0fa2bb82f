import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEntry } from '../native';
import { processId } from '../shared/orders';
import type { Caution, Order } from '../shared/orders';
import { UnkeptLog } from './actionLog';
import { Engine } from './engine';
import { HandClock } from './fixtures/handClock';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';

class RemoteBackend extends ListedBackend {
  isRemote = false;

  remoteDesktop(): boolean {
    return this.isRemote;
  }
}

let listed: RemoteBackend;
let environment: NodeJS.ProcessEnv;

const entry = (
  pid: number,
  parentPid: number | null,
  name: string,
  path: string | null = null,
): ProcessEntry => ({
  ...{ pid, startedAt: 10 * pid, parentPid, name, user: 'PC\\anna' },
  path: path ?? `C:\\Windows\\System32\\${name}`,
});
const APP = 'C:\\Program Files\\SocketScope\\SocketScope.exe';

const PROCESSES = [
  entry(4, null, 'System'),
  entry(100, 4, 'wininit.exe'),
  entry(108, 100, 'services.exe'),
  entry(112, 108, 'svchost.exe'),
  entry(120, 108, 'sshd.exe', 'C:\\Windows\\System32\\OpenSSH\\sshd.exe'),
  entry(124, 120, 'sshd-session.exe', 'C:\\Windows\\System32\\OpenSSH\\sshd-session.exe'),
  entry(128, 124, 'cmd.exe'),
  entry(132, 128, 'socketscope.exe', 'C:\\tools\\socketscope.exe'),
  entry(200, null, 'explorer.exe'),
  entry(204, 200, 'SocketScope.exe', APP),
  entry(208, 204, 'SocketScope.exe', APP),
  entry(212, 204, 'SocketScope.exe', APP),
  entry(216, null, 'socketscope.exe', 'C:\\Program Files\\SocketScope\\resources\\socketscope.exe'),
  entry(220, 200, 'notepad.exe'),
  entry(224, null, 'winlogon.exe'),
  entry(228, 224, 'dwm.exe'),
];
const lineage = (...pids: number[]): ProcessEntry[] =>
  pids.map((pid) => PROCESSES.find((each) => each.pid === pid)!);
const OVER_SSH = lineage(132, 128, 124, 120, 108, 100);
const AT_THE_DESKTOP = lineage(208, 204, 200);

beforeEach(() => {
  environment = {};
  listed = new RemoteBackend();
  listed.processes = () => PROCESSES;
  listed.ancestors = () => AT_THE_DESKTOP;
});

function cautions(order: Order): Caution[] {
  const engine = new Engine({
    ...{ backend: listed, clock: new HandClock(), hostname: 'testhost', engineId: 'run-1' },
    ...{ log: new UnkeptLog(), environment },
  });
  return engine.prepare(order).cautions.map(({ caution }) => caution);
}

const ofProcess = (pid: number): Caution[] =>
  cautions({ action: 'kill', processes: [{ pid, startedAt: 10 * pid }] });

describe('ending a process of Windows', () => {
  it.each<[what: string, pid: number, expected: Caution[]]>([
    ['the window', 204, ['self']],
    ['its engine', 208, ['self']],
    ['its page', 212, ['self']],
    ['what started it, which it does not end with', 200, ['desktop']],
    ['another program', 220, []],
    ['the kernel', 4, ['critical']],
    ['services', 112, ['critical']],
    ['what logs people on', 224, ['critical']],
    ['what draws the desktop', 228, ['desktop']],
  ])('thinks twice about %s', (_, pid, expected) => {
    expect(ofProcess(pid)).toEqual(expected);
  });

  it('knows the window also from an engine with an administrator’s rights, which is another program', () => {
    listed.ancestors = () => [...lineage(216), ...AT_THE_DESKTOP];
    expect([216, 208, 204, 212].map(ofProcess)).toEqual([['self'], ['self'], ['self'], ['self']]);
  });

  it('thinks twice about what carries an SSH session, up to the service that takes them in', () => {
    listed.ancestors = () => OVER_SSH;
    expect([132, 128, 124, 120].map(ofProcess)).toEqual([['self'], ['session'], ['session'], ['session']]);
    expect([108, 100].map(ofProcess)).toEqual([['critical'], ['critical']]);
  });
});

describe('closing a socket of Windows', () => {
  const holder = (pid: number, unit: string | null = null): NonNullable<Listed['holder']> => {
    const { startedAt, name, path } = PROCESSES.find((each) => each.pid === pid)!;
    return {
      ...{ pid, startKey: processId({ pid, startedAt }), startedAt, name, path, unit },
      ...{ container: null, parentPid: null, parentName: null },
    };
  };
  const listener = (port: number, process: Listed['holder']): Listed => ({
    ...{ id: 99, local: ['0.0.0.0', port], state: 'LISTEN', holder: process! },
  });
  const ofSocket = (socket: Omit<Listed, 'id'>, others: Listed[] = []): Caution[] => {
    listed.listed = [...others, { id: 1, ...socket }];
    return cautions({ action: 'reset', ids: ['1'] });
  };
  const peer: [string, number] = ['10.0.0.9', 51_122];

  it('thinks twice about what sshd holds above, not about what the desktop and services hold', () => {
    const over = (pid: number): Caution[] =>
      ofSocket({ local: ['10.0.0.5', 22], remote: peer, holder: holder(pid) });
    listed.ancestors = () => OVER_SSH;
    expect([124, 120].map(over)).toEqual([['session'], ['session']]);
    expect([108, 220].map(over)).toEqual([[], []]);
    listed.ancestors = () => AT_THE_DESKTOP;
    expect(over(200)).toEqual([]);
  });

  it('thinks twice about the connection that OpenSSH names', () => {
    environment = { SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22' };
    expect(ofSocket({ local: ['10.0.0.5', 22], remote: peer })).toEqual(['session']);
  });

  it('thinks twice about the connection of a remote desktop, as the system knows it now', () => {
    const rdp = { local: ['10.0.0.5', 3389] as [string, number], remote: peer };
    environment = { SESSIONNAME: 'Console' }; // as it was at log-on
    listed.isRemote = false;
    expect(ofSocket(rdp)).toEqual([]);
    listed.isRemote = true;
    expect(ofSocket(rdp)).toEqual(['session']);
    listed.isRemote = false;
    environment = { SESSIONNAME: 'RDP-Tcp#12' };
    expect(ofSocket(rdp)).toEqual(['session']);
  });

  it('finds that connection on another port by its service', () => {
    listed.isRemote = true;
    const other = { local: ['10.0.0.5', 13_389] as [string, number], remote: peer };
    for (const unit of ['TermService', 'Dnscache, TermService and 3 more'])
      expect(
        ofSocket({ ...other, holder: holder(112, unit) }, [listener(13_389, holder(112, unit))]),
      ).toEqual(['session']);
    expect(ofSocket({ ...other, holder: holder(112, 'Dnscache') }, [listener(13_389, holder(112))])).toEqual(
      [],
    );
    // What the service connects to itself is no way in.
    expect(ofSocket({ ...other, holder: holder(112, 'TermService') })).toEqual([]);
    listed.isRemote = false;
    expect(
      ofSocket({ ...other, holder: holder(112, 'TermService') }, [
        listener(13_389, holder(112, 'TermService')),
      ]),
    ).toEqual([]);
  });
});
