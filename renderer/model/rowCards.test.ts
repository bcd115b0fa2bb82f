import { describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow, SVCHOST } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { cardsOf } from './rowCards';

const WHY = 'Only an administrator may count traffic.';
const NEVER = { counted: 'never', why: WHY } as const;
const socketCard = (row: SocketRow, traffic?: typeof NEVER) =>
  cardsOf(row, null, traffic).find(({ name }) => name === 'socket')!;
const factsOf = (row: SocketRow): Record<string, unknown> =>
  Object.fromEntries(
    cardsOf(row, null).flatMap(({ facts }) => facts.map(({ name, value }) => [name, value])),
  );

describe('the cards of a socket', () => {
  it('tell of its packets and of its program', () => {
    const row = socketRow({ segmentsSent: 3, segmentsReceived: 0, program: SVCHOST });
    const { version, ...rest } = SVCHOST;
    expect(factsOf(row)).toMatchObject({
      segmentsSent: 3,
      segmentsReceived: 0,
      ...rest,
      fileVersion: version,
    });
    expect(factsOf(socketRow())).not.toHaveProperty('segmentsSent');
    expect(factsOf(socketRow())).not.toHaveProperty('company');
  });

  it('say why nothing is said of the traffic of a connection', () => {
    expect(socketCard(socketRow(), NEVER).note).toBe(WHY);
    expect(socketCard(socketRow()).note).toBeNull();
    expect(socketCard(listener(), NEVER).note).toBeNull();
    expect(socketCard(socketRow({ protocol: 'udp' }), NEVER).note).toBeNull();
    const answer = { groups: [{ name: 'traffic', title: 'Traffic', facts: [], note: WHY }], holders: [] };
    const cards = cardsOf(socketRow(), answer, NEVER);
    expect(cards.flatMap(({ note }) => note ?? [])).toEqual([WHY]);
  });

  it('call a service of Windows so, and a unit of systemd’s as well', () => {
    const titleOf = (unit: string): string | undefined =>
      cardsOf(ownerless({ unit }), null)
        .flatMap(({ facts }) => facts)
        .find(({ name }) => name === 'unit')?.title;
    expect([titleOf('nginx.service'), titleOf('session-3.scope')]).toEqual(['Unit', 'Unit']);
    expect(titleOf('Dnscache')).toBe('Service');
  });
});
