import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { CHANNELS } from '@systole/core/node';
import { onTestFinished } from 'vitest';
import { Tape } from './tape.ts';

/** What is published on one of our diagnostics channels, until the test is over. */
export function tapeChannel<Message>(name: keyof typeof CHANNELS): Tape<Message> {
  return tapeNamed(CHANNELS[name]);
}

/** What is published on the diagnostics channel of this name, until the test is over. */
export function tapeNamed<Message>(channel: string): Tape<Message> {
  const tape = new Tape<Message>();
  const listener = (message: unknown): void => tape.push(message as Message);
  subscribe(channel, listener);
  onTestFinished(() => void unsubscribe(channel, listener));
  return tape;
}

/** The sockets that this process dials, as they are made, until the test is over. */
export function tapeDialled(): Tape<{ readonly socket: Socket }> {
  return tapeNamed('net.client.socket');
}
