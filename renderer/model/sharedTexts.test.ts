import { describe, expect, it } from 'vitest';
import { socketRow, SVCHOST } from '../../shared/fixtures/rows';
import type { ProgramFacts, SocketRow } from '../../shared/socket';
import { SharedTexts } from './sharedTexts';

describe('SharedTexts', () => {
  it('changes nothing of what a row says', () => {
    const texts = new SharedTexts();
    const first = socketRow();
    const second = socketRow({
      id: 'another',
      program: { ...SVCHOST },
      unit: 'a.service',
      processName: null,
      remoteAddress: null,
    });
    for (const row of [first, second]) {
      const before = structuredClone(row);
      texts.share(row, undefined);
      expect(row).toEqual(before);
    }
    const later = socketRow({ state: 'CLOSE_WAIT', processPath: '/elsewhere' });
    const copy = structuredClone(later);
    texts.share(later, first);
    expect(later).toEqual(copy);
  });

  it('has one object for each program, by whatever message it came', () => {
    const texts = new SharedTexts();
    const take = (program: ProgramFacts, before?: SocketRow): ProgramFacts | null => {
      const row = socketRow({ program });
      texts.share(row, before);
      return row.program;
    };
    const first = take({ ...SVCHOST });
    expect(take({ ...SVCHOST })).toBe(first);
    expect(take({ ...SVCHOST }, socketRow({ program: first }))).toBe(first);
    for (const name of ['company', 'product', 'description', 'version', 'bits', 'session'] as const) {
      const other = { ...SVCHOST, [name]: null };
      expect(take({ ...other }, socketRow({ program: first }))).toEqual(other);
    }
  });
});
