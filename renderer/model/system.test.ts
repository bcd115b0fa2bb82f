import { expect, it } from 'vitest';
import { ALWAYS_COUNTED } from '../../shared/abilities';
import { t } from '../strings';
import { COLUMN_IDS } from './columns';
import { isWindows, trafficNote } from './system';

it('knows Windows by its backend', () => {
  const of = (backend: string): boolean => isWindows({ backend });
  expect(['Windows', 'demonstration "windows"'].map(of)).toEqual([true, true]);
  expect(['Linux', 'demonstration "churn"'].map(of)).toEqual([false, false]);
  expect(isWindows(null)).toBe(false);
});

it('says why a column of traffic is blank, and nothing of other columns', () => {
  const never = { counted: 'never', why: 'Only an administrator may count.' } as const;
  expect(trafficNote('bytesSent', never)).toBe(never.why);
  expect(trafficNote('rtt', { counted: 'never', why: null })).toBe(t.columns.uncounted);
  expect(trafficNote('sendRate', { counted: 'watched', why: null })).toBe(t.columns.watched);
  for (const id of COLUMN_IDS)
    expect([trafficNote(id, ALWAYS_COUNTED), trafficNote(id, undefined)]).toEqual(['', '']);
  const noted = COLUMN_IDS.filter((id) => trafficNote(id, never) !== '');
  expect(noted).toEqual([
    ...['segmentsSent', 'segmentsReceived', 'bytesSent', 'bytesReceived', 'sendRate', 'receiveRate'],
    ...['rtt', 'retransmits'],
  ]);
});
