/** Bugs that the exploration has to find: planted in the source when it is loaded. */

import type { Mutant } from '../mutants.ts';

const LIVENESS = 'machines/liveness.ts';
const FAREWELL = 'session/farewell.ts';

/** The first ones are planted in every test run. */
export const MUTANTS: readonly Mutant[] = [
  {
    title: 'the verdict falls one probe early',
    changes: [
      {
        file: LIVENESS,
        from: 'this.deadAt = dueAt + intervalMs * probes;',
        to: 'this.deadAt = dueAt + intervalMs * (probes - 1);',
      },
    ],
    finds: /the verdict comes after less than 4 units/,
  },
  {
    title: 'a PING that is sent begins the window anew',
    changes: [
      {
        file: LIVENESS,
        from: '    this.#pingNumber += 1;\n',
        to: '    this.#pingNumber += 1;\n    this.deadAt = now + 3_000;\n',
      },
    ],
    finds: /a silent peer is not dead after 5 units/,
  },
  {
    title: 'nobody waits for a poll phase',
    changes: [
      {
        file: LIVENESS,
        from: "    this.#confirmsOut += 1;\n    this.#put({ type: 'confirm' });",
        to: '    this.handlePolled(now);',
      },
    ],
    finds: /suspicion comes before the poll phase/,
  },
  {
    title: 'what is read in the poll phase does not count',
    changes: [
      {
        file: LIVENESS,
        from: "} else if (this.#state !== 'dead') {",
        to: "} else if (this.#state !== 'dead' && !this.#isConfirming()) {",
      },
    ],
    finds: /suspicion comes after less than \d units/,
  },
  {
    title: 'a stall of our own is no excuse',
    changes: [
      {
        file: LIVENESS,
        from: 'if (runAgainAt !== undefined) this.#excuse(runAgainAt, now, keepalive);',
        to: '',
      },
    ],
    finds: /judges a living peer/,
  },
  {
    title: 'stalls of our own are an excuse for ever',
    changes: [{ file: LIVENESS, from: '      this.excuseLeftMs -= grantedMs;\n', to: '' }],
    finds: /a silent peer is not dead after 4 units/,
  },
  {
    title: 'the verdict falls one probe late',
    changes: [
      {
        file: LIVENESS,
        from: 'this.deadAt = dueAt + intervalMs * probes;',
        to: 'this.deadAt = dueAt + intervalMs * (probes + 1);',
      },
    ],
    finds: /a silent peer is not dead after 5 units/,
  },
  {
    title: 'alive is told without suspect',
    changes: [{ file: LIVENESS, from: '    if (!this.#suspected) return;\n    this.#suspected = false;', to: '' }],
    finds: /alive is told after alive/,
  },
  {
    title: 'dead is told without suspect',
    changes: [
      {
        file: LIVENESS,
        from: '    if (!this.#suspected) {\n',
        to: "    if (!this.#suspected && this.#state === 'doubting') {\n",
      },
    ],
    finds: /dead is told after alive/,
  },
  {
    title: 'a PING that waits puts the verdict off for ever',
    changes: [
      {
        file: LIVENESS,
        from: 'if (!waits || this.#writtenTo <= this.#writtenToAtCheck) return;',
        to: 'if (!waits) return;',
      },
      {
        file: LIVENESS,
        from: 'Math.min(now + intervalMs, this.evidenceAt + this.#config.writeTimeoutMs)',
        to: 'now + intervalMs',
      },
    ],
    finds: /a silent peer is not dead after 6 units/,
  },
  {
    title: 'a PING is queued behind one that waits',
    changes: [
      {
        file: LIVENESS,
        from: 'if (now >= this.deadAt || this.#isPingWaiting()) return;',
        to: 'if (now >= this.deadAt) return;',
      },
      { file: LIVENESS, from: '    if (this.#isPingWaiting()) return;\n', to: '' },
    ],
    finds: /two PINGs wait unwritten/,
  },
  {
    title: 'the goodbye of the peer lifts the limit of ours',
    changes: [
      {
        file: FAREWELL,
        from: '    this.#begin(endOfClose(frame), deadline);\n',
        to: '    this.#begin(endOfClose(frame), deadline);\n    this.#deadline = Number.POSITIVE_INFINITY;\n',
      },
    ],
    finds: /a goodbye does not end/,
  },
  {
    title: 'our own FIN is forgotten',
    changes: [{ file: FAREWELL, from: '    this.#finSent = true;\n', to: '' }],
    finds: /finds FIN without CLOSE/,
  },
];
