// The faults that matter most, on connections over TLS: a record that is not whole shows no bytes, and a kernel knows of no TLS.

import { setTimeout as sleep } from 'node:timers/promises';
import { atNextProbe, atOnce, nothing, verdict } from './lab/expectation.ts';
import { scenario } from './lab/scenario.ts';

const dead = { node: 'nothing', systole: verdict('silent') };
const alive = { node: 'nothing', systole: nothing };

scenario('silent drop, over TLS', {
  over: 'tls',
  strike: ({ network }) => network.drop(),
  told: { near: { idle: dead, busy: dead }, far: { idle: dead, busy: dead } },
});

scenario('process frozen for 2 s, over TLS', {
  over: 'tls',
  strike: ({ far }) => far.freeze(),
  later: { afterMs: 2_000, act: ({ far }) => far.thaw() },
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

scenario('process frozen, over TLS', {
  over: 'tls',
  strike: ({ far }) => far.freeze(),
  told: { near: { idle: dead, busy: dead } },
});

scenario('process killed, over TLS', {
  over: 'tls',
  strike: ({ far }) => far.kill(),
  lookMs: 2_000,
  told: {
    near: {
      idle: { node: 'end', systole: atOnce('eof', 'reset') },
      busy: { node: ['end', 'ECONNRESET'], systole: atOnce('eof', 'reset') },
    },
  },
});

const reset = { ...atNextProbe('reset'), evidence: { code: 'ECONNRESET' } };
/** Who writes again before he has read of it is told EPIPE. */
const busyReset = { node: ['ECONNRESET', 'EPIPE'], systole: atNextProbe('reset') };
const told = { idle: { node: 'nothing', systole: reset }, busy: busyReset };

/** The last acknowledgements of the handshake of TLS may be late by a delayed ACK, and would be answered as well. */
const SETTLE_MS = 300;

scenario('reset by a middlebox, over TLS', {
  over: 'tls',
  strike: async ({ network }) => {
    await sleep(SETTLE_MS);
    await network.reset();
  },
  told: { near: told, far: told },
});

scenario('host dies, over TLS', {
  over: 'tls',
  strike: ({ network }) => network.killFar(),
  told: { near: { idle: dead, busy: dead } },
});
