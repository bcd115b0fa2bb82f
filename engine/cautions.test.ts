import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEntry } from '../native';
import { processId } from '../shared/orders';
import type { Caution, Order } from '../shared/orders';
import { Engine } from './engine';
import { UnkeptLog } from './actionLog';
import { HandClock } from './fixtures/handClock';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';

let listed: ListedBackend;
let environment: NodeJS.ProcessEnv;

const ELECTRON = '/opt/SocketScope/socketscope';
const entry = (
  pid: number,
  parentPid: number | null,
  name: string,
  path = `/usr/bin/${name}`,
): ProcessEntry => ({
  ...{ pid, startedAt: 10 * pid, parentPid, name, path, user: 'anna' },
});

/** As in an app that was started in a terminal that came over ssh. */
const PROCESSES = [
  entry(1, null, 'systemd'),
  entry(20, 1, 'sshd'),
  entry(30, 20, 'sshd-session'),
  entry(40, 30, 'bash'),
  entry(50, 40, 'socketscope', ELECTRON),
  entry(51, 50, 'socketscope', ELECTRON),
  entry(52, 50, 'socketscope', ELECTRON),
  entry(60, 1, 'nginx'),
  entry(61, 40, 'vim'),
  entry(70, 1, 'systemd-journald'),
  entry(80, 1, 'gnome-shell'),
  entry(81, 1, 'systemd'),
];
const LINEAGE = [51, 50, 40, 30, 20, 1].map((pid) => PROCESSES.find((each) => each.pid === pid)!);

beforeEach(() => {
  environment = {};
  listed = new ListedBackend();
  listed.processes = () => PROCESSES;
  listed.ancestors = () => LINEAGE;
});

function cautions(order: Order): [Caution, string][] {
  const engine = new Engine({
    ...{ backend: listed, clock: new HandClock(), hostname: 'testhost', engineId: 'run-1' },
    ...{ log: new UnkeptLog(), environment },
  });
  return engine.prepare(order).cautions.map(({ caution, label }) => [caution, label]);
}

describe('the engine itself', () => {
  const own = entry(process.pid, null, 'node');
  const ofOwn = { action: 'kill', processes: [{ pid: own.pid, startedAt: own.startedAt }] } as const;

  it('is known by its PID where nothing is known of what it runs under', () => {
    listed.processes = () => [...PROCESSES.filter(({ pid }) => pid !== own.pid), own];
    listed.ancestors = () => [];
    expect(cautions({ ...ofOwn, processes: [...ofOwn.processes] })).toEqual([]);
    Object.assign(listed, { demo: false });
    expect(cautions({ ...ofOwn, processes: [...ofOwn.processes] })).toEqual([['self', expect.any(String)]]);
  });
});

describe('ending a process', () => {
  const ofProcess = (pid: number): Caution[] => {
    return cautions({ action: 'kill', processes: [{ pid, startedAt: 10 * pid }] }).map(
      ([caution]) => caution,
    );
  };

  it.each<[what: string, pid: number, expected: Caution[]]>([
    ['the first process', 1, ['init']],
    ['what listens for logins, above the session', 20, ['session']],
    ['what carries the session', 30, ['session']],
    ['the shell in it', 40, ['session']],
    ['the main process of the app', 50, ['self']],
    ['its engine', 51, ['self']],
    ['its page', 52, ['self']],
    ['a program that is none of this', 60, []],
    ['another program of the same shell', 61, []],
    ['a part of the system', 70, ['critical']],
    ['the desktop', 80, ['desktop']],
    ['the user’s own systemd', 81, ['desktop']],
  ])('thinks twice about %s', (_, pid, expected) => {
    expect(ofProcess(pid)).toEqual(expected);
  });

  it('knows the app also from an engine that was started as administrator, which is another program', () => {
    const program = entry(54, 53, 'socketscope', '/opt/SocketScope/resources/socketscope');
    const all = [...PROCESSES, entry(53, 51, 'sudo'), program];
    listed.processes = () => all;
    listed.ancestors = () => [program, entry(53, 51, 'sudo'), ...LINEAGE];
    expect([54, 51, 50, 52].map(ofProcess)).toEqual([['self'], ['self'], ['self'], ['self']]);
    expect(ofProcess(61)).toEqual([]);
  });

  it('calls what SocketScope runs under its own where nobody came in from elsewhere', () => {
    listed.ancestors = () => LINEAGE.filter(({ name }) => !name!.startsWith('sshd'));
    expect(ofProcess(40)).toEqual(['self']);
    expect(ofProcess(30)).toEqual([]);
  });

  it('takes no other process for one of these that has the PID by now', () => {
    listed.ancestors = () => LINEAGE.map((each) => ({ ...each, startedAt: each.startedAt - 5 }));
    expect(ofProcess(40)).toEqual([]);
  });

  it('names each, but not hundreds', () => {
    const processes = PROCESSES.map(({ pid, startedAt }) => ({ pid, startedAt }));
    const all = cautions({ action: 'terminate', processes });
    expect(new Set(all.map(([caution]) => caution))).toEqual(
      new Set(['init', 'session', 'self', 'critical', 'desktop']),
    );
    expect(all).toContainEqual(['session', 'sshd-session (30)']);
    const crowd = Array.from({ length: 50 }, (_, i) => entry(1000 + i, 1, 'gnome-shell'));
    listed.processes = () => crowd;
    expect(cautions({ action: 'kill', processes: crowd }).length).toBeLessThan(10);
  });
});

describe('closing a socket', () => {
  const holder = (pid: number) => {
    const found = PROCESSES.find((each) => each.pid === pid)!;
    return {
      ...{ pid, startKey: processId(found), startedAt: found.startedAt, name: found.name, path: found.path },
      ...{ unit: null, container: null, parentPid: null, parentName: null },
    };
  };
  const connection = (more: Partial<Listed> = {}): Listed => ({
    ...{ id: 1, local: ['10.0.0.5', 22], remote: ['10.0.0.9', 51_122] },
    ...more,
  });
  const ofSocket = (socket: Listed): Caution[] => {
    listed.listed = [socket];
    return cautions({ action: 'reset', ids: [String(socket.id)] }).map(([caution]) => caution);
  };

  it('thinks twice about the connection that the environment names, IPv4 mapped or not', () => {
    expect(ofSocket(connection())).toEqual([]);
    environment = { SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22' };
    expect(ofSocket(connection())).toEqual(['session']);
    expect(
      ofSocket(connection({ local: ['::ffff:10.0.0.5', 22], remote: ['::ffff:10.0.0.9', 51_122] })),
    ).toEqual(['session']);
    expect(ofSocket(connection({ remote: ['10.0.0.9', 51_123] }))).toEqual([]);
    expect(ofSocket(connection({ local: ['10.0.0.6', 22] }))).toEqual([]);
    environment = { SSH_CONNECTION: 'fe80::1%eth0 51122 fe80::2%eth0 22' };
    expect(ofSocket(connection({ local: ['fe80::2', 22], remote: ['fe80::1', 51_122] }))).toEqual([
      'session',
    ]);
  });

  it('knows the way in from what it runs under, where its own environment has been taken', () => {
    const started: Record<number, Record<string, string>> = {
      30: { SSH_CONNECTION: '10.0.0.9 1 10.0.0.5 22', SESSIONNAME: 'RDP-Tcp#3' },
      40: { SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22', PATH: '/bin' },
    };
    const asked: number[] = [];
    listed.variables = ({ pid, startedAt }, names) => {
      expect(startedAt).toBe(10 * pid);
      asked.push(pid);
      return Object.fromEntries(Object.entries(started[pid] ?? {}).filter(([name]) => names.includes(name)));
    };
    expect(ofSocket(connection())).toEqual(['session']); // of the nearest
    expect(ofSocket(connection({ remote: ['10.0.0.9', 1] }))).toEqual([]);
    expect(ofSocket(connection({ local: ['10.0.0.5', 3389] }))).toEqual(['session']);
    expect(new Set(asked)).toEqual(new Set([50, 40, 30, 20])); // neither itself nor the first process
    environment = { SSH_CONNECTION: '10.0.0.9 7 10.0.0.5 22' };
    expect(ofSocket(connection())).toEqual([]); // what it has itself goes before
    expect(ofSocket(connection({ remote: ['10.0.0.9', 7] }))).toEqual(['session']);
  });

  it.each(['', ' ', '10.0.0.9 51122', 'a b c d', '10.0.0.9 x 10.0.0.5 y'])(
    'finds nothing in a SSH_CONNECTION that is %j',
    (text) => {
      environment = { SSH_CONNECTION: text };
      expect(ofSocket(connection())).toEqual([]);
    },
  );

  it('thinks twice about what the processes above hold: their connections, not their listeners', () => {
    expect(ofSocket(connection({ holder: holder(30) }))).toEqual(['session']);
    expect(ofSocket(connection({ holder: holder(60) }))).toEqual([]);
    const listening: Listed = { id: 1, local: ['0.0.0.0', 22], state: 'LISTEN', holder: holder(20) };
    expect(ofSocket(listening)).toEqual([]);
  });

  it('thinks twice about what the engine itself holds', () => {
    expect(ofSocket(connection({ holder: holder(51) }))).toEqual(['self']);
    expect(ofSocket({ id: 1, local: ['127.0.0.1', 8080], state: 'LISTEN', holder: holder(51) })).toEqual([
      'self',
    ]);
  });

  it('thinks twice about the connection of a remote desktop', () => {
    const rdp = connection({ local: ['10.0.0.5', 3389] });
    expect(ofSocket(rdp)).toEqual([]);
    environment = { XRDP_SESSION: '1' };
    expect(ofSocket(rdp)).toEqual(['session']);
    environment = { SESSIONNAME: 'RDP-Tcp#3' };
    expect(ofSocket(rdp)).toEqual(['session']);
    environment = { SESSIONNAME: 'Console' };
    expect(ofSocket(rdp)).toEqual([]);
  });

  it('does not list thousands', () => {
    listed.listed = Array.from({ length: 2000 }, (_, i) =>
      connection({ id: i + 1, remote: ['10.0.0.9', 1024 + i], holder: holder(30) }),
    );
    expect(cautions({ action: 'reset', ids: listed.listed.map(({ id }) => String(id)) }).length).toBeLessThan(
      10,
    );
  });
});
