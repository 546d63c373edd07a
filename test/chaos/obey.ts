/** How a process of an end takes the orders of the harness. */

import process from 'node:process';
import { say } from '../support/program.ts';
import type { Application } from './application.ts';
import type { FromEnd, ToEnd } from './orders.ts';

/** Obeys until it has left; `leave` says goodbye to the peer. */
export function obey(application: Application, leave: () => Promise<void>): void {
  process.on('message', (order: ToEnd) => {
    switch (order.type) {
      case 'count':
        return say<FromEnd>({ type: 'census', census: application.count() });
      case 'block':
        // Like an endless loop, but leaves the processor to others.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
        return say<FromEnd>({ type: 'unblocked' });
      case 'rest':
        return application.rest();
      case 'weigh':
        return say<FromEnd>({ type: 'memory', memory: application.memory.weigh() });
      case 'leave':
        return void leaveWith(application, leave);
    }
  });
}

async function leaveWith(application: Application, leave: () => Promise<void>): Promise<void> {
  await leave();
  await application.settled();
  say<FromEnd>({ type: 'left' });
}
