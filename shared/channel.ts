/** The wire between an engine and a page, whatever carries it: Electron's port, a WebSocket, or a test's pair. */
export interface Channel {
  send(message: unknown): void;
  /** At most one listener; messages that come before it is set wait for it. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** Two ends in one process, which deliver asynchronously and copy what they carry, as a real wire does. */
export function channelPair(): [Channel, Channel] {
  const left = new PairEnd();
  const right = new PairEnd();
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class PairEnd implements Channel {
  peer: PairEnd | null = null;
  private listener: ((message: unknown) => void) | null = null;
  private closeListener: (() => void) | null = null;
  private waiting: unknown[] = [];

  send(message: unknown): void {
    const copy: unknown = JSON.parse(JSON.stringify(message));
    void Promise.resolve().then(() => this.peer?.receive(copy));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
    for (const message of this.waiting.splice(0)) listener(message);
  }

  onClose(listener: () => void): void {
    this.closeListener = listener;
  }

  close(): void {
    const { peer } = this;
    this.peer = null;
    peer?.close();
    if (peer !== null) this.closeListener?.();
  }

  private receive(message: unknown): void {
    if (this.listener === null) this.waiting.push(message);
    else this.listener(message);
  }
}
