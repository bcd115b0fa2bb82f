import { describe, expect, it } from 'vitest';
import { SOCKET_STATES, stateCode, stateTitle } from './socket';

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
    ]);
  });
});

describe('stateCode', () => {
  it('is the code of Linux (include/net/tcp_states.h), and 0 for no state', () => {
    const codes = { ESTABLISHED: 1, FIN_WAIT_2: 5, TIME_WAIT: 6, CLOSE: 7, LISTEN: 10, CLOSING: 11 } as const;
    for (const [state, code] of Object.entries(codes))
      expect(stateCode(state as keyof typeof codes)).toBe(code);
    expect(stateCode(null)).toBe(0);
  });
});
