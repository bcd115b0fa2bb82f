/** The page that is measured: either grid, fed by an engine of its own, doing what it is told through `window.bench`. */
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { Subscriber } from '../../../shared/subscriber';
import type { SocketRow } from '../../../shared/socket';
import { DEFAULT_SETTINGS } from '../../../shared/settings';
import { App } from '../../../renderer/model/app';
import { ui } from '../../../renderer/model/uiStore';
import type { Shell } from '../../../renderer/shell/shell';
import { AppContext } from '../../../renderer/view/AppContext';
import { Grid } from '../../../renderer/view/Grid';
import '../../../renderer/styles/theme.css';
import '../../../renderer/styles/window.css';
import '../../../renderer/styles/grid.css';
import '../../../renderer/styles/lines.css';
import type { PageBench, Setup, Sort } from '../cases';
import { FakeEngine } from './fakeEngine';
import { NaiveTable } from './naive';

const SORTED_BY: Record<Sort, { column: 'bytesReceived' | 'processName'; descending: boolean }> = {
  volatile: { column: 'bytesReceived', descending: true },
  stable: { column: 'processName', descending: false },
};

const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

let engine: FakeEngine;
let churn = 0;
/** Resolves once the filter's rows have been painted */
let setFilter: (text: string) => Promise<void>;
/** Whether some of them are still being looked for */
let isFiltering: () => boolean = () => false;
let longest = 0;

const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
});
observer.observe({ type: 'longtask' });

/** Our own: the real App and the real Grid, with a shell that has an engine at hand. */
function openSocketscope(root: Root, setup: Setup): void {
  const shell: Shell = {
    kind: 'browser',
    actionsRefused: () => 'nothing is closed here',
    enginesRefused: null,
    programsRefused: null,
    icon: null,
    loadSettings: () => Promise.resolve({ settings: DEFAULT_SETTINGS, notice: null }),
    saveSettings: () => undefined,
    start: (events) => events.channel(engine),
    act: () => Promise.resolve({ confirmed: false }),
    stopActing: () => Promise.resolve(),
    useEngine: () => Promise.resolve(),
    showProgram: () => Promise.resolve(),
    saveFile: () => Promise.resolve({ saved: null }),
    copyText: () => Promise.resolve(),
    reportView: () => undefined,
  };
  ui.set({ sort: SORTED_BY[setup.sort], search: setup.filter, view: setup.view });
  const app = new App(shell);
  root.render(
    <AppContext value={app}>
      <div className="window">
        <Grid />
      </div>
    </AppContext>,
  );
  app.start();
  setFilter = async (text) => {
    ui.set({ search: text });
    // Asked for within each frame, so that this hears of the next one before the page does, which then looks for the rest.
    do await new Promise(requestAnimationFrame);
    while (app.filter.text !== text);
    await new Promise((resolve) => setTimeout(resolve));
  };
  isFiltering = () => app.sockets.isPreview;
}

/** The other: the same messages, merged into a new array. */
function openNaive(root: Root, setup: Setup): Subscriber {
  const rows = new Map<string, SocketRow>();
  const { column, descending } = SORTED_BY[setup.sort];
  let filter = setup.filter;
  const render = (): void =>
    root.render(
      <div className="window">
        <NaiveTable rows={[...rows.values()]} sort={{ id: column, desc: descending }} filter={filter} />
      </div>,
    );
  setFilter = async (text) => {
    filter = text;
    render();
    await frame();
  };
  return new Subscriber(engine, {
    welcome: () => undefined,
    refused: () => undefined,
    details: () => undefined,
    log: () => undefined,
    names: () => undefined,
    snapshot: (chunk) => {
      for (const row of chunk.rows) rows.set(row.id, row);
      if (chunk.last) render();
    },
    diff: ({ added, changed, moved, removed }) => {
      for (const row of added) rows.set(row.id, row);
      for (const row of changed) rows.set(row.id, row);
      for (const one of moved) rows.set(one.id, { ...rows.get(one.id)!, ...one });
      for (const id of removed) rows.delete(id);
      render();
    },
  });
}

const bench: PageBench = {
  async start(setup) {
    engine = new FakeEngine(setup.rows);
    churn = setup.churn;
    const loaded = engine.untilAcknowledged();
    const root = createRoot(document.getElementById('root')!);
    if (setup.design === 'naive') openNaive(root, setup);
    else openSocketscope(root, setup);
    await loaded;
    await frame();
  },
  async tick() {
    longest = 0;
    await engine.tick(churn);
    await frame();
    return longest;
  },
  async filter(text) {
    const start = performance.now();
    await setFilter(text);
    const onScreen = performance.now() - start;
    while (isFiltering()) await frame();
    return { onScreen, complete: performance.now() - start };
  },
  async scroll(forMs) {
    const grid = document.getElementById('grid')!;
    const latencies: number[] = [];
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      const start = performance.now();
      // As the wheel does: the answer is in the frame after.
      grid.scrollTop += 120;
      await frame();
      latencies.push(performance.now() - start);
    }
    return latencies;
  },
};
(window as unknown as { bench: PageBench }).bench = bench;
