import { neutralise } from '../../shared/csv';
import { processLabel, socketLabel } from '../../shared/labels';
import { processId } from '../../shared/orders';
import type { ActionResult } from '../../shared/orders';
import type { SocketRow } from '../../shared/socket';
import { plainText } from '../../shared/text';
import { t } from '../strings';
import { ownerOf } from './targets';

/** What was gone when the order came is known to the engine by its id alone: it is called what the user saw it as. */
export function withLabels(results: readonly ActionResult[], rows: readonly SocketRow[]): ActionResult[] {
  const nameless = new Set(results.filter(({ id, label }) => id === label).map(({ id }) => id));
  if (nameless.size === 0) return [...results];
  const labels = new Map<string, string>();
  for (const row of rows) {
    if (nameless.has(row.id)) labels.set(row.id, socketLabel(row));
    const owner = ownerOf(row);
    const id = owner === null ? null : processId(owner);
    if (id !== null && nameless.has(id)) labels.set(id, processLabel({ ...owner!, name: row.processName }));
  }
  return results.map((result) => ({ ...result, label: labels.get(result.id) ?? result.label }));
}

/** What came of an order, a line for each target: outcome, target and reason between tabs. */
export function resultsText(results: readonly ActionResult[]): string {
  const lines = results.map(({ outcome, label, message }) =>
    [t.actions.outcomes[outcome], label, message ?? ''].map((cell) => neutralise(plainText(cell))).join('\t'),
  );
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
