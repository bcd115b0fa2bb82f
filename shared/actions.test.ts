import { describe, expect, it } from 'vitest';
import { CLOSE_OUTCOMES, confirmClose, socketLabel, summariseClose } from './actions';
import type { CloseOutcome, CloseResult } from './actions';
import { listener, ownerless, socketRow, udpSocket } from './fixtures/rows';
import { OWNERS } from './socket';
import type { Owner } from './socket';

const CONNECTION = 'Connections are reset: data still in flight is lost, and both ends see an error.';
const LISTENER =
  'A listening socket stops accepting; its process keeps it, bound but closed, until it closes it itself.';
const UDP = 'A UDP socket is disconnected; its process sees an error and may go on using it.';

describe('socketLabel', () => {
  it('names process, protocol and both ends', () => {
    expect(socketLabel(socketRow())).toBe('nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122');
    expect(socketLabel(udpSocket({ family: 6, localAddress: '::', localPort: 53 }))).toBe(
      'nginx (812)  UDP [::]:53',
    );
    expect(socketLabel(socketRow({ processName: null }))).toMatch(/^process \(812\) {2}TCP/);
  });

  it('lets no name forge a second line', () => {
    const forged = socketRow({ processName: 'x\ny' });
    expect(socketLabel(forged)).toMatch(/^x\?y \(812\) {2}TCP/);
    expect(confirmClose([forged], 0).message).toBe('Close 1 connection of x?y?');
  });

  it('nor a path, which may hold whatever a process likes', () => {
    const localAddress = '/run/x\nnginx (1)  TCP 0.0.0.0:80\u001b[2J';
    const unix = socketRow({
      ...{ protocol: 'unix', family: null, localAddress, localPort: null },
      ...{ remoteAddress: '@y\u202e', remotePort: null },
    });
    expect(socketLabel(unix)).toBe('nginx (812)  UNIX /run/x?nginx (1)  TCP 0.0.0.0:80?[2J → @y?');
  });

  it('says how an owner is known', () => {
    const label = (owner: Owner): string => socketLabel(socketRow({ owner })).split('  ')[0]!;
    expect([label('known'), label('inherited'), label('presumed')]).toEqual([
      ...['nginx (812)', 'was nginx (812)', 'presumably nginx (812)'],
    ]);
  });

  it('tells "no owner" from an owner that is not known', () => {
    const labels = Object.fromEntries(
      OWNERS.map((owner): [Owner, string] => [owner, socketLabel(ownerless({ owner })).split('  ')[0]!]),
    );
    expect(labels).toMatchObject({
      none: '(no owner)',
      hidden: '(hidden)',
      unaccepted: '(not accepted yet)',
      unfound: '(not found)',
    });
  });
});

describe('confirmClose', () => {
  it('one connection: says what, whose, and what is lost', () => {
    expect(confirmClose([socketRow()], 0)).toEqual({
      message: 'Close 1 connection of nginx?',
      detail: `nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122\n\n${CONNECTION}`,
      confirmLabel: 'Close Connection',
    });
  });

  it('one listener', () => {
    expect(confirmClose([listener()], 0)).toMatchObject({
      message: 'Close 1 listening socket of nginx?',
      detail: `nginx (812)  TCP 10.0.0.5:443\n\n${LISTENER}`,
      confirmLabel: 'Close Socket',
    });
  });

  it('one UDP socket, connected or not', () => {
    expect(confirmClose([udpSocket()], 0)).toMatchObject({
      message: 'Close 1 UDP socket of nginx?',
      detail: `nginx (812)  UDP 10.0.0.5:443\n\n${UDP}`,
      confirmLabel: 'Close Socket',
    });
    const connected = socketRow({ protocol: 'udp', state: 'ESTABLISHED' });
    expect(confirmClose([connected], 0).message).toBe('Close 1 UDP socket of nginx?');
  });

  it('a mixture: counts each kind, and warns of each', () => {
    const rows = [
      socketRow(),
      ownerless({ processName: 'nginx', pid: 812 }),
      listener(),
      udpSocket(),
      udpSocket(),
    ];
    const { message, detail, confirmLabel } = confirmClose(rows, 0);
    expect(message).toBe('Close 2 connections, 1 listening socket and 2 UDP sockets of nginx?');
    expect(detail.split('\n').slice(-3)).toEqual([CONNECTION, LISTENER, UDP]);
    expect(confirmLabel).toBe('Close 5 Sockets');
    expect(confirmClose(rows.slice(0, 2), 0).confirmLabel).toBe('Close 2 Connections');
  });

  it('does not take for a connection, a listener or UDP what is none', () => {
    const unix = socketRow({ protocol: 'unix', family: null, state: 'LISTEN' });
    const bound = socketRow({ state: 'BOUND' });
    const { message, detail } = confirmClose([unix, bound], 0);
    expect(message).toBe('Close 2 sockets of nginx?');
    for (const sentence of [CONNECTION, LISTENER, UDP]) expect(detail).not.toContain(sentence);
    expect(confirmClose([unix, socketRow()], 0).message).toBe(
      'Close 1 connection and 1 other socket of nginx?',
    );
  });

  it('lists twelve sockets and counts the others', () => {
    const rows = Array.from({ length: 15 }, (_, i) => socketRow({ localPort: i }));
    const lines = confirmClose(rows, 0).detail.split('\n');
    expect(lines.slice(11, 13)).toEqual([socketLabel(rows[11]!), '… and 3 more']);
    expect(confirmClose(rows.slice(0, 12), 0).detail).not.toContain('more');
  });

  it.each([
    [0, null],
    [1, '1 of the selected sockets has ended already.'],
    [2, '2 of the selected sockets have ended already.'],
  ])('%i sockets that had ended before', (gone, sentence) => {
    const lines = confirmClose([socketRow()], gone).detail.split('\n');
    expect(lines.at(-1)).toBe(sentence ?? CONNECTION);
  });

  it('names up to three processes, then counts', () => {
    const of = (...owners: [string, number][]): string =>
      confirmClose(
        owners.map(([processName, pid]) => socketRow({ processName, pid })),
        0,
      ).message.replace(/^.* of /, '');
    expect(of(['nginx', 1], ['nginx', 1])).toBe('nginx?');
    expect(of(['nginx', 1], ['nginx', 2])).toBe('nginx (2 processes)?');
    expect(of(['a', 1], ['b', 2], ['c', 3])).toBe('a, b and c (3 processes)?');
    expect(of(['a', 1], ['b', 2], ['c', 3], ['d', 4], ['d', 5])).toBe('5 processes?');
  });

  it('does not count "no owner" as a process', () => {
    expect(confirmClose([ownerless()], 0).message).toBe('Close 1 connection?');
    expect(confirmClose([socketRow(), ownerless()], 0).message).toBe(
      'Close 2 connections of nginx and others without a known owner?',
    );
  });
});

describe('summariseClose', () => {
  const results = (...outcomes: CloseOutcome[]): CloseResult[] =>
    outcomes.map((outcome) => ({ id: 'a', outcome, label: 'a', message: null }));

  it('counts each outcome, the good ones first', () => {
    expect(summariseClose(results('closed'))).toBe('1 closed');
    expect(summariseClose(results('gone', 'closed', 'closed', 'closed'))).toBe('3 closed, 1 already gone');
    expect(summariseClose(results(...CLOSE_OUTCOMES.toReversed()))).toBe(
      '1 closed, 1 already gone, 1 refused, 1 failed',
    );
    expect(summariseClose([])).toBe('');
  });
});
