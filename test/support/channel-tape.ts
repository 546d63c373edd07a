import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CHANNELS } from '@systole/core/node';
import { onTestFinished } from 'vitest';
import { Tape } from './tape.ts';

/** What is published on one of our diagnostics channels, until the test is over. */
export function tapeChannel<Message>(name: keyof typeof CHANNELS): Tape<Message> {
  const tape = new Tape<Message>();
  const listener = (message: unknown): void => tape.push(message as Message);
  subscribe(CHANNELS[name], listener);
  onTestFinished(() => void unsubscribe(CHANNELS[name], listener));
  return tape;
}
