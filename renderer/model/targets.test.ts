import { describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow, udpSocket } from '../../shared/fixtures/rows';
import { OWNERS } from '../../shared/socket';
import { t } from '../strings';
import { ROOT_RIGHTS, USER_RIGHTS } from './fixtures/orders';
import { ownersOf, reasonAgainstAll, targetsOf } from './targets';

const NGINX = socketRow({ id: 'web' });

describe('targetsOf', () => {
  it('names sockets by what was seen of them', () => {
    expect(targetsOf('reset', [NGINX, socketRow({ id: 'other' })], ROOT_RIGHTS)).toEqual({
      order: { action: 'reset', ids: ['web', 'other'] },
      rows: [NGINX, socketRow({ id: 'other' })],
      ...{ count: 2, connections: true, leftOut: 0, reason: null },
    });
  });

  it('leaves out what it cannot be done to, and says why', () => {
    const rows = [listener({ id: 'listens' }), NGINX, udpSocket({ id: 'udp' })];
    const targets = targetsOf('finish', rows, ROOT_RIGHTS);
    expect(targets).toMatchObject({ order: { ids: ['web'] }, count: 1, connections: true, leftOut: 2 });
    expect(targets.reason).toContain('no other side');
    expect(targetsOf('finish', [listener()], ROOT_RIGHTS)).toMatchObject({ order: null, count: 0 });
  });

  it('tells connections from other sockets', () => {
    for (const other of [listener({ id: 'b' }), udpSocket({ id: 'b' })])
      expect(targetsOf('reset', [NGINX, other], ROOT_RIGHTS)).toMatchObject({ count: 2, connections: false });
  });

  it('names each process once, by PID and start time', () => {
    const again = { pid: 812, processStartedAt: 1_800_000_000_000 };
    const rows = [NGINX, socketRow({ id: 'b' }), socketRow({ id: 'c', ...again }), ownerless({ id: 'd' })];
    expect(targetsOf('terminate', rows, ROOT_RIGHTS)).toEqual({
      order: {
        action: 'terminate',
        processes: [
          { pid: 812, startedAt: 1_700_000_000_000 },
          { pid: 812, startedAt: 1_800_000_000_000 },
        ],
      },
      rows: rows.slice(0, 3),
      ...{ count: 2, connections: false, leftOut: 1, reason: t.actions.owners.none },
    });
  });

  it('acts on no process that may not hold the socket now', () => {
    for (const owner of OWNERS) {
      if (owner === 'known') continue;
      const targets = targetsOf('kill', [socketRow({ owner })], ROOT_RIGHTS);
      expect(targets, owner).toMatchObject({ order: null, reason: t.actions.owners[owner] });
    }
    const unsure = targetsOf('kill', [socketRow({ processStartedAt: null })], ROOT_RIGHTS);
    expect(unsure).toMatchObject({ order: null, reason: t.actions.owners.known });
  });

  it('knows whose rows this user may act on', () => {
    const rows = [socketRow({ id: 'mine', uid: 33 }), socketRow({ id: 'theirs', uid: 0, pid: 9 })];
    expect(targetsOf('terminate', rows, USER_RIGHTS)).toMatchObject({ count: 1, leftOut: 1 });
    expect(targetsOf('terminate', rows, ROOT_RIGHTS)).toMatchObject({ count: 2, leftOut: 0 });
  });
});

describe('reasonAgainstAll', () => {
  it('is null as soon as there is one, and asks no further', () => {
    function* rows() {
      yield listener();
      yield NGINX;
      throw new Error('one row too many');
    }
    expect(reasonAgainstAll('finish', rows(), ROOT_RIGHTS)).toBeNull();
  });

  it('is the first reason, or that there is nothing', () => {
    expect(reasonAgainstAll('finish', [udpSocket(), listener()], ROOT_RIGHTS)).toContain('Only TCP');
    expect(reasonAgainstAll('reset', [], ROOT_RIGHTS)).toBe(t.actions.nothingSelected);
  });
});

describe('ownersOf', () => {
  it('passes over those whose owner is not known', () => {
    expect(ownersOf([ownerless(), socketRow({ owner: 'inherited' }), NGINX])).toEqual([
      { pid: 812, startedAt: 1_700_000_000_000 },
    ]);
  });
});
