import type { Channel } from './channel';
import { PROTOCOL_VERSION } from './contract';
import type {
  DetailsReply,
  Diff,
  EngineMessage,
  LogReply,
  NamesReply,
  PageMessage,
  SnapshotChunk,
  Welcome,
} from './contract';

/** What the page does with what the engine says. */
export interface Listener {
  welcome(welcome: Welcome): void;
  /** A promise resolves once it has been applied; nothing means that it has been already. */
  snapshot(chunk: SnapshotChunk): Promise<void> | void;
  diff(diff: Diff): Promise<void> | void;
  refused(message: string): void;
  details(reply: DetailsReply): void;
  names(reply: NamesReply): void;
  log(reply: LogReply): void;
}

/** The page's end: acknowledges each data message once it has been applied, and asks for a fresh snapshot on a gap. */
export class Subscriber {
  private lastSeq: number | null = null;

  constructor(
    private readonly channel: Channel,
    private readonly listener: Listener,
  ) {
    channel.onMessage((message) => this.receive(message as EngineMessage));
    this.send({ type: 'hello', version: PROTOCOL_VERSION });
  }

  send(message: PageMessage): void {
    this.channel.send(message);
  }

  private receive(message: EngineMessage): void {
    switch (message.type) {
      case 'welcome':
        this.listener.welcome(message);
        break;
      case 'refused':
        this.listener.refused(message.message);
        break;
      case 'details':
        this.listener.details(message);
        break;
      case 'names':
        this.listener.names(message);
        break;
      case 'log':
        this.listener.log(message);
        break;
      case 'snapshot':
        if (!message.first && !this.follows(message.seq)) return;
        this.lastSeq = message.seq;
        this.acknowledge(message.seq, this.listener.snapshot(message));
        break;
      case 'diff':
        if (!this.follows(message.seq)) return;
        this.lastSeq = message.seq;
        this.acknowledge(message.seq, this.listener.diff(message));
        break;
    }
  }

  /** Not before the page has applied it: a slow page gets fewer, larger diffs. */
  private acknowledge(seq: number, applied: Promise<void> | void): void {
    const acknowledge = (): void => this.send({ type: 'ack', seq });
    if (applied === undefined) acknowledge();
    else void applied.then(acknowledge);
  }

  /** Whether this is the next message; if one was lost, asks once to start over. */
  private follows(seq: number): boolean {
    if (this.lastSeq === null) return false; // a snapshot is on its way
    if (seq === this.lastSeq + 1) return true;
    this.lastSeq = null;
    this.send({ type: 'resync' });
    return false;
  }
}
