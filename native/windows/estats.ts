/**
 * What Windows counts of one TCP connection: GetPerTcpConnectionEStats, SetPerTcpConnectionEStats and the pair for IPv6.
 * Nothing is counted before somebody has switched it on for that connection, which takes an administrator.
 *
 * https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getpertcpconnectionestats
 * https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-setpertcpconnectionestats
 */
import type { Libraries } from './libraries';
import { ERROR_PROC_NOT_FOUND } from './windowsError';

/** TCP_ESTATS_DATA_ROD_v0 (tcpestats.h); offsets and size in bytes. Bytes that were sent again are counted again. */
export const DATA_ROD = {
  ...{ size: 96, DataBytesOut: 0, DataBytesIn: 16, SegsOut: 32, SegsIn: 40 },
} as const;
/** TCP_ESTATS_PATH_ROD_v0 (tcpestats.h); SmoothedRtt in ms, CountRtt the number of measurements behind it */
export const PATH_ROD = { size: 160, PktsRetrans: 20, SmoothedRtt: 108, CountRtt: 128 } as const;
/** TCP_ESTATS_DATA_RW_v0 and TCP_ESTATS_PATH_RW_v0: BOOLEAN EnableCollection */
export const COLLECTION_RW = { size: 1, EnableCollection: 0 } as const;

/** What is switched on and read together: TCP_ESTATS_TYPE, TcpConnectionEstatsData and TcpConnectionEstatsPath */
export const KINDS = { data: 1, path: 3 } as const;
export type Kind = keyof typeof KINDS;

type GetStatistics = (
  ...call: [
    ...[entry: Uint8Array, type: number],
    ...[rw: Uint8Array, rwVersion: number, rwSize: number],
    ...[ros: null, rosVersion: number, rosSize: number],
    ...[rod: Uint8Array, rodVersion: number, rodSize: number],
  ]
) => number;
type SetStatistics = (
  ...call: [entry: Uint8Array, type: number, rw: Uint8Array, version: number, size: number, offset: number]
) => number;

const GET = '(void *, int, void *, uint32, uint32, void *, uint32, uint32, void *, uint32, uint32)';
const SET = '(void *, int, void *, uint32, uint32, uint32)';
const NAMES = { 4: 'PerTcpConnectionEStats', 6: 'PerTcp6ConnectionEStats' } as const;

function getter(libraries: Libraries, family: 4 | 6): GetStatistics | null {
  return libraries.optional('iphlpapi', `uint32 Get${NAMES[family]}${GET}`);
}

function setter(libraries: Libraries, family: 4 | 6): SetStatistics | null {
  return libraries.optional('iphlpapi', `uint32 Set${NAMES[family]}${SET}`);
}

/** Whether this Windows has such counters at all; those of IPv6 may be missing by themselves. */
export function hasStatistics(libraries: Libraries): boolean {
  return getter(libraries, 4) !== null && setter(libraries, 4) !== null;
}

/** The calls, and the two buffers that they fill again and again. */
export class ConnectionStatistics {
  private readonly rw = new Uint8Array(COLLECTION_RW.size);
  private readonly rods = { data: new Uint8Array(DATA_ROD.size), path: new Uint8Array(PATH_ROD.size) };
  private readonly views = {
    data: new DataView(this.rods.data.buffer),
    path: new DataView(this.rods.path.buffer),
  };

  constructor(private readonly libraries: Libraries) {}

  /** Whether the last {@link read} said that this is being counted */
  get isCounting(): boolean {
    return this.rw[COLLECTION_RW.EnableCollection] !== 0;
  }

  /** Reads the counters of one connection. @param entry a MIB_TCPROW or MIB_TCP6ROW @returns an error code; 0 is success */
  read(family: 4 | 6, entry: Uint8Array, kind: Kind): number {
    const get = getter(this.libraries, family);
    const rod = this.rods[kind];
    const { rw } = this;
    return (
      get?.(entry, KINDS[kind], rw, 0, rw.length, null, 0, 0, rod, 0, rod.length) ?? ERROR_PROC_NOT_FOUND
    );
  }

  /** Has them counted from now on, or no longer. @returns an error code; 0 is success */
  collect(family: 4 | 6, entry: Uint8Array, kind: Kind, on: boolean): number {
    const set = setter(this.libraries, family);
    this.rw[COLLECTION_RW.EnableCollection] = on ? 1 : 0;
    return set?.(entry, KINDS[kind], this.rw, 0, this.rw.length, 0) ?? ERROR_PROC_NOT_FOUND;
  }

  /** A 64-bit counter as last read; exact up to 2^53. */
  counter(offset: number): number {
    const { data } = this.views;
    return data.getUint32(offset, true) + data.getUint32(offset + 4, true) * 2 ** 32;
  }

  retransmits(): number {
    return this.views.path.getUint32(PATH_ROD.PktsRetrans, true);
  }

  /** ms; NaN before the first measurement */
  roundTrip(): number {
    const { path } = this.views;
    const smoothed = path.getUint32(PATH_ROD.SmoothedRtt, true);
    return smoothed === 0 && path.getUint32(PATH_ROD.CountRtt, true) === 0 ? NaN : smoothed;
  }
}
