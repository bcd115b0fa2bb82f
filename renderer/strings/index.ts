/** Every text of the page's own. What the engine sends, and the field's own names in shared/, come as they are. */
import { actionStrings } from './actions';
import { columnsStrings } from './columns';
import { engineStrings } from './engine';
import { filterStrings } from './filter';
import { gridStrings } from './grid';
import { inspectorStrings } from './inspector';
import { isPseudoWanted, pseudo } from './pseudo';
import { settingsStrings } from './settings';
import { windowStrings } from './window';

export const texts = {
  actions: actionStrings,
  columns: columnsStrings,
  engine: engineStrings,
  filter: filterStrings,
  grid: gridStrings,
  inspector: inspectorStrings,
  settings: settingsStrings,
  window: windowStrings,
} as const;

export const t: typeof texts = isPseudoWanted() ? pseudo(texts) : texts;
