import type { Filter } from '../../shared/filter';
import { columnOf } from './columns';
import type { Holding } from './holding';
import type { Icons } from './icons';
import type { Names } from './names';
import type { SocketStore } from './socketStore';
import type { TrafficWatch } from './trafficWatch';
import { ui, useUi } from './uiStore';
import type { UiState } from './uiStore';

/** ms at least between two passes over all rows because names have come */
const NAMES_PAUSE = 1000;
/** ms between two passes over all rows because of what time makes of them, or to ask for their names */
const TIME_PAUSE = 3000;
/** Addresses that are asked for without being on screen: more would keep a name server busy for too long. */
const MOST_ASKED = 5000;

/** What is kept in line. */
interface Kept {
  sockets: SocketStore;
  holding: Holding;
  names: Names;
  icons: Icons;
  traffic: TrafficWatch;
}

/** Keeps the rows in line with what the user interface says, and with names and time where the order depends on them. */
export class Upkeep {
  private namesTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly kept: Kept,
    private readonly filter: () => Filter,
  ) {}

  start(): void {
    let last: UiState | null = null;
    const watch = (state: UiState): void => {
      const before = last;
      last = state;
      this.follow(state, before);
    };
    watch(ui.get());
    useUi.subscribe(watch);
    this.kept.names.subscribe(() => this.namesChanged());
    setInterval(() => {
      if (this.filter().dependsOnTime) this.kept.sockets.reconsider();
      this.askForNames();
    }, TIME_PAUSE);
  }

  private follow(state: UiState, before: UiState | null): void {
    const { sockets, holding, names, icons, traffic } = this.kept;
    const changed = (name: keyof UiState): boolean => state[name] !== before?.[name];
    if (changed('keepStill')) sockets.keepStill(state.keepStill);
    if (changed('highlight')) sockets.highlightFor(state.highlight.updates);
    if (changed('resolveNames')) names.turn(state.resolveNames);
    if (changed('collapsed')) sockets.fold(state.collapsed);
    if (changed('details')) traffic.inspect(state.details?.id ?? null);
    if (before !== null && state.welcome?.engineId !== before.welcome?.engineId) icons.forget();
    if (changed('welcome') && state.welcome !== null) traffic.connected(state.welcome.traffic.counted);
    if (changed('menu') || changed('question') || changed('acting'))
      holding.set('menu', state.menu !== null || state.question !== null || isAsked(state));
    // They are the keys of another view's groups.
    if (before !== null && changed('view') && state.collapsed.size > 0) ui.set({ collapsed: new Set() });
    if (before !== null && state.welcome?.services !== before.welcome?.services) sockets.reconsider();
  }

  /** Whether names decide what is on screen, and where. */
  private get dependsOnNames(): boolean {
    return this.filter().dependsOnNames || columnOf(ui.get().sort.column).dependsOnNames;
  }

  /** The grid asks for what is on screen. Where that depends on names, a row could never get there without its own. */
  private askForNames(): void {
    if (!ui.get().resolveNames || !this.dependsOnNames) return;
    const { order } = this.kept.sockets;
    const addresses = new Set<string>();
    for (const id of order.ids()) {
      const { remoteAddress } = order.get(id)!.row;
      if (remoteAddress !== null) addresses.add(remoteAddress);
      if (addresses.size === MOST_ASKED) break;
    }
    this.kept.names.want(addresses);
  }

  private namesChanged(): void {
    if (!this.dependsOnNames) return;
    this.namesTimer ??= setTimeout(() => {
      this.namesTimer = null;
      this.kept.sockets.reconsider();
    }, NAMES_PAUSE);
  }
}

/** Whether the user is being asked about an order; once it is carried out, the list goes on. */
function isAsked({ acting }: UiState): boolean {
  return acting !== null && acting.progress === null;
}

/** Folds a group in, or out again. */
export function toggleFold(key: string): void {
  const collapsed = new Set(ui.get().collapsed);
  if (!collapsed.delete(key)) collapsed.add(key);
  ui.set({ collapsed });
}
