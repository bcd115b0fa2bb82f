/** The client's end of the wire: an engine that another program runs, with more rights or on another machine. */
import * as v from 'valibot';
import type { Channel } from '../shared/channel';
import { ContractError, parse, PROTOCOL_VERSION } from '../shared/contract';
import type { HostReply, HostRequest, Refused } from '../shared/contract';
import { endingOf, noAnswer, noEngine, otherVersion, RemoteError, unanswered } from './ends';
import type { Place } from './ends';
import { encodeFrame, FrameDecoder, FrameError, MAX_FROM_ENGINE, MAX_TO_ENGINE } from './frames';
import type { Connect, Wire } from './wire';

/** From package.json, put in by the build (vite.config.ts). */
declare const __APP_VERSION__: string;

/** ms from the end of its input until an engine that goes on is ended by force, where that is allowed */
const PATIENCE_MS = 10_000;

const request = v.number();
/** One answer, with nothing beside it: what goes on to main must not look like anything else that main listens to. */
const hostReply = v.union([
  v.strictObject({ request, preparation: v.looseObject({}) }),
  v.strictObject({ request, progress: v.strictObject({ done: v.number(), total: v.number() }) }),
  v.strictObject({
    request,
    report: v.strictObject({ results: v.array(v.looseObject({})), unrecorded: v.nullable(v.string()) }),
  }),
  v.strictObject({ request, stopped: v.boolean() }),
  v.strictObject({ request, program: v.nullable(v.string()) }),
  v.strictObject({ request, error: v.string() }),
]);

/** What an engine may say. What is inside has the form that the contract gives it, or the page makes nothing of it. */
const engineFrame = v.variant('from', [
  v.strictObject({
    from: v.literal('engine'),
    version: v.number(),
    program: v.pipe(v.string(), v.maxLength(100)),
  }),
  v.strictObject({
    from: v.literal('page'),
    page: v.number(),
    message: v.looseObject({ type: v.string() }),
  }),
  v.strictObject({ from: v.literal('host'), message: hostReply }),
]);

export interface RemoteOptions {
  connect: Connect;
  place: Place;
  /** Gives up on an engine that has not answered yet */
  signal?: AbortSignal;
  /** ms until one that does not answer is given up; as long as it takes unless given, since it may be asking the user */
  patienceMs?: number;
}

/** Starts one. @throws RemoteError where it does not answer as an engine of this version */
export function startRemote(options: RemoteOptions): Promise<RemoteEngine> {
  return new Promise((resolve, reject) => {
    const { patienceMs, place, signal } = options;
    if (signal?.aborted === true) {
      reject(new RemoteError('Given up.', true));
      return;
    }
    const remote = new RemoteEngine(options, () => {
      clearTimeout(timer);
      resolve(remote);
    });
    const giveUp = (why: RemoteError): void => {
      clearTimeout(timer);
      reject(why);
      if (!remote.greeted) remote.close();
    };
    const timer =
      patienceMs === undefined ? undefined : setTimeout(() => giveUp(noAnswer(place)), patienceMs);
    remote.onEnd(giveUp);
    signal?.addEventListener('abort', () => giveUp(new RemoteError('Given up.', true)));
  });
}

export class RemoteEngine {
  private readonly wire: Wire;
  private readonly place: Place;
  private readonly waiting = new Map<number, { asked: HostRequest; reply: (reply: HostReply) => void }>();
  private page: { number: number; channel: Channel } | null = null;
  private pages = 0;
  private hasGreeted = false;
  private ending: RemoteError | null = null;
  private left = false;
  /** While an engine that was told to end goes on */
  private patience: NodeJS.Timeout | undefined;
  private endListener: (why: RemoteError) => void = () => undefined;

  /** Use {@link startRemote}. */
  constructor(
    { connect, place }: RemoteOptions,
    private readonly greet: () => void,
  ) {
    this.place = place;
    const decoder = new FrameDecoder(MAX_FROM_ENGINE, (line) => this.receive(line));
    this.wire = connect({
      data: (piece) => {
        if (this.ending !== null) return;
        try {
          decoder.push(piece);
        } catch (error) {
          if (!(error instanceof FrameError || error instanceof ContractError)) throw error;
          this.end(noEngine(place, error.message));
          this.hangUp();
        }
      },
      end: (why) => {
        clearTimeout(this.patience);
        this.end(why instanceof RemoteError ? why : endingOf(place, { ...why, greeted: this.hasGreeted }));
      },
    });
  }

  get greeted(): boolean {
    return this.hasGreeted;
  }

  /** Calls the last listener back, once, also where it has ended already. Not after {@link close}. */
  onEnd(listener: (why: RemoteError) => void): void {
    this.endListener = listener;
    const { ending } = this;
    if (ending !== null && !this.left) queueMicrotask(() => listener(ending));
  }

  /** Serves a page, until another one comes. */
  connectPage(channel: Channel): void {
    this.leavePage();
    const number = ++this.pages;
    this.page = { number, channel };
    channel.onMessage((message) => {
      if (this.page?.number !== number) return;
      if (!this.write({ to: 'page', page: number, message }))
        channel.send({ type: 'refused', message: 'Refused: too long.' } satisfies Refused);
    });
    channel.onClose(() => {
      if (this.page?.number === number) this.page = null;
    });
  }

  /** Hands an order over. Exactly one answer comes back, after any number of replies about progress. */
  request(request: HostRequest, reply: (reply: HostReply) => void): void {
    const { request: number } = request;
    if (this.ending !== null)
      reply({ request: number, error: 'The engine is not running; nothing was done.' });
    else if (this.write({ to: 'host', message: request }))
      this.waiting.set(number, { asked: request, reply });
    else reply({ request: number, error: 'That is too much for one order; nothing was done.' });
  }

  /** Ends it, without a word about its end. */
  close(): void {
    this.left = true;
    this.end(new RemoteError('Left.', true));
    this.hangUp();
    // Nothing was begun. What asks on a terminal, or waits for a machine, does not look at its input.
    if (!this.hasGreeted) this.wire.kill();
  }

  private hangUp(): void {
    this.wire.hangUp();
    this.patience = setTimeout(() => this.wire.kill(), PATIENCE_MS);
    this.patience.unref();
  }

  private write(frame: unknown): boolean {
    const line = encodeFrame(frame);
    if (Buffer.byteLength(line) > MAX_TO_ENGINE) return false;
    if (this.ending === null) this.wire.write(line);
    return true;
  }

  private receive(line: unknown): void {
    if (this.ending !== null) return;
    const frame = parse(engineFrame, line);
    if (frame.from === 'engine') {
      if (this.hasGreeted) return;
      if (frame.version === PROTOCOL_VERSION) {
        this.hasGreeted = true;
        this.greet();
      } else {
        this.end(otherVersion(this.place, frame, __APP_VERSION__));
        this.hangUp();
      }
    } else if (!this.hasGreeted) {
      throw new ContractError('it does not say its version');
    } else if (frame.from === 'page') {
      if (frame.page === this.page?.number) this.page.channel.send(frame.message);
    } else {
      this.answer(frame.message as unknown as HostReply);
    }
  }

  private answer(reply: HostReply): void {
    const waiting = this.waiting.get(reply.request);
    if (!('progress' in reply)) this.waiting.delete(reply.request);
    waiting?.reply(reply);
  }

  private leavePage(): void {
    const { page } = this;
    this.page = null;
    page?.channel.close();
  }

  private end(why: RemoteError): void {
    if (this.ending !== null) return;
    this.ending = why;
    this.leavePage();
    for (const [request, { asked, reply }] of this.waiting)
      reply({ request, error: asked.method === 'act' ? unanswered(this.place, why.message) : why.message });
    this.waiting.clear();
    if (!this.left) this.endListener(why);
  }
}
