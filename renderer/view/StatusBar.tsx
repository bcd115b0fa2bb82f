import { INTERVALS } from '../../shared/contract';
import { formatCount } from '../model/columns';
import { useUi } from '../model/uiStore';
import { useApp, useSelection, useSockets } from './AppContext';

/** As root, and yet: a container or a security module keeps some processes to itself. */
const SEALED = 'Some processes may not be looked into, even with these privileges.';

export function StatusBar() {
  const app = useApp();
  const { order } = useSockets();
  const selected = useSelection().shownCount;
  const status = useUi((state) => state.status);
  const welcome = useUi((state) => state.welcome);
  if (status === null) return <footer className="status-bar" />;
  const filtered = order.length < order.total;
  return (
    <footer className="status-bar" aria-label="Status">
      <Count name="Endpoints" value={status.endpoints} title="All sockets that are read" />
      <Count name="Established" value={status.established} />
      <Count name="Listening" value={status.listening} />
      <Count name="Time Wait" value={status.timeWait} />
      <Count name="Close Wait" value={status.closeWait} />
      <label className="item">
        Update:{' '}
        <select
          aria-label="Update interval"
          value={status.paused ? 'paused' : status.intervalMs}
          onChange={(event) => {
            const interval = INTERVALS.find((ms) => String(ms) === event.target.value);
            app.run(interval === undefined ? 'pause' : `interval-${interval}`);
          }}
        >
          {INTERVALS.map((ms) => (
            <option key={ms} value={ms}>
              {ms / 1000} sec
            </option>
          ))}
          <option value="paused">Paused</option>
        </select>
      </label>
      {filtered && <span className="item strong">Shown: {formatCount(order.length) || '0'}</span>}
      {selected > 0 && <span className="item strong">Selected: {formatCount(selected)}</span>}
      <span className="spacer" />
      {status.hiddenOwners > 0 && (
        <span className="item warning" title={welcome?.missingPrivilege ?? SEALED}>
          {formatCount(status.hiddenOwners)} {status.hiddenOwners === 1 ? 'owner' : 'owners'} hidden
          {welcome?.missingPrivilege == null ? '' : ': not running as root'}
        </span>
      )}
      {status.hiddenOwners === 0 && welcome?.missingPrivilege != null && (
        <span className="item warning" title={welcome.missingPrivilege}>
          Not running as root
        </span>
      )}
      {status.missedEvents > 0 && (
        <span
          className="item warning"
          title="So many sockets ended faster than the kernel could tell: their last counters, and the shortest-lived of them, are not shown."
        >
          {formatCount(status.missedEvents)} missed
        </span>
      )}
      {welcome?.demo === true && <span className="item demo">Invented sockets: {welcome.backend}</span>}
    </footer>
  );
}

function Count({ name, value, title = 'TCP only' }: { name: string; value: number; title?: string }) {
  return (
    <span className="item" title={title}>
      {name}: <b>{formatCount(value) || '0'}</b>
    </span>
  );
}
