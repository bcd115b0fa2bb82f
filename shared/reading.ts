/** The switches that choose what is read besides TCP and UDP. */
import { DEFAULT_PROTOCOLS, PROTOCOLS, protocolTitle } from './socket';
import type { Protocol, ReadingOptions } from './socket';

export const EXTRA_PROTOCOLS = PROTOCOLS.filter((protocol) => !DEFAULT_PROTOCOLS.includes(protocol));

export const READING_SWITCHES = [...EXTRA_PROTOCOLS, 'bound', 'namespaces', 'commandLines'] as const;
export type ReadingSwitch = (typeof READING_SWITCHES)[number];

/** Those that are not a protocol. */
const OPTION_TITLES = {
  bound: 'Bound, not listening',
  namespaces: 'All network namespaces',
  commandLines: 'Command lines',
} as const;
type Option = keyof typeof OPTION_TITLES;

function isOption(name: ReadingSwitch): name is Option {
  return name in OPTION_TITLES;
}

export function switchTitle(name: ReadingSwitch): string {
  return isOption(name) ? OPTION_TITLES[name] : protocolTitle(name);
}

export function isOn(reading: ReadingOptions, name: ReadingSwitch): boolean {
  return isOption(name) ? reading[name] : reading.protocols.includes(name);
}

/** Whether both read the same. */
export function isSameReading(one: ReadingOptions, other: ReadingOptions): boolean {
  return READING_SWITCHES.concat(DEFAULT_PROTOCOLS).every((name) => isOn(one, name) === isOn(other, name));
}

/** The same with one switch turned. */
export function turned(reading: ReadingOptions, name: ReadingSwitch): ReadingOptions {
  if (isOption(name)) return { ...reading, [name]: !reading[name] };
  return { ...reading, protocols: withProtocol(reading.protocols, name) };
}

/** Without the protocol where it is among them, else with it; in the usual order. */
function withProtocol(protocols: readonly Protocol[], name: Protocol): Protocol[] {
  return PROTOCOLS.filter((protocol) => protocols.includes(protocol) !== (protocol === name));
}
