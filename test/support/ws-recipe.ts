/** How the README of `ws` 8.23 detects broken connections, word for word but for the interval. For comparison with what we do. */

import type { WebSocket, WebSocketServer } from 'ws';

/** The recipe's own mark. */
interface Marked extends WebSocket {
  isAlive?: boolean;
}

function heartbeat(this: Marked): void {
  this.isAlive = true;
}

/** The README's interval is 30,000. */
export function useRecipe(wss: WebSocketServer, intervalMs: number): void {
  wss.on('connection', function connection(ws: Marked) {
    ws.isAlive = true;
    ws.on('error', console.error);
    ws.on('pong', heartbeat);
  });

  const interval = setInterval(function ping() {
    // biome-ignore lint/suspicious/useIterableCallbackReturn: word for word
    wss.clients.forEach(function each(ws: Marked) {
      if (ws.isAlive === false) return ws.terminate();

      ws.isAlive = false;
      ws.ping();
    });
  }, intervalMs);

  wss.on('close', function close() {
    clearInterval(interval);
  });
}
