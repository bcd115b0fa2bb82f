import type { ColumnSpec } from '../model/columns';
import { formatFullTime, OWNER_EXPLANATION } from '../model/columns';
import type { Entry } from '../model/rowOrder';

/** What is inherited with an owner. */
const OWNER_COLUMNS: readonly string[] = ['processName', 'pid', 'user'];

/** One cell. What is cut off on screen is whole in the tooltip. */
export function Cell({ spec, entry }: { spec: ColumnSpec; entry: Entry }) {
  const { row } = entry;
  const text = spec.text(row);
  const more = spec.more(row);
  let style = `cell ${spec.align}`;
  let title = text;
  if (spec.id === 'processName') {
    const others =
      row.holders > 1 ? `${row.holders} processes hold this socket; its properties list them.` : '';
    title = [row.processPath ?? row.processName ?? '', row.unit ?? '', row.container ?? '', others]
      .concat(OWNER_EXPLANATION[row.owner])
      .filter(Boolean)
      .join('\n');
    if (row.processName === null) style += ' unknown';
  }
  if ((row.owner === 'inherited' || row.owner === 'presumed') && OWNER_COLUMNS.includes(spec.id))
    style += ' inherited';
  if (spec.id === 'protocol' && row.dualStack !== null)
    title += row.dualStack ? '\nServes IPv4 as well.' : '\nServes IPv6 only.';
  if (spec.id === 'state' && row.destroyedAt !== null)
    title += `\nThe kernel destroyed the socket at ${formatFullTime(row.destroyedAt)}.`;
  if (spec.id === 'firstSeenAt') title = formatFullTime(row.firstSeenAt);
  if (text === '*') style += ' unknown';
  if (spec.id === 'state' && row.state !== null)
    style += ` state-${row.state.toLowerCase().replaceAll('_', '-')}`;
  return (
    <div role="gridcell" className={style} title={title} data-column={spec.id}>
      {text}
      {more !== '' && <span className="more">{more}</span>}
    </div>
  );
}
