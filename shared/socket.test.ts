import { describe, expect, it } from 'vitest';
import {
  MAIN_TABLES,
  PROTOCOLS,
  protocolOf,
  protocolTitle,
  SOCKET_STATES,
  stateCode,
  stateTitle,
  tableOf,
  TABLES,
  tableTitle,
} from './socket';
import type { Family } from './socket';

describe('stateTitle', () => {
  it('writes every state as people know it', () => {
    expect(SOCKET_STATES.map(stateTitle)).toEqual([
      'Established',
      'Syn Sent',
      'Syn Recv',
      'Fin Wait 1',
      'Fin Wait 2',
      'Time Wait',
      'Close',
      'Close Wait',
      'Last Ack',
      'Listen',
      'Closing',
      'Delete TCB',
      'Bound',
      'Cookie Wait',
      'Cookie Echoed',
      'Shutdown Pending',
      'Shutdown Sent',
      'Shutdown Received',
      'Shutdown Ack Sent',
    ]);
  });
});

describe('stateCode', () => {
  it('is the code of Linux (include/net/tcp_states.h), and 0 for no state', () => {
    const codes = {
      ESTABLISHED: 1,
      FIN_WAIT_2: 5,
      TIME_WAIT: 6,
      CLOSE: 7,
      LISTEN: 10,
      CLOSING: 11,
      BOUND: 13,
    } as const;
    for (const [state, code] of Object.entries(codes))
      expect(stateCode(state as keyof typeof codes)).toBe(code);
    expect(stateCode(null)).toBe(0);
  });
});

describe('tables', () => {
  it('are named after their protocol and family, and back', () => {
    for (const table of TABLES) {
      const version = table.slice(protocolOf(table).length);
      const family = (version === '' ? null : Number(version)) as Family;
      expect(PROTOCOLS).toContain(protocolOf(table));
      expect([4, 6, null]).toContain(family);
      expect(tableOf(protocolOf(table), family)).toBe(table);
    }
    // Each protocol has a table for both families, or one of its own.
    const families = PROTOCOLS.map(
      (protocol) => TABLES.filter((table) => protocolOf(table) === protocol).length,
    );
    expect(Math.min(...families)).toBe(1);
    expect(Math.max(...families)).toBe(2);
    expect(new Set(TABLES).size).toBe(TABLES.length);
    expect(TABLES.slice(0, 4)).toEqual(MAIN_TABLES);
  });

  it('have titles that people know, each its own', () => {
    expect(TABLES.map(tableTitle)).toEqual([
      ...['TCP v4', 'TCP v6', 'UDP v4', 'UDP v6', 'UDP-Lite v4', 'UDP-Lite v6', 'MPTCP v4', 'MPTCP v6'],
      ...['SCTP v4', 'SCTP v6', 'DCCP v4', 'DCCP v6', 'RAW v4', 'RAW v6', 'ICMP v4', 'ICMP v6'],
      ...['UNIX', 'Packet', 'Netlink', 'VSOCK', 'XDP', 'TIPC'],
    ]);
    expect(protocolTitle('udplite')).toBe('UDP-Lite');
  });
});
