import { neutralise } from '../../shared/csv';
import { processLabel, socketLabel } from '../../shared/labels';
import { isSocketAction, processId } from '../../shared/orders';
import type { Action, ActionResult } from '../../shared/orders';
import type { SocketRow } from '../../shared/socket';
import { plainText } from '../../shared/text';
import { t } from '../strings';
import { ownerOf } from './targets';

/** What the user sees the targets of an action on these rows as, by their ids. */
export function labelsOf(action: Action, rows: readonly SocketRow[]): Map<string, string> {
  if (isSocketAction(action)) return new Map(rows.map((row) => [row.id, socketLabel(row)]));
  const labels = new Map<string, string>();
  for (const row of rows) {
    const owner = ownerOf(row);
    if (owner !== null) labels.set(processId(owner), processLabel({ ...owner, name: row.processName }));
  }
  return labels;
}

/** What was gone when the order came is known to the engine by its id alone: it is called what the user saw it as. */
export function withLabels(
  results: readonly ActionResult[],
  labels: ReadonlyMap<string, string>,
): ActionResult[] {
  return results.map((result) => {
    const { id, label } = result;
    return id === label ? { ...result, label: labels.get(id) ?? label } : result;
  });
}

/** What came of an order, a line for each target: outcome, target and reason between tabs. */
export function resultsText(results: readonly ActionResult[]): string {
  const lines = results.map(({ outcome, label, message }) =>
    [t.actions.outcomes[outcome], label, message ?? ''].map((cell) => neutralise(plainText(cell))).join('\t'),
  );
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
