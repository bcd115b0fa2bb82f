import type { MessagePortMain } from 'electron';
import type { Channel } from '../../shared/channel';

/** Electron's end of a page's port, as the engine sees it. */
export function portChannel(port: MessagePortMain): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close(),
  };
}
