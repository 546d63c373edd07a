// A worker thread that hangs, found over its MessagePort: a transport that is no stream, with a tap of its own.
//
// Run it:
//
//   npm run build && node examples/dist/own-transport.js
//
// A worker answers its pings and works on messages, until one of them never ends. `terminate` is what the verdict does, and the
// only thing that helps. A tap says what a watch has to know of any transport: how much has come, and how to end it.
//
// You see:
//
//   the worker has answered: 6 x 7 = 42
//   … the worker is suspected after … ms
//   … the worker is silent: nothing for … ms, and 3 probes
//   … it is terminated

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Tap, TapListener } from '@systole/watch';
import { watch } from '@systole/watch';

/** What comes from a worker is its messages; what we send, its port takes at once. */
class WorkerTap implements Tap {
  received = 0;
  readonly position = 0;
  readonly written = 0;
  readonly isPaused = false;
  readonly end = undefined;
  readonly #worker: Worker;
  readonly #count = (): void => {
    this.received += 1;
  };
  #tellEnd = (): void => {};

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  listen(listener: TapListener): void {
    this.#tellEnd = () => listener.handleEnd({ cause: 'eof' });
    this.#worker.on('message', this.#count).on('exit', this.#tellEnd);
  }

  destroy(): void {
    void this.#worker.terminate();
  }

  release(): void {
    this.#worker.off('message', this.#count).off('exit', this.#tellEnd);
  }
}

const source = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => {
    if (message === 'hang') for (;;);
    parentPort.postMessage(message === 'ping' ? 'pong' : 'the worker has answered: 6 x 7 = ' + message.a * message.b);
  });
`;

const worker = new Worker(source, { eval: true });
const [began, exited] = [Date.now(), once(worker, 'exit')];
const say = (text: string): void => console.log(`${String(Date.now() - began).padStart(5)} ms  ${text}`);

worker.postMessage({ a: 6, b: 7 });
console.log((await once(worker, 'message'))[0]);

const watching = watch(new WorkerTap(worker), {
  keepalive: { idle: 300, interval: 200, probes: 3 },
  probe: () => worker.postMessage('ping'),
});
watching.on('suspect', ({ silenceMs }) => say(`the worker is suspected after ${Math.round(silenceMs)} ms`));
watching.on('dead', ({ cause, evidence }) =>
  say(
    `the worker is ${cause}: nothing for ${Math.round(evidence.silenceMs ?? 0)} ms, and ${evidence.probesSent} probes`,
  ),
);

worker.postMessage('hang');
await exited;
say('it is terminated');
