/**
 * What is kept between runs. Whatever is read back is made valid field by field: a value that does not fit becomes its
 * default, and what is not known is dropped, so that no file of whatever origin keeps the program from starting.
 */
import * as v from 'valibot';
import { remoteHost } from './contract';
import { DEFAULT_PROTOCOLS, DEFAULT_READING, MAIN_TABLES, PROTOCOLS, SOCKET_STATES } from './socket';

export const SETTINGS_VERSION = 1;

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export const DENSITIES = ['compact', 'normal', 'comfortable'] as const;
export type Density = (typeof DENSITIES)[number];

/** How the rows are gathered. */
export const VIEWS = ['flat', 'process', 'host', 'service', 'listeners'] as const;
export type View = (typeof VIEWS)[number];

/** Choices of columns that a user need not put together. */
export const COLUMN_PRESETS = ['tcpview', 'listeners', 'traffic', 'everything'] as const;
export type ColumnPreset = (typeof COLUMN_PRESETS)[number];

/** Where the colours of new, changed and ended rows come from. */
export const HIGHLIGHT_PALETTES = ['classic', 'safe', 'custom'] as const;
export type HighlightPalette = (typeof HIGHLIGHT_PALETTES)[number];

/** px */
export const FONT_SIZES = { least: 11, most: 18 } as const;
/** Machines that were connected to, at most; the last one first */
export const MOST_HOSTS = 10;
/** How many updates a highlight can last */
export const MARK_UPDATES = { least: 1, most: 10 } as const;

const LONGEST_FILTER = 10_000;
const LONGEST_NAME = 200;
const MOST_FILTERS = 200;
/** Characters, as JSON, of the layout of the columns */
const LONGEST_LAYOUT = 20_000;
/** Characters, as JSON, of all settings: more than their parts can come to */
export const LONGEST_SETTINGS = 3_000_000;

/** A field that is missing or does not fit is its default. */
const field = <const Schema extends v.GenericSchema>(schema: Schema, standard: v.InferOutput<Schema>) =>
  v.optional(v.fallback(schema, standard), standard);

/** Fields that belong together; each has a default of its own. */
const group = <const Entries extends v.ObjectEntries>(entries: Entries) => {
  const schema = v.object(entries);
  const standard = v.parse(schema, {});
  return v.optional(v.fallback(schema, standard), standard);
};

/** The items that fit. */
function listOf<const Item extends v.GenericSchema>(item: Item, most: number) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((items): v.InferOutput<Item>[] =>
      items
        .flatMap((one) => {
          const result = v.safeParse(item, one);
          return result.success ? [result.output] : [];
        })
        .slice(0, most),
    ),
    v.readonly(),
  );
}

const flag = (standard: boolean) => field(v.boolean(), standard);
const whole = ({ least, most }: { least: number; most: number }) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const colour = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/));
const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));

/** TCP and UDP are always among them: no switch would bring them back. */
const protocols = v.pipe(
  listOf(v.picklist(PROTOCOLS), PROTOCOLS.length),
  v.transform((found) => PROTOCOLS.filter((one) => DEFAULT_PROTOCOLS.includes(one) || found.includes(one))),
  v.readonly(),
);

const savedFilter = v.object({
  name: v.pipe(text(LONGEST_NAME), v.minLength(1)),
  text: text(LONGEST_FILTER),
});

/** Names are unique, whatever their case: of several the last one stays, as if they had been saved one after the other. */
const savedFilters = v.pipe(
  listOf(savedFilter, MOST_FILTERS),
  v.transform((found) => [...new Map(found.map((one) => [one.name.toLowerCase(), one])).values()]),
  v.readonly(),
);

/** TCPView's green, yellow and red, as edges and signs; the rows are tinted with them. */
const CLASSIC_COLOURS = { new: '#2a8f46', changed: '#b58100', ended: '#c4362b' };

const settings = v.object({
  version: field(v.literal(SETTINGS_VERSION), SETTINGS_VERSION),
  theme: field(v.picklist(THEMES), 'system'),
  density: field(v.picklist(DENSITIES), 'normal'),
  /** px */
  fontSize: field(
    v.pipe(v.number(), v.multipleOf(0.5), v.minValue(FONT_SIZES.least), v.maxValue(FONT_SIZES.most)),
    12.5,
  ),
  highlight: group({
    palette: field(v.picklist(HIGHLIGHT_PALETTES), 'classic'),
    /** The user's own; those of the palette "custom" */
    colours: group({
      new: field(colour, CLASSIC_COLOURS.new),
      changed: field(colour, CLASSIC_COLOURS.changed),
      ended: field(colour, CLASSIC_COLOURS.ended),
    }),
    /** For how many updates a row stands out */
    updates: field(whole(MARK_UPDATES), 1),
  }),
  /** The layout of the columns, which the page makes sense of; null is that of the program. */
  columns: field(v.nullable(v.pipe(v.record(v.string(), v.unknown()), v.check(isSmall))), null),
  sort: group({ column: field(text(LONGEST_NAME), 'processName'), descending: flag(false) }),
  filter: field(text(LONGEST_FILTER), ''),
  savedFilters: field(savedFilters, []),
  recentHosts: field(listOf(remoteHost, MOST_HOSTS), []),
  tables: group(v.entriesFromList(MAIN_TABLES, flag(true))),
  hidden: group({
    loopback: flag(false),
    listeners: flag(false),
    unconnected: flag(false),
    states: field(listOf(v.picklist(SOCKET_STATES), SOCKET_STATES.length), []),
  }),
  view: field(v.picklist(VIEWS), 'flat'),
  keepStill: flag(false),
  /** Off until somebody wants it: a look-up tells the other side. */
  resolveNames: flag(false),
  portNames: flag(false),
  /** Command lines are not among them: they may hold secrets, and are asked for anew each time. */
  reading: group({
    protocols: field(protocols, DEFAULT_READING.protocols),
    bound: flag(DEFAULT_READING.bound),
    namespaces: flag(DEFAULT_READING.namespaces),
  }),
  /** How the pane about the selected socket stands in the window */
  inspector: group({
    /** px */
    size: field(whole({ least: 120, most: 4000 }), 340),
    side: field(v.picklist(['below', 'right']), 'below'),
    tab: field(text(LONGEST_NAME), 'overview'),
  }),
});
export type Settings = v.InferOutput<typeof settings>;
export type Highlight = Settings['highlight'];

export const DEFAULT_SETTINGS: Settings = v.parse(settings, {});

/** Makes settings of anything at all; never throws. */
export function parseSettings(given: unknown): Settings {
  const result = v.safeParse(settings, given);
  return result.success ? result.output : DEFAULT_SETTINGS;
}

/** Settings that were kept, and what a person should know about how that went. */
export interface LoadedSettings {
  settings: Settings;
  notice: string | null;
}

/** Whether a text was written as settings: JSON of an object. Anything else has been damaged. */
export function readSettings(written: string): Settings | null {
  try {
    const found: unknown = JSON.parse(written);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return null;
    return parseSettings(found);
  } catch {
    return null;
  }
}

function isSmall(layout: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(layout).length <= LONGEST_LAYOUT;
  } catch {
    return false; // what came over a channel need not be JSON
  }
}
