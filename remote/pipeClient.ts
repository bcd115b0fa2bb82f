/** The program's end of the pipe that it was started for. It listens to nobody else, and ends with it. */
import net from 'node:net';

/**
 * Connects, and shows the nonce. Everything else goes over the same socket, both ways.
 * @throws Error of Node's where there is no such pipe: nobody waits for it any more
 */
export async function connectPipe(path: string, nonce: string): Promise<net.Socket> {
  const socket = net.connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.write(`${nonce}\n`);
  return socket;
}
