import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Engine } from '../engine';
import { authentication, ContractError, NOT_AUTHENTICATED, parse } from '../shared/contract';
import type { Accepted } from '../shared/contract';
import { isLoopbackHost } from '../shared/loopback';
import { ActionDesk } from './actionDesk';
import { serveFile } from './staticFiles';
import { webSocketChannel } from './webSocketChannel';

export interface BrowserHostOptions {
  engine: Engine;
  /** The folder of the built page. */
  pageRoot: string;
  /** 0 lets the system choose. */
  port: number;
  /** The secret that a page must show; a fresh one where none is given. */
  token?: string | undefined;
  allowActions: boolean;
}

export interface BrowserHost {
  /** With the token in its fragment, which no server, log or Referer ever sees. */
  url: string;
  close(): Promise<void>;
}

/** How long a connection may stay without having shown the token. */
const AUTHENTICATION_MS = 5000;
/** Bytes: the largest message a page may send; 50,000 ids take less than half of it. */
const MAX_PAYLOAD = 4 * 1024 * 1024;
/** How many connections may be without having shown the token: what they send takes memory. */
const MAX_STRANGERS = 16;

/**
 * The page over HTTP and WebSocket, on loopback only. Host must be a loopback name (on any port: an SSH tunnel changes
 * it), which stops DNS rebinding; Origin must equal Host, which stops other sites; the first message must show the token,
 * which stops other users of this machine.
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const server = http.createServer((request, response) => {
    if (!isLoopbackHost(request.headers.host ?? '')) {
      response.writeHead(403).end('SocketScope answers on loopback names only.\n');
      return;
    }
    serveFile(options.pageRoot, request, response);
  });
  let strangers = 0;
  const forget = (): void => void strangers--;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });
  server.on('upgrade', (request: http.IncomingMessage, stream: Duplex, head: Buffer) => {
    const path = request.url ?? '';
    if (!isOwnPage(request) || (path !== '/data' && path !== '/actions')) {
      refuse(stream, '403 Forbidden');
      return;
    }
    if (strangers >= MAX_STRANGERS) {
      refuse(stream, '503 Service Unavailable');
      return;
    }
    strangers++;
    stream.once('close', forget);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      // Malformed frames end the connection; without a listener they would end the program.
      socket.on('error', () => socket.terminate());
      authenticate(socket, token, () => {
        stream.off('close', forget);
        forget();
        socket.send(JSON.stringify({ type: 'accepted', actions: options.allowActions } satisfies Accepted));
        if (path === '/data') options.engine.serve(webSocketChannel(socket));
        else serveActions(socket, options.engine, options.allowActions);
      });
    });
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Ends the connection whether the other end has gone, or keeps its half open for ever. */
function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => stream.destroy());
}

function isOwnPage(request: http.IncomingMessage): boolean {
  const { host, origin } = request.headers;
  return host !== undefined && isLoopbackHost(host) && origin === `http://${host}`;
}

/** Waits for the token as the first message. Whatever else comes first closes the connection. */
function authenticate(socket: WebSocket, token: string, accept: () => void): void {
  const timer = setTimeout(() => socket.close(NOT_AUTHENTICATED, 'no token'), AUTHENTICATION_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.once('message', (data, isBinary) => {
    clearTimeout(timer);
    if (!isBinary && showsToken(String(data), token)) {
      accept();
    } else socket.close(NOT_AUTHENTICATED, 'wrong token');
  });
}

function showsToken(message: string, token: string): boolean {
  try {
    const shown = parse(authentication, JSON.parse(message)).token;
    return timingSafeEqual(digest(shown), digest(token));
  } catch (error) {
    if (error instanceof ContractError || error instanceof SyntaxError) return false;
    throw error;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function serveActions(socket: WebSocket, engine: Engine, allowed: boolean): void {
  const channel = webSocketChannel(socket);
  const desk = new ActionDesk(engine, allowed, (reply) => {
    // A page that has gone is told nothing; what was done is in the log.
    if (socket.readyState === socket.OPEN) channel.send(reply);
  });
  // A fault of the engine's is nobody's to hide: it ends the program, as everywhere else.
  channel.onMessage((message) => void desk.handle(message));
  channel.onClose(() => desk.leave());
}
