import { Braces, Copy, PanelBottom, PanelRight, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { socketLabel } from '../../../shared/labels';
import { stateTitle } from '../../../shared/socket';
import { allJson, allText, cardsOf } from '../../model/rowCards';
import type { DetailsState } from '../../model/openDetails';
import { INSPECTOR_TABS, ui, useUi } from '../../model/uiStore';
import type { InspectorTab } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { rowElement } from '../rowElement';
import { ChartsTab } from './ChartsTab';
import { CopyButton } from './CopyButton';
import { OverviewTab } from './OverviewTab';
import { PeerTab } from './PeerTab';
import { ProcessTab } from './ProcessTab';
import { Splitter } from './Splitter';
import { TimelineTab } from './TimelineTab';

/** px of the window from which on there is room beside the grid */
const WIDE = 1600;
/** px; less is no use to anybody */
const LEAST = { below: 140, right: 420 } as const;

/** Everything known of one socket, below the grid or beside it. */
export function Inspector() {
  const state = useUi((ui) => ui.details);
  return state === null ? null : <Pane state={state} />;
}

function Pane({ state }: { state: DetailsState }) {
  const app = useApp();
  const { id, row, details, ended } = state;
  const { size, side: wished, tab } = useUi((ui) => ui.inspector);
  const isWide = useSyncExternalStore(onResize, () => window.innerWidth >= WIDE);
  const side = isWide ? wished : 'below';
  const px = Math.max(size, LEAST[side]);
  const box = useRef<HTMLElement>(null);

  // The grid has become smaller: its row is to stay in sight.
  useLayoutEffect(() => {
    rowElement(id)?.scrollIntoView({ block: 'nearest' });
  }, [id]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && box.current?.contains(event.target as Node)) app.closeDetails();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [app]);

  return (
    <section
      ref={box}
      className={`details ${side}${ended ? ' ended' : ''}`}
      aria-label={t.inspector.title}
      style={side === 'below' ? { height: px } : { width: px }}
    >
      <Splitter side={side} size={px} least={LEAST[side]} />
      <header>
        <h2 title={socketLabel(row)}>{socketLabel(row)}</h2>
        {row.state !== null && <span className="state">{stateTitle(row.state)}</span>}
        {ended && (
          <b className="gone" role="status">
            {t.inspector.ended}
          </b>
        )}
        <Tabs tab={tab} />
        <div className="tools">
          <CopyButton
            label={t.inspector.copyAllHint}
            text={() => allText(row, cardsOf(row, details, ui.get().welcome?.traffic))}
            icon={<Copy size={13} aria-hidden />}
          >
            {t.inspector.copyAll}
          </CopyButton>
          <CopyButton
            label={t.inspector.copyJsonHint}
            text={() => allJson(row, details)}
            icon={<Braces size={13} aria-hidden />}
          >
            {t.inspector.copyJson}
          </CopyButton>
          {isWide && <SideButton side={side} />}
          <button
            type="button"
            className="clear"
            aria-label={t.inspector.close}
            title={t.inspector.close}
            onClick={() => app.closeDetails()}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      </header>
      {/* It scrolls, so the keyboard must get there. */}
      <div
        // What belongs to another socket or part begins at its top.
        key={`${tab} ${id}`}
        id="inspector-panel"
        className="facts"
        role="tabpanel"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must get there
        tabIndex={0}
        aria-labelledby={`inspector-tab-${tab}`}
      >
        {contents(tab, state)}
      </div>
    </section>
  );
}

function contents(tab: InspectorTab, state: DetailsState): ReactNode {
  switch (tab) {
    case 'overview':
      return <OverviewTab state={state} />;
    case 'charts':
      return <ChartsTab state={state} />;
    case 'timeline':
      return <TimelineTab state={state} />;
    case 'process':
      return <ProcessTab state={state} />;
    case 'peer':
      return <PeerTab state={state} />;
  }
}

/** Tabs as WAI-ARIA has them: one of them is in the order of Tab, the arrow keys change it. */
function Tabs({ tab }: { tab: InspectorTab }) {
  const choose = (tab: InspectorTab): void =>
    ui.set(({ inspector }) => ({ inspector: { ...inspector, tab } }));
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const now = INSPECTOR_TABS.indexOf(tab);
    const last = INSPECTOR_TABS.length - 1;
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = INSPECTOR_TABS[(to + INSPECTOR_TABS.length) % INSPECTOR_TABS.length]!;
    choose(next);
    document.getElementById(`inspector-tab-${next}`)?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its tabs have the focus
    <div className="tabs" role="tablist" aria-label={t.inspector.tabList} onKeyDown={onKeyDown}>
      {INSPECTOR_TABS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`inspector-tab-${name}`}
          aria-selected={name === tab}
          aria-controls="inspector-panel"
          tabIndex={name === tab ? 0 : -1}
          onClick={() => choose(name)}
        >
          {t.inspector.tabs[name]}
        </button>
      ))}
    </div>
  );
}

function SideButton({ side }: { side: 'below' | 'right' }) {
  const other = side === 'below' ? 'right' : 'below';
  const label = other === 'right' ? t.inspector.dockRight : t.inspector.dockBelow;
  return (
    <button
      type="button"
      className="clear"
      aria-label={label}
      title={label}
      onClick={() => ui.set(({ inspector }) => ({ inspector: { ...inspector, side: other } }))}
    >
      {other === 'right' ? <PanelRight size={14} aria-hidden /> : <PanelBottom size={14} aria-hidden />}
    </button>
  );
}

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}
