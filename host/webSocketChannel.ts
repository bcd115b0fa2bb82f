import type { WebSocket } from 'ws';
import type { Channel } from '../shared/channel';

/** A WebSocket as a channel of JSON messages. What is not JSON reaches the listener as text, and is refused there. */
export function webSocketChannel(socket: WebSocket): Channel {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage: (listener) =>
      socket.on('message', (data, isBinary) => listener(isBinary ? null : decode(String(data)))),
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(),
  };
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
