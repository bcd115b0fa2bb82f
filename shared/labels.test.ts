import { describe, expect, it } from 'vitest';
import { ownerless, socketRow, udpSocket } from './fixtures/rows';
import { processLabel, socketLabel } from './labels';
import { OWNERS } from './socket';
import type { Owner } from './socket';

describe('socketLabel', () => {
  it('names process, protocol and both ends', () => {
    expect(socketLabel(socketRow())).toBe('nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122');
    expect(socketLabel(udpSocket({ family: 6, localAddress: '::', localPort: 53 }))).toBe(
      'nginx (812)  UDP [::]:53',
    );
    expect(socketLabel(socketRow({ processName: null }))).toMatch(/^process \(812\) {2}TCP/);
  });

  it('lets no name forge a second line', () => {
    expect(socketLabel(socketRow({ processName: 'x\ny' }))).toMatch(/^x\?y \(812\) {2}TCP/);
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

describe('processLabel', () => {
  it('names a process, in one line', () => {
    expect(processLabel({ name: 'nginx', pid: 812 })).toBe('nginx (812)');
    expect(processLabel({ name: null, pid: 812 })).toBe('process (812)');
    expect(processLabel({ name: 'a\u0007\nsshd (1)', pid: 812 })).toBe('a??sshd (1) (812)');
  });
});
