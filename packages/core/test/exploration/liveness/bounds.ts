/** How far the explorations go. Durations in units. */

import type { Bounds } from './words.ts';

/** Bound 4: nothing ever goes wrong. */
const NO_FAULTS: Bounds = {
  idle: 2,
  interval: 1,
  probes: 2,
  delay: 0,
  stalls: 0,
  stall: 0,
  stands: 0,
  writeTimeout: 6,
  crashes: false,
  cuts: false,
  closeTimeout: 0,
};

/** Everything that the network and the processes can do. */
const FAULTS: Bounds = { ...NO_FAULTS, delay: 1, crashes: true, cuts: true };

/** Each with what it is about: the triple, and what may happen. Together they take seconds, and are a part of every test run. */
export const EVERY_RUN: readonly (Bounds & { readonly title: string })[] = [
  { ...FAULTS, title: '2, 1, 3: delays of 0 to 1, crashes, cuts', probes: 3 },
  {
    ...FAULTS,
    title: '3, 2, 2: delays of 0 to 1, crashes, cuts, stalls of 1',
    idle: 3,
    interval: 2,
    stalls: 1,
    stall: 1,
  },
  { ...FAULTS, title: '2, 1, 1: crashes, 2 stalls of 1 or 2', probes: 1, delay: 0, cuts: false, stalls: 2, stall: 2 },
  { ...FAULTS, title: '2, 1, 3: delays of 0 to 1, crashes, cuts, goodbyes', probes: 3, closeTimeout: 3 },
  {
    ...FAULTS,
    title: '2, 1, 2: crashes, stalls of 1, goodbyes',
    delay: 0,
    cuts: false,
    stalls: 1,
    stall: 1,
    closeTimeout: 3,
  },
  { ...FAULTS, title: '2, 1, 2: crashes, queues that stand', delay: 0, cuts: false, stands: 1 },
];

/** A minute each: asked for by EXPLORE=far. */
export const FAR: readonly (Bounds & { readonly title: string })[] = [
  { ...FAULTS, title: '2, 1, 1: crashes, cuts, 2 stalls of 1 or 2', probes: 1, delay: 0, stalls: 2, stall: 2 },
  {
    ...FAULTS,
    title: '2, 1, 3: delays of 0 to 1, crashes, stalls of 1, goodbyes',
    probes: 3,
    cuts: false,
    stalls: 1,
    stall: 1,
    closeTimeout: 4,
  },
  {
    ...FAULTS,
    title: '3, 1, 4: delays of 0 to 1, crashes, cuts, stalls of 1 or 2',
    idle: 3,
    probes: 4,
    stalls: 1,
    stall: 2,
  },
  { ...FAULTS, title: '3, 2, 3: delays of 0 to 2, crashes, cuts', idle: 3, interval: 2, probes: 3, delay: 2 },
];
