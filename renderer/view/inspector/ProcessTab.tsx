import { formatEndpoint } from '../../../shared/address';
import { stateTitle, tableOf, tableTitle } from '../../../shared/socket';
import type { SocketRow } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import type { DetailsState } from '../../model/openDetails';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { moveAmongButtons } from './CopyButton';
import { useInspector } from './useInspector';

/** The other sockets of the process, each a way to its row. */
export function ProcessTab({ state: { row } }: { state: DetailsState }) {
  const app = useApp();
  const { order } = app.sockets;
  const inspector = useInspector();
  if (row.pid === null) return <p className="note">{t.inspector.process.none}</p>;
  const name = `${plainText(row.processName ?? '')} (${row.pid})`.trim();
  const { process, processTotal } = inspector.neighbours();
  if (processTotal === 0) return <p className="note">{t.inspector.process.alone(name)}</p>;
  const rows = process.flatMap((id) => order.get(id)?.row ?? []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons have the focus
    <section className="sockets" aria-label={t.inspector.tabs.process} onKeyDown={moveAmongButtons}>
      <h3>{t.inspector.process.others(processTotal, name)}</h3>
      <ul>
        {rows.map((other, i) => (
          <li key={other.id}>
            <button type="button" tabIndex={i === 0 ? 0 : -1} onClick={() => app.reveal(other.id)}>
              <Ends row={other} />
            </button>
          </li>
        ))}
      </ul>
      {processTotal > process.length && (
        <p className="note">{t.inspector.process.more(processTotal - process.length)}</p>
      )}
    </section>
  );
}

function Ends({ row }: { row: SocketRow }) {
  const local = formatEndpoint(row.localAddress, row.localPort);
  const remote = row.remoteAddress === null ? '' : formatEndpoint(row.remoteAddress, row.remotePort);
  return (
    <>
      <span className="kind">{tableTitle(tableOf(row.protocol, row.family))}</span>
      <span className="condition">{row.state === null ? '' : stateTitle(row.state)}</span>
      <span className="ends">{plainText(remote === '' ? local : `${local} → ${remote}`)}</span>
    </>
  );
}
