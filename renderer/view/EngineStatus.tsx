import { House, Server, ShieldCheck, ShieldPlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isElevationOfUse, LOCAL } from '../model/engines';
import { isWindows } from '../model/system';
import { useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';

/** In the status bar: which engine serves, unless it is the plain one of this machine, and the way back to that. */
export function EngineStatus() {
  const app = useApp();
  const engine = useUi((state) => state.engine);
  const hostname = useUi((state) => state.welcome?.hostname ?? '');
  const text = t.engine;
  if (engine.kind === 'local') return null;
  const isRemote = engine.kind === 'remote';
  const Icon = isRemote ? Server : ShieldCheck;
  const back = isRemote ? text.toLocal : text.toPlain;
  return (
    <>
      <span
        className="item engine"
        title={isRemote ? text.onTitle(engine.host, hostname) : text.elevatedTitle}
      >
        <Icon size={12} aria-hidden /> {isRemote ? text.on(engine.host) : text.elevated}
      </span>
      <button
        type="button"
        className="item back"
        aria-label={back}
        title={back}
        onClick={() => app.run('connect-local')}
      >
        <House size={13} aria-hidden /> <span>{back}</span>
      </button>
    </>
  );
}

/** Beside a privilege that is missing: the way to it, where there is one. */
export function ElevateButton() {
  const app = useApp();
  const offered = useUi(isElevationOfUse);
  const windows = useUi(({ welcome }) => isWindows(welcome));
  const asking = useUi(({ nextEngine }) => nextEngine?.kind === 'elevated');
  if (!offered || app.shell.enginesRefused !== null) return null;
  return (
    <button
      type="button"
      className="item elevate"
      disabled={asking}
      aria-label={t.engine.elevateLong}
      title={`${t.engine.elevateLong}\n${windows ? t.engine.elevateTitleWindows : t.engine.elevateTitle}`}
      onClick={() => app.run('elevate')}
    >
      <ShieldPlus size={13} aria-hidden /> {asking ? t.engine.asking : t.engine.elevate}
    </button>
  );
}

/** Whole seconds until then, counted down; 0 from then on. */
function useSecondsUntil(at: number): number {
  const left = (): number => Math.max(0, Math.ceil((at - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- it depends on the time and on nothing else
  }, [at]);
  return seconds;
}

/** When a wire that was lost is tried again; `aria-hidden`, since nobody wants to hear each second. */
export function Countdown({ at }: { at: number }) {
  return <span aria-hidden>{t.engine.again(useSecondsUntil(at))}</span>;
}

/** Of a machine that cannot be reached: to try at once, or to do without. */
export function LostButtons() {
  const app = useApp();
  const engine = useUi((state) => state.engine);
  if (engine.kind === 'local' || app.shell.enginesRefused !== null) return null;
  return (
    <div className="choices">
      <button type="button" onClick={() => void app.engines.use(engine)}>
        {t.engine.tryNow}
      </button>
      <button type="button" onClick={() => void app.engines.use(LOCAL)}>
        {t.engine.toLocal}
      </button>
    </div>
  );
}
