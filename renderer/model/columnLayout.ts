/** Which columns are shown, in which order, how wide, and which stay in place: what the user chose, as values. */
import { COLUMN_IDS, isColumnId } from '../../shared/columnIds';
import type { ColumnId } from '../../shared/columnIds';
import { COLUMN_PRESETS } from '../../shared/settings';
import type { ColumnPreset } from '../../shared/settings';
import type { ReadingOptions } from '../../shared/socket';
import { columnOf } from './columns';
import type { ColumnSpec } from './columns';

/** A type, not an interface: as it is, it is among what settings keep. */
export type ColumnLayout = {
  /** Every column once, shown or not: one that is shown again comes where it was. */
  readonly order: readonly ColumnId[];
  /** What was chosen; a column that is missing here is shown as it would be by itself. */
  readonly visible: Readonly<Partial<Record<ColumnId, boolean>>>;
  /** px, of columns whose width was chosen; the others share the room that is left. */
  readonly widths: Readonly<Partial<Record<ColumnId, number>>>;
  /** These come first, and stay while the others are scrolled. */
  readonly pinned: readonly ColumnId[];
};

export type Reading = Pick<ReadingOptions, 'namespaces' | 'commandLines'>;
export type PresetName = ColumnPreset | 'default';
export const PRESET_NAMES: readonly PresetName[] = ['default', ...COLUMN_PRESETS];

/** px */
export const MIN_WIDTH = 36;
export const MAX_WIDTH = 2000;

/** Columns that say something only while more is read: they come and go with that, unless somebody chose otherwise. */
const SHOWN_WITH: Partial<Record<ColumnId, keyof Reading>> = {
  namespace: 'namespaces',
  commandLine: 'commandLines',
};

const PRESETS: Record<Exclude<PresetName, 'everything'>, readonly ColumnId[]> = {
  default: [
    ...(['processName', 'pid', 'user', 'protocol', 'state', 'localAddress', 'localPort'] as const),
    ...(['remoteAddress', 'remotePort', 'firstSeenAt', 'bytesSent', 'bytesReceived'] as const),
  ],
  tcpview: [
    ...(['processName', 'pid', 'protocol', 'state', 'localAddress', 'localPort'] as const),
    ...(['remoteAddress', 'remotePort', 'firstSeenAt', 'moduleName', 'segmentsSent'] as const),
    ...(['segmentsReceived', 'bytesSent', 'bytesReceived'] as const),
  ],
  listeners: [
    ...(['processName', 'pid', 'user', 'protocol', 'state', 'localAddress', 'localPort'] as const),
    ...(['localPortName', 'interface', 'receiveQueue', 'sendQueue', 'unit'] as const),
  ],
  traffic: [
    ...(['processName', 'pid', 'state', 'direction', 'remoteAddress', 'remotePort', 'sendRate'] as const),
    ...(['receiveRate', 'bytesSent', 'bytesReceived', 'sendQueue', 'rtt', 'retransmits'] as const),
  ],
};

/** What TCPView has and every system gives stands in the place of what only Windows gives: when the socket was made. */
const GIVEN_BY_WINDOWS: Partial<Record<ColumnId, ColumnId>> = { firstSeenAt: 'createdAt' };

/** The columns of a preset come first; the others follow in their usual order, hidden. */
export function presetLayout(name: PresetName, windows = false): ColumnLayout {
  const chosen = name === 'everything' ? COLUMN_IDS.filter((id) => id !== 'commandLine') : PRESETS[name];
  const shown = windows && name === 'tcpview' ? chosen.map((id) => GIVEN_BY_WINDOWS[id] ?? id) : chosen;
  const rest = COLUMN_IDS.filter((id) => !shown.includes(id));
  const hidden = rest.filter((id) => SHOWN_WITH[id] === undefined);
  return {
    // What is shown by itself comes in its usual place.
    order: rest.reduce<readonly ColumnId[]>((order, id) => inUsualPlace(order, id), shown),
    visible: Object.fromEntries([
      ...shown.map((id) => [id, true] as const),
      ...hidden.map((id) => [id, false] as const),
    ]),
    widths: {},
    pinned: [],
  };
}

export const DEFAULT_LAYOUT: ColumnLayout = presetLayout('default');

/** Behind the column that it usually follows, as far as that is there. */
function inUsualPlace(order: readonly ColumnId[], id: ColumnId): ColumnId[] {
  const before = COLUMN_IDS.slice(0, COLUMN_IDS.indexOf(id)).findLast((other) => order.includes(other));
  return order.toSpliced(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
}

/** The preset that shows the same columns in the same order, whatever their widths; or null. */
export function presetOf(layout: ColumnLayout, windows = false): PresetName | null {
  const same = (name: PresetName): boolean => {
    const { order, visible } = presetLayout(name, windows);
    const isChosen = (id: ColumnId): boolean => layout.visible[id] === visible[id];
    const own = layout.order.filter((id) => visible[id] === true);
    return (
      COLUMN_IDS.every(isChosen) && own.every((id, i) => id === order.filter((o) => visible[o] === true)[i])
    );
  };
  return PRESET_NAMES.find(same) ?? null;
}

export function isShown(layout: ColumnLayout, id: ColumnId, reading: Reading | undefined): boolean {
  const option = SHOWN_WITH[id];
  return layout.visible[id] ?? (option !== undefined && reading?.[option] === true);
}

/** The columns on screen from left to right: pinned ones come first. */
export function shownColumns(layout: ColumnLayout, reading: Reading | undefined): readonly ColumnSpec[] {
  const shown = layout.order.filter((id) => isShown(layout, id, reading));
  const isPinned = (id: ColumnId): boolean => layout.pinned.includes(id);
  return [...shown.filter(isPinned), ...shown.filter((id) => !isPinned(id))].map(columnOf);
}

/** Puts a column before another, or behind all of them. */
export function moveColumn(layout: ColumnLayout, id: ColumnId, before: ColumnId | null): ColumnLayout {
  if (id === before) return layout;
  const rest = layout.order.filter((other) => other !== id);
  const to = before === null ? rest.length : rest.indexOf(before);
  return { ...layout, order: rest.toSpliced(to, 0, id) };
}

/** Puts a column before the one at place `to` of some that are in order, or behind the last of them. */
export function moveAmong(
  layout: ColumnLayout,
  peers: readonly ColumnId[],
  id: ColumnId,
  to: number,
): ColumnLayout {
  if (to < 0 || to > peers.length) return layout;
  const next = peers[to];
  if (next !== undefined) return moveColumn(layout, id, next);
  const last = layout.order.indexOf(peers.at(-1)!);
  return moveColumn(layout, id, layout.order[last + 1] ?? null);
}

/** Moves a column past its neighbour on screen; a pinned one stays among the pinned ones, and the others among theirs. */
export function stepColumn(
  layout: ColumnLayout,
  id: ColumnId,
  step: -1 | 1,
  reading: Reading | undefined,
): ColumnLayout {
  const isPinned = layout.pinned.includes(id);
  const peers = shownColumns(layout, reading)
    .map((spec) => spec.id)
    .filter((other) => layout.pinned.includes(other) === isPinned);
  const neighbour = peers[peers.indexOf(id) + step];
  if (neighbour === undefined) return layout;
  if (step < 0) return moveColumn(layout, id, neighbour);
  return moveColumn(layout, id, layout.order[layout.order.indexOf(neighbour) + 1] ?? null);
}

/** Gives columns a width in px. */
export function resizeColumns(
  layout: ColumnLayout,
  widths: Readonly<Partial<Record<ColumnId, number>>>,
): ColumnLayout {
  const chosen = Object.entries(widths).map(([id, width]) => [id, clampWidth(width)] as const);
  return { ...layout, widths: { ...layout.widths, ...Object.fromEntries(chosen) } };
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH));
}

/** Shows or hides a column. The last one stays: without a header there would be no way back. */
export function showColumn(
  layout: ColumnLayout,
  id: ColumnId,
  visible: boolean,
  reading: Reading | undefined,
): ColumnLayout {
  const shown = shownColumns(layout, reading);
  if (!visible && shown.length === 1 && shown[0]!.id === id) return layout;
  return { ...layout, visible: { ...layout.visible, [id]: visible } };
}

/** `width`, in px, is what it takes on screen: a pinned column does not give way to others. */
export function pinColumn(layout: ColumnLayout, id: ColumnId, pinned: boolean, width?: number): ColumnLayout {
  const others = layout.pinned.filter((other) => other !== id);
  if (!pinned) return { ...layout, pinned: others };
  const sized = width === undefined ? layout : resizeColumns(layout, { [id]: width });
  return { ...sized, pinned: [...others, id] };
}

/**
 * A layout of what was kept from an earlier run, of whatever version: ids that are not known are dropped, and columns that
 * are new are put in their usual place, hidden.
 */
export function readLayout(kept: unknown): ColumnLayout {
  if (typeof kept !== 'object' || kept === null) return DEFAULT_LAYOUT;
  const { order, visible, widths, pinned } = kept as Partial<Record<string, unknown>>;
  const known = idsOf(order);
  if (known.length === 0) return DEFAULT_LAYOUT;
  const news = COLUMN_IDS.filter((id) => !known.includes(id));
  const choices = Object.fromEntries(entriesOf(visible).filter(([, value]) => typeof value === 'boolean'));
  const unseen = news.filter((id) => SHOWN_WITH[id] === undefined).map((id) => [id, false] as const);
  const layout: ColumnLayout = {
    order: news.reduce<readonly ColumnId[]>(inUsualPlace, known),
    visible: { ...choices, ...Object.fromEntries(unseen) },
    widths: Object.fromEntries(
      entriesOf(widths).flatMap(([id, value]) =>
        typeof value === 'number' && Number.isFinite(value) ? [[id, clampWidth(value)]] : [],
      ),
    ),
    pinned: idsOf(pinned),
  };
  return layout.order.some((id) => layout.visible[id] === true) ? layout : DEFAULT_LAYOUT;
}

function idsOf(list: unknown): ColumnId[] {
  return Array.isArray(list) ? [...new Set(list.filter((id) => isColumnId(id)))] : [];
}

function entriesOf(record: unknown): [ColumnId, unknown][] {
  if (typeof record !== 'object' || record === null) return [];
  return Object.entries(record).filter((entry): entry is [ColumnId, unknown] => isColumnId(entry[0]));
}
