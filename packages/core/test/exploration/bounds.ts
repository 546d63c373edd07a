/** How far the explorations go. */

import type { Bounds, Message } from './words.ts';

/** A message of one part and one of two; together with the answers, every kind of each is there. */
const FROM_CLIENT: readonly Message[] = [
  { bytes: 1, answer: 1 },
  { bytes: 2, answer: 'nothing' },
];
const FROM_SERVER: readonly Message[] = [
  { bytes: 2, answer: 2 },
  { bytes: 1, answer: 'failure' },
];

const NO_FAULTS: Bounds = {
  client: FROM_CLIENT,
  server: FROM_SERVER,
  maxUnhandledBytes: 8,
  dials: 1,
  crashes: [],
  closes: [],
  scopes: ['session', 'connection'],
  grain: 'turn',
};

/** One message each way, and everything that can go wrong with it. */
const ONE_EACH: Bounds = {
  ...NO_FAULTS,
  client: FROM_CLIENT.slice(1),
  server: FROM_SERVER.slice(0, 1),
  crashes: ['client', 'server'],
  closes: ['client', 'server'],
};

/** Each with what it is about. Together they take seconds, and are a part of every test run. */
export const EVERY_RUN: readonly (Bounds & { readonly title: string })[] = [
  { ...NO_FAULTS, title: '2 messages each way, 1 reconnect, room for 1 message', dials: 2, maxUnhandledBytes: 3 },
  { ...ONE_EACH, title: '1 message each way, 1 reconnect, crashes and crossing goodbyes', dials: 2 },
  { ...ONE_EACH, title: '1 message each way, 2 reconnects, crashes of both ends', dials: 3, closes: [] },
  {
    ...ONE_EACH,
    title: '2 messages of the client, 1 reconnect, crash of the server, goodbyes',
    client: FROM_CLIENT,
    server: [],
    dials: 2,
    crashes: ['server'],
  },
  {
    ...ONE_EACH,
    title: '2 messages of the server, 1 reconnect, crash of the client, goodbyes',
    client: [],
    server: FROM_SERVER,
    dials: 2,
    crashes: ['client'],
  },
  {
    ...ONE_EACH,
    title: '1 message of the server, frame by frame, 1 reconnect, goodbyes',
    client: [],
    dials: 2,
    crashes: [],
    grain: 'frame',
  },
];

/** Minutes each: asked for by EXPLORE=far. */
export const FAR: readonly (Bounds & { readonly title: string })[] = [
  { ...ONE_EACH, title: '1 message each way, 2 reconnects, crashes of both ends, crossing goodbyes', dials: 3 },
  { ...NO_FAULTS, title: '2 messages each way, 2 reconnects', dials: 3 },
  {
    ...NO_FAULTS,
    title: '2 messages each way, 1 reconnect, crossing goodbyes',
    dials: 2,
    closes: ['client', 'server'],
  },
  {
    ...NO_FAULTS,
    title: '2 messages each way, 1 reconnect, crash of either end',
    dials: 2,
    crashes: ['client', 'server'],
  },
  {
    ...ONE_EACH,
    title: '1 message each way, frame by frame, 1 reconnect',
    dials: 2,
    crashes: [],
    closes: [],
    grain: 'frame',
  },
];
