/** Invents the sockets of the Windows machine: always the same ones, in the same order. */
import { parseAddress } from '../../shared/address';
import { seededRandom } from '../../shared/random';
import type { MainTable, SocketState } from '../../shared/socket';
import { BOOT } from './inventor';
import { LINK, OWN_ADDRESSES, programOf, WAITING, WINDOWS_PROGRAMS } from './windowsMachine';
import type { WindowsProgram } from './windowsMachine';

export interface WindowsSocket {
  serial: number;
  table: MainTable;
  state: SocketState | null;
  local: Uint8Array;
  localPort: number;
  remote: Uint8Array | null;
  remotePort: number;
  /** The interface of a link-local address; else 0 */
  zone: number;
  owner: WindowsProgram;
  /** ms since 1970-01-01 UTC */
  createdAt: number;
  traffic: WindowsTraffic;
}

/** As Windows counts it, from when it is told to */
export interface WindowsTraffic {
  bytesSent: number;
  bytesReceived: number;
  segmentsSent: number;
  segmentsReceived: number;
  /** ms */
  rtt: number;
  retransmits: number;
}

const SEGMENT = 1460;
const STATES: readonly SocketState[] = [
  ...new Array<SocketState>(15).fill('ESTABLISHED'),
  ...(['CLOSE_WAIT', 'FIN_WAIT_2', 'SYN_SENT', 'LAST_ACK'] as const),
];

export class WindowsInventor {
  readonly random = seededRandom(20_260_426);
  private serial = 0;

  /** Everything that waits for somebody. */
  waiting(): WindowsSocket[] {
    return WAITING.flatMap(([tables, port, pid, where]) =>
      tables.map((table) => {
        const six = table.endsWith('6');
        const { any4, any6, loopback4, lan4, link6 } = OWN_ADDRESSES;
        const local =
          where === undefined ? (six ? any6 : any4) : where === 'lan' ? (six ? link6 : lan4) : loopback4;
        return {
          ...this.blank(programOf(pid), table),
          ...{ state: table.startsWith('tcp') ? ('LISTEN' as const) : null, local, localPort: port },
          ...{ zone: local === link6 ? LINK : 0 },
        };
      }),
    );
  }

  connection(): WindowsSocket {
    const owner = this.pick();
    const six = this.random() < 0.3;
    const socket = this.blank(owner, six ? 'tcp6' : 'tcp4');
    socket.state = STATES[this.upTo(STATES.length)]!;
    const near = this.random() < 0.15;
    const { lan4, global6, link6 } = OWN_ADDRESSES;
    socket.local = six ? (near ? link6 : global6) : lan4;
    socket.remote = parseAddress(this.other(six, near))!;
    if (six && near) socket.zone = LINK;
    socket.localPort = 49_700 + this.upTo(15_000);
    socket.remotePort = near ? 445 : this.random() < 0.85 ? 443 : 80;
    socket.traffic.rtt = Math.round((near ? 0.6 : 24) * (500 + 3000 * this.random() ** 3)) / 1000;
    return socket;
  }

  /** Lets a connection carry something. */
  move({ traffic }: WindowsSocket): void {
    const [sent, received] = [this.upTo(9000), this.upTo(60_000)];
    traffic.bytesSent += sent;
    traffic.bytesReceived += received;
    // Each segment with data is acknowledged sooner or later, most of them two by two.
    const [out, into] = [Math.ceil(sent / SEGMENT), Math.ceil(received / SEGMENT)];
    traffic.segmentsSent += out + Math.ceil(into / 2);
    traffic.segmentsReceived += into + Math.ceil(out / 2);
    traffic.rtt = Math.round(1000 * traffic.rtt * (0.85 + 0.3 * this.random())) / 1000;
    if (this.random() < 0.03) traffic.retransmits++;
  }

  private other(six: boolean, near: boolean): string {
    const host = 1 + this.upTo(250);
    if (six) return near ? `fe80::1c2d:3e4f:5a6b:${host}` : `2001:db8:${host}::${1 + this.upTo(9)}`;
    if (near) return `192.168.1.${host}`;
    return `${this.random() < 0.5 ? '198.51.100' : '203.0.113'}.${host}`;
  }

  private blank(owner: WindowsProgram, table: MainTable): WindowsSocket {
    const serial = ++this.serial;
    return {
      ...{ serial, table, owner, state: null, local: OWN_ADDRESSES.any4, localPort: 0 },
      ...{ remote: null, remotePort: 0, zone: 0 },
      createdAt: Math.max(owner.startedAt!, BOOT) + 1000 * serial + 137 * (serial % 7),
      traffic: {
        ...{ bytesSent: 0, bytesReceived: 0, segmentsSent: 0, segmentsReceived: 0 },
        ...{ rtt: NaN, retransmits: 0 },
      },
    };
  }

  private pick(): WindowsProgram {
    const total = WINDOWS_PROGRAMS.reduce((sum, { weight }) => sum + weight, 0);
    let at = this.random() * total;
    return WINDOWS_PROGRAMS.find(({ weight }) => (at -= weight) < 0)!;
  }

  private upTo(most: number): number {
    return Math.floor(this.random() * most);
  }
}
