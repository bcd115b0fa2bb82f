import { Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useUi } from '../../model/uiStore';
import type { Acting } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp } from '../AppContext';

/** ms for which nothing is shown: most orders are done by then, and the grid would only jump. */
const PATIENCE_MS = 250;

/** How far an order is, and how to stop it. Below the grid, which goes on meanwhile. */
export function ProgressPanel() {
  const acting = useUi((state) => state.acting);
  return acting === null || acting.progress === null ? null : <Later acting={acting} />;
}

function Later({ acting }: { acting: Acting }) {
  const app = useApp();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  const text = t.actions;
  const { done, total } = acting.progress!;
  return (
    <section className="progress" aria-label={text.progress}>
      <b role="status">{acting.stopping ? text.stopping : text.working[acting.action]}</b>
      <progress aria-label={text.progress} max={total} value={done} />
      <span className="count">{text.ofTotal(done, total)}</span>
      <button
        type="button"
        disabled={acting.stopping}
        title={text.stopTitle}
        onClick={() => void app.orders.stop()}
      >
        <Square size={12} aria-hidden />
        {text.stop}
      </button>
    </section>
  );
}
