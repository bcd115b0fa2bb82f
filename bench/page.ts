import type { Channel } from '../shared/channel';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { EngineMessage } from '../shared/contract';

/**
 * The engine's end of a page that is somewhere else: what is sent is made into text, as for a WebSocket, and thrown away;
 * every data message is acknowledged a little later.
 */
export class RemotePage implements Channel {
  private listener: ((message: unknown) => void) | null = null;
  /** Characters that went over the wire. */
  sent = 0;

  send(message: unknown): void {
    this.sent += JSON.stringify(message).length;
    const data = message as EngineMessage;
    if (data.type !== 'snapshot' && data.type !== 'diff') return;
    setImmediate(() => this.listener?.({ type: 'ack', seq: data.seq }));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
    listener({ type: 'hello', version: PROTOCOL_VERSION });
  }

  onClose(): void {
    // It stays for as long as the process.
  }

  close(): void {
    this.listener = null;
  }
}
