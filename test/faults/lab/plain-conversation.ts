/** One end of a connection of bare `node:net`, with the kernel's keepalive or without. */

import type { Socket } from 'node:net';
import type { Conversation } from './conversation.ts';
import { CHATTER_MS, FLOOD_BYTES, MORSEL } from './conversation.ts';
import type { Link } from './links.ts';
import type { Sightings } from './sighting.ts';

export function talkPlainly(socket: Socket, link: Link, sightings: Sightings): Conversation {
  if (link.watcher === 'kernel') socket.setKeepAlive(true); // with the triple of its host
  socket.setNoDelay(true);
  socket.resume();
  socket.on('end', () => sightings.note(link, 'end'));
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => sightings.note(link, code ?? message));
  socket.on('close', () => sightings.note(link, 'close'));
  if (link.load === 'busy') {
    const chatter = setInterval(() => socket.writable && socket.write(MORSEL), CHATTER_MS);
    socket.on('close', () => clearInterval(chatter));
  }
  return {
    stopReading: () => void socket.pause(),
    flood: () => void socket.write(Buffer.alloc(FLOOD_BYTES)),
    close: () => void socket.end(),
  };
}
