// A program of somebody else's: opens sockets on request and tells what becomes of them, one JSON object per line.
// Commands come the same way on standard input: {"do": "listen" | "connect" | "udp" | …, …}.
import dgram from 'node:dgram';
import net from 'node:net';
import readline from 'node:readline';

const connections = new Map();
/** By their ports */
const listeners = new Map();
/** What must not be collected as garbage, which would close it. */
const kept = [];
let serial = 0;

const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function watch(socket, kind) {
  const id = ++serial;
  connections.set(id, socket);
  socket.on('error', (error) => tell({ event: 'error', id, kind, code: error.code }));
  socket.on('close', () => tell({ event: 'close', id, kind }));
  socket.on('end', () => tell({ event: 'end', id, kind }));
  socket.resume();
  return id;
}

const commands = {
  listen({ host }) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      tell({ event: 'accepted', id: watch(socket, 'accepted'), port: socket.remotePort });
    });
    server.listen(0, host, () => {
      const { port } = server.address();
      listeners.set(port, server);
      tell({ event: 'listening', port });
    });
  },
  unlisten({ port }) {
    listeners.get(port).close();
    tell({ event: 'unlistened', port });
  },
  connect({ host, port, from }) {
    const socket = net.connect({ host, port, localAddress: from, allowHalfOpen: true }, () => {
      tell({ event: 'connected', id: watch(socket, 'connected'), port: socket.localPort });
    });
  },
  udp({ host, connect }) {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', (error) => tell({ event: 'error', kind: 'udp', code: error.code }));
    socket.bind(0, host, () => {
      const { port } = socket.address();
      if (connect === undefined) tell({ event: 'bound', port });
      else socket.connect(connect, host, () => tell({ event: 'bound', port }));
    });
  },
  unix({ path }) {
    net.createServer().listen(path, () => tell({ event: 'listening' }));
  },
  bind({ host }) {
    // Node has no other way to bind a TCP socket and leave it at that.
    const { TCP, constants } = process.binding('tcp_wrap');
    const handle = new TCP(constants.SERVER);
    const name = {};
    if (handle.bind(host, 0) !== 0 || handle.getsockname(name) !== 0) throw new Error('bind');
    kept.push(handle);
    tell({ event: 'bound', port: name.port });
  },
  send({ id, bytes }) {
    connections.get(id).write(Buffer.alloc(bytes), () => tell({ event: 'sent', id }));
  },
  stream({ id, bytes, everyMs }) {
    const timer = setInterval(() => connections.get(id).write(Buffer.alloc(bytes)), everyMs);
    connections.get(id).on('close', () => clearInterval(timer));
    tell({ event: 'streaming', id });
  },
  /** From now on it does not end because somebody asks it to. */
  stubborn() {
    process.on('SIGTERM', () => tell({ event: 'asked to end' }));
    tell({ event: 'stubborn' });
  },
  end({ id }) {
    connections.get(id).end();
  },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
});
process.stdin.on('end', () => process.exit(0));
tell({ event: 'ready' });
