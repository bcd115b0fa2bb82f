import { Pause, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { INTERVALS } from '../../shared/contract';
import { formatCount, formatRate } from '../model/columns';
import { COUNTED_STATES, countedState, toggleCounted } from '../model/filter';
import type { CountedState } from '../model/filter';
import { isWindows } from '../model/system';
import { useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp, useSelection, useSockets } from './AppContext';
import { ElevateButton, EngineStatus } from './EngineStatus';

export function StatusBar() {
  const status = useUi((state) => state.status);
  const welcome = useUi((state) => state.welcome);
  const lost = useUi((state) => state.connection.kind === 'lost');
  const selected = useSelection().shownCount;
  const text = t.filter.status;
  const windows = isWindows(welcome);
  const uncounted = welcome?.traffic.counted === 'never' ? welcome.traffic.why : null;
  // One sentence about missing privileges is enough: where one is there, it also says what that costs.
  const missing =
    welcome?.missingPrivilege == null ? null : sentences(welcome.missingPrivilege, uncounted ?? '');
  if (status === null) return <footer className="status-bar" />;
  const counts: Record<CountedState, number> = {
    established: status.established,
    listen: status.listening,
    time_wait: status.timeWait,
    close_wait: status.closeWait,
  };
  return (
    <footer className="status-bar" aria-label={text.name}>
      <span className="item" title={text.endpointsTitle}>
        {text.endpoints}: <b>{formatCount(status.endpoints) || '0'}</b>
      </span>
      {COUNTED_STATES.map((state) => (
        <StateCount key={state} state={state} count={counts[state]} />
      ))}
      <Interval />
      {status.paused && (
        <span className="item strong">
          <Pause size={12} aria-hidden /> {text.paused}
        </span>
      )}
      <Shown />
      {selected > 0 && (
        <span className="item strong">
          {text.selected}: {formatCount(selected)}
        </span>
      )}
      <TotalRates />
      <span className="spacer" />
      {lost && <Warning text={text.lost} />}
      {status.problems.length > 0 && (
        <Warning
          text={text.problems(status.problems.length)}
          title={status.problems.map(({ message }) => message).join('\n')}
        />
      )}
      {status.hiddenOwners > 0 && (
        <Warning
          text={[
            text.owners(status.hiddenOwners, formatCount(status.hiddenOwners)),
            ...(missing === null ? [] : [windows ? text.notAdministrator : text.notRoot]),
          ].join(': ')}
          title={missing ?? text.sealed}
        />
      )}
      {status.hiddenOwners === 0 && missing !== null && (
        <Warning text={windows ? text.notAdministratorAlone : text.notRootAlone} title={missing} />
      )}
      {uncounted !== null && missing === null && (
        <span className="item" title={uncounted}>
          {text.untold}
        </span>
      )}
      <ElevateButton />
      {status.missedEvents > 0 && (
        <Warning text={text.missed(formatCount(status.missedEvents))} title={text.missedTitle} />
      )}
      <EngineStatus />
      {welcome?.demo === true && <span className="item demo">{text.demo(welcome.backend)}</span>}
    </footer>
  );
}

/** Of two sentences on the same, one may be a part of the other. */
function sentences(one: string, other: string): string {
  return other === '' || one.includes(other) ? one : `${one}\n${other}`;
}

/** A click shows these sockets only, and the next one all again. */
function StateCount({ state, count }: { state: CountedState; count: number }) {
  const on = useUi(({ search }) => countedState(search) === state);
  const text = t.filter.status;
  const name = text.counted[state];
  return (
    <button
      type="button"
      className="item"
      aria-pressed={on}
      title={text.countedTitle(name, on)}
      onClick={() => toggleCounted(state)}
    >
      {name}: <b>{formatCount(count) || '0'}</b>
    </button>
  );
}

function Interval() {
  const app = useApp();
  const paused = useUi((state) => state.status?.paused ?? false);
  const intervalMs = useUi((state) => state.status?.intervalMs);
  const text = t.filter.status;
  return (
    <label className="item">
      {text.update}{' '}
      <select
        aria-label={text.updateName}
        value={paused ? 'paused' : intervalMs}
        onChange={(event) => {
          const interval = INTERVALS.find((ms) => String(ms) === event.target.value);
          app.run(interval === undefined ? 'pause' : `interval-${interval}`);
        }}
      >
        {INTERVALS.map((ms) => (
          <option key={ms} value={ms}>
            {text.seconds(ms / 1000)}
          </option>
        ))}
        <option value="paused">{text.paused}</option>
      </select>
    </label>
  );
}

function Shown() {
  const { order } = useSockets();
  if (order.length === order.total) return null;
  return (
    <span className="item strong">
      {t.filter.status.shown}: {formatCount(order.length) || '0'}
    </span>
  );
}

/** ms; summing up many rows waits until nothing else is to be done, but no longer than this. */
const SUM_WITHIN = 1000;

/** What all shown rows together send and receive, in bytes/s. */
function TotalRates() {
  const { sockets } = useApp();
  const watched = useUi(({ welcome }) => welcome?.traffic.counted === 'watched');
  const [{ sent, received }, setSum] = useState({ sent: 0, received: 0 });
  useEffect(() => {
    let asked = 0;
    const sum = (): void => {
      asked = 0;
      const total = { sent: 0, received: 0 };
      for (const { row } of sockets.order.shown()) {
        total.sent += row.sendRate ?? 0;
        total.received += row.receiveRate ?? 0;
      }
      setSum((last) => (last.sent === total.sent && last.received === total.received ? last : total));
    };
    const stop = sockets.subscribe(() => {
      if (asked === 0) asked = requestIdleCallback(sum, { timeout: SUM_WITHIN });
    });
    return () => {
      stop();
      cancelIdleCallback(asked);
    };
  }, [sockets]);
  if (sent === 0 && received === 0) return null;
  const text = t.filter.status;
  return (
    <span className="item rates" title={watched ? text.ratesWatched : text.rates}>
      <span>
        <span aria-label={text.sent} role="img">
          ↑
        </span>{' '}
        <b>{formatRate(sent) || '0'}</b>
      </span>
      <span>
        <span aria-label={text.received} role="img">
          ↓
        </span>{' '}
        <b>{formatRate(received) || '0'}</b>
      </span>
    </span>
  );
}

function Warning({ text, title }: { text: string; title?: string }) {
  return (
    <span className="item warning" title={title}>
      <TriangleAlert size={12} aria-hidden /> {text}
    </span>
  );
}
