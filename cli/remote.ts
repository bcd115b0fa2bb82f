/** `--host`: the same commands on another machine, through the user's own ssh. */
import { childWire } from '../remote/childWire';
import { sshCommand, withoutInterrupt } from '../remote/commandLines';
import { startRemote } from '../remote/remoteEngine';
import type { RemoteEngine, RemoteOptions } from '../remote/remoteEngine';
import type { Channel } from '../shared/channel';
import { ContractError, PROTOCOL_VERSION } from '../shared/contract';
import type { EngineMessage, HostReply, HostRequest, PageMessage, Progress } from '../shared/contract';
import type { TableProblem } from '../shared/contract';
import type { ActionReport, Order, Preparation } from '../shared/orders';
import type { Services } from '../shared/services';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import { plainText } from '../shared/text';
import { UsageError } from './usage';

/** The options that choose the machine, for parseArgs. */
export const REMOTE_FLAGS = { host: 'string', 'remote-program': 'string' } as const;

/**
 * Runs a command with an engine on the machine that `--host` names. ssh asks on the terminal itself, and what it says on
 * standard error is passed on.
 * @throws UsageError; RemoteError where there is no such engine, or it is lost before the command is done
 */
export async function withRemote<Result>(
  flags: Record<string, string | boolean | undefined>,
  use: (remote: RemoteEngine) => Promise<Result>,
): Promise<Result> {
  const { host, 'remote-program': program, demo } = flags as Record<string, string | undefined>;
  const command = commandFor(host!, program, demo);
  const place = {
    kind: 'remote',
    host: host!,
    program: command.args.at(command.args.indexOf('--') + 2)!,
  } as const;
  const remote = await connect({
    connect: childWire(withoutInterrupt(command), place, { stderr: (piece) => process.stderr.write(piece) }),
    place,
  });
  try {
    return await new Promise<Result>((resolve, reject) => {
      // Whoever waits for an answer knows better what the end means for it.
      remote.onEnd((why) => setImmediate(reject, why));
      use(remote).then(resolve, reject);
    });
  } finally {
    remote.close();
  }
}

/** Until there is an engine, Ctrl+C ends ssh, which does not hear of it by itself. */
async function connect(options: RemoteOptions): Promise<RemoteEngine> {
  const giveUp = new AbortController();
  const interrupted = (): void => giveUp.abort();
  process.once('SIGINT', interrupted);
  try {
    return await startRemote({ ...options, signal: giveUp.signal });
  } finally {
    process.off('SIGINT', interrupted);
  }
}

function commandFor(
  host: string,
  program: string | undefined,
  demo: string | undefined,
): ReturnType<typeof sshCommand> {
  try {
    const args = demo === undefined ? [] : ['--demo', demo];
    return sshCommand({ host, program, args, mayAsk: true, env: process.env });
  } catch (error) {
    if (error instanceof ContractError)
      throw new UsageError(`--host takes user@server or a name that ssh knows, not "${plainText(host)}".`);
    throw new UsageError((error as Error).message);
  }
}

export interface RemoteReading {
  rows: SocketRow[];
  services: Services;
  problems: TableProblem[];
}

/** One snapshot of another machine. */
export function readRemote(remote: RemoteEngine, reading: ReadingOptions): Promise<RemoteReading> {
  return new Promise((resolve, reject) => {
    const rows: SocketRow[] = [];
    let services: Services = {};
    const tell = openPage(remote, (message) => {
      switch (message.type) {
        case 'welcome':
          ({ services } = message);
          break;
        case 'snapshot':
          for (const row of message.rows) rows.push(row);
          if (message.last) resolve({ rows, services, problems: message.status.problems });
          else tell({ type: 'ack', seq: message.seq });
          break;
        case 'refused':
          reject(new Error(message.message));
          break;
        default: // was not asked for
      }
    });
    // One reading is enough.
    tell({ type: 'polling', intervalMs: 10_000, paused: true });
    tell({ type: 'reading', reading });
    tell({ type: 'hello', version: PROTOCOL_VERSION });
  });
}

/** This program as a page of the engine's. Returns how to speak to it. */
function openPage(
  remote: RemoteEngine,
  receive: (message: EngineMessage) => void,
): (message: PageMessage) => void {
  let tell: (message: PageMessage) => void = () => undefined;
  const channel: Channel = {
    send: (message) => receive(message as EngineMessage),
    onMessage: (listener) => (tell = listener),
    onClose: () => undefined,
    close: () => undefined,
  };
  remote.connectPage(channel);
  return tell;
}

/** What `close` needs of an engine (close.ts), on another machine. */
export class RemoteActor {
  private requests = 0;
  private readonly tell: (message: PageMessage) => void;

  constructor(private readonly remote: RemoteEngine) {
    this.tell = openPage(remote, () => undefined);
    this.tell({ type: 'polling', intervalMs: 10_000, paused: true });
  }

  /** Orders are taken in turn: what is read is chosen before anything that comes later looks for its sockets. */
  choose(reading: ReadingOptions): void {
    this.tell({ type: 'reading', reading });
  }

  async prepare(order: Order): Promise<Preparation> {
    const reply = await this.ask({ request: ++this.requests, method: 'prepare', order });
    if ('preparation' in reply) return reply.preparation;
    throw unexpected(reply);
  }

  async act(
    order: Order,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<ActionReport> {
    const request = ++this.requests;
    const stop = (): void =>
      this.remote.request({ request: ++this.requests, method: 'stop', which: request }, () => undefined);
    signal.addEventListener('abort', stop);
    try {
      const reply = await this.ask({ request, method: 'act', order, origin: 'command line' }, onProgress);
      if ('report' in reply) return reply.report;
      throw unexpected(reply);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private ask(request: HostRequest, onProgress?: (progress: Progress) => void): Promise<HostReply> {
    return new Promise((resolve) => {
      this.remote.request(request, (reply) => {
        if ('progress' in reply) onProgress?.(reply.progress);
        else resolve(reply);
      });
    });
  }
}

function unexpected(reply: HostReply): Error {
  return new Error('error' in reply ? reply.error : 'The engine there gave an answer to something else.');
}
