import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import { SharedTexts } from './sharedTexts';

describe('SharedTexts', () => {
  it('changes nothing of what a row says', () => {
    const texts = new SharedTexts();
    const first = socketRow();
    const second = socketRow({ id: 'another', unit: 'a.service', processName: null, remoteAddress: null });
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
});
