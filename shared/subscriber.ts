import type { Channel } from './channel';
import { PROTOCOL_VERSION } from './contract';
import type { DetailsReply, Diff, EngineMessage, PageMessage, SnapshotChunk, Welcome } from './contract';

/** What the page does with what the engine says. */
export interface Listener {
  welcome(welcome: Welcome): void;
  snapshot(chunk: SnapshotChunk): void;
  diff(diff: Diff): void;
  refused(message: string): void;
  details(reply: DetailsReply): void;
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
      case 'snapshot':
        if (!message.first && !this.follows(message.seq)) return;
        this.lastSeq = message.seq;
        this.listener.snapshot(message);
        this.send({ type: 'ack', seq: message.seq });
        break;
      case 'diff':
        if (!this.follows(message.seq)) return;
        this.lastSeq = message.seq;
        this.listener.diff(message);
        this.send({ type: 'ack', seq: message.seq });
        break;
    }
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
