/** What the engine's machine runs, where words depend on it. */
import type { Traffic } from '../../shared/abilities';
import type { Welcome } from '../../shared/contract';
import { t } from '../strings';
import { COUNTED_COLUMNS } from './columns';
import type { ColumnId } from './columns';

/** Windows, or a demonstration of it. False before anything is known. */
export function isWindows(welcome: Pick<Welcome, 'backend'> | null): boolean {
  return welcome !== null && /\bwindows\b/i.test(welcome.backend);
}

/** Why a column may be blank though there is traffic; blank where it never is. */
export function trafficNote(id: ColumnId, traffic: Traffic | undefined): string {
  if (traffic === undefined || !COUNTED_COLUMNS.has(id)) return '';
  switch (traffic.counted) {
    case 'always':
      return '';
    case 'watched':
      return t.columns.watched;
    case 'never':
      return traffic.why ?? t.columns.uncounted;
  }
}
