import { ArrowRightLeft } from 'lucide-react';
import { formatEndpoint } from '../../../shared/address';
import { factText } from '../../../shared/factText';
import { stateTitle } from '../../../shared/socket';
import type { SocketRow } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import type { DetailsState } from '../../model/openDetails';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { useInspector } from './useInspector';

/** Both ends of a connection within this machine, side by side. */
export function PeerTab({ state: { row, details } }: { state: DetailsState }) {
  const app = useApp();
  const { order } = app.sockets;
  const inspector = useInspector();
  const { peer } = inspector.neighbours();
  const other = peer === null ? undefined : order.get(peer)?.row;
  if (other === undefined)
    return <p className="note">{details === null ? t.inspector.asking : whyNone(row)}</p>;
  const lines = linesOf(row, other);
  return (
    <div className="peer">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t.inspector.peer.what}</span>
            </th>
            <th scope="col">{t.inspector.peer.thisSocket}</th>
            <th scope="col">{t.inspector.peer.peer}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(([title, own, its]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{own}</td>
              <td>{its}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" title={t.inspector.peer.jumpHint} onClick={() => app.reveal(other.id)}>
        <ArrowRightLeft size={14} aria-hidden />
        {t.inspector.peer.jump}
      </button>
    </div>
  );
}

function whyNone({ state, remoteAddress }: SocketRow): string {
  if (state === 'LISTEN') return t.inspector.peer.listens;
  return remoteAddress === null ? t.inspector.peer.unconnected : t.inspector.peer.elsewhere;
}

/** Title, and what either end has; lines of which neither knows anything are left out. */
function linesOf(own: SocketRow, its: SocketRow): [title: string, own: string, its: string][] {
  const { facts, noState, owner } = t.inspector;
  const bytes = (value: number | null): string => (value === null ? '' : factText({ value, unit: 'bytes' }));
  const columns: [string, (row: SocketRow) => string][] = [
    [owner, ({ processName, pid }) => `${processName ?? ''}${pid === null ? '' : ` (${pid})`}`],
    [facts.user, ({ user, uid }) => user ?? String(uid ?? '')],
    [facts.state, ({ state }) => (state === null ? noState : stateTitle(state))],
    [facts.localAddress, ({ localAddress, localPort }) => formatEndpoint(localAddress, localPort)],
    [facts.direction, ({ direction }) => (direction === null ? '' : t.inspector.directions[direction])],
    [facts.namespace, ({ namespace }) => namespace ?? ''],
    [facts.bytesSent, ({ bytesSent }) => bytes(bytesSent)],
    [facts.bytesReceived, ({ bytesReceived }) => bytes(bytesReceived)],
    [facts.sendQueue, ({ sendQueue }) => bytes(sendQueue)],
    [facts.receiveQueue, ({ receiveQueue }) => bytes(receiveQueue)],
    [facts.rtt, ({ rtt }) => (rtt === null ? '' : factText({ value: rtt, unit: 'ms' }))],
    [facts.inode, ({ inode }) => String(inode ?? '')],
  ];
  return columns
    .map(([title, text]): [string, string, string] => [title, plainText(text(own)), plainText(text(its))])
    .filter(([, a, b]) => a !== '' || b !== '');
}
