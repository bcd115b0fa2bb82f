import type { MessagePortMain } from 'electron';
import type { Channel } from '../../shared/channel';

/** Electron's end of a page's port, as the engine sees it. Whoever closes it, its listener is told once. */
export function portChannel(port: MessagePortMain): Channel {
  let open = true;
  let closed: () => void = () => undefined;
  const end = (): void => {
    if (!open) return;
    open = false;
    closed();
  };
  port.on('close', end);
  return {
    send: (message) => {
      if (open) port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', (event) => {
        if (open) listener(event.data);
      });
      port.start();
    },
    onClose: (listener) => {
      closed = listener;
    },
    close: () => {
      end();
      port.close();
    },
  };
}
