/** The engine's end of the wire: `socketscope engine --stdio`. There is no socket that anybody else could talk to. */
import type { Readable, Writable } from 'node:stream';
import type { Channel } from '../shared/channel';
import { ContractError, parse, PROTOCOL_VERSION } from '../shared/contract';
import type { EngineMessage, HostReply } from '../shared/contract';
import { clientFrame, encodeFrame, FrameDecoder, FrameError, MAX_TO_ENGINE } from './frames';
import type { EngineFrame } from './frames';

/** Bytes that may wait for a client which does not read. One that answers before it asks again stays far below. */
const MAX_UNREAD = 64 * 1024 * 1024;

/** What carries out a client's orders, and answers each (engine/answerHost.ts). */
export interface Orders {
  receive(message: unknown): void;
  /** Ends what is under way before its next target; resolves once nothing is. */
  stop(): Promise<void>;
}

export interface StdioOptions {
  engine: { start(): void; serve(channel: Channel): void };
  orders: (reply: (reply: HostReply) => void) => Orders;
  input: Readable;
  output: Writable;
  /** The program's version, for people */
  program: string;
}

/** Why it ended: null where the client left, else a sentence. */
export type End = string | null;

/**
 * Serves one client until its input ends. A line that is too long, no JSON, or addressed to nobody ends it too: whoever
 * sends that is not a client of ours, and nothing of that line is acted upon.
 */
export async function serveStdio({ engine, orders, input, output, program }: StdioOptions): Promise<End> {
  let page: ServedPage | null = null;
  let ended = false;
  let finish: (end: End) => void = () => undefined;
  const end = new Promise<End>((resolve) => {
    finish = (why) => {
      ended = true;
      resolve(why);
    };
  });

  const send = (frame: EngineFrame): void => {
    if (ended) return;
    output.write(encodeFrame(frame));
    if (output.writableLength > MAX_UNREAD) finish('The client asks, and does not read the answers.');
  };
  const desk = orders((message) => send({ from: 'host', message }));

  const toPage = (number: number, message: unknown): void => {
    if (page === null || number > page.number) {
      // The first page of all: from here on there is somebody to read for.
      if (page === null) engine.start();
      page?.close();
      page = new ServedPage(number, send);
      engine.serve(page);
    }
    // What a page still had to say when the next one came is of no use to anybody.
    if (number === page.number) page.receive(message);
  };
  const decoder = new FrameDecoder(MAX_TO_ENGINE, (line) => {
    if (ended) return;
    const frame = parse(clientFrame, line);
    if (frame.to === 'host') desk.receive(frame.message);
    else toPage(frame.page, frame.message);
  });

  output.on('error', () => finish('The client has gone.'));
  send({ from: 'engine', version: PROTOCOL_VERSION, program });
  input.on('data', (piece: Buffer) => {
    if (ended) return;
    try {
      decoder.push(piece);
    } catch (error) {
      if (error instanceof FrameError) finish(`Refused: ${error.message}.`);
      else if (error instanceof ContractError) finish(error.message);
      else throw error;
    }
  });
  input.on('end', () => finish(null));
  input.on('close', () => finish(null));
  input.on('error', () => finish(null));

  const why = await end;
  input.destroy();
  (page as ServedPage | null)?.close();
  await desk.stop();
  return why;
}

/** One page on the other end of the wire, as the engine sees it. */
class ServedPage implements Channel {
  private messages: (message: unknown) => void = () => undefined;
  private closes: () => void = () => undefined;
  private open = true;

  constructor(
    readonly number: number,
    private readonly write: (frame: EngineFrame) => void,
  ) {}

  send(message: unknown): void {
    if (this.open) this.write({ from: 'page', page: this.number, message: message as EngineMessage });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.messages = listener;
  }

  onClose(listener: () => void): void {
    this.closes = listener;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.closes();
  }

  receive(message: unknown): void {
    this.messages(message);
  }
}
