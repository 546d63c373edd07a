/** Bugs that the exploration has to find: planted in the source when it is loaded. */

import type { Change } from './opened.ts';

/** See the head of the file. */
export interface Mutant {
  /** What is wrong. */
  readonly title: string;
  readonly changes: readonly Change[];
  /** What is found. */
  readonly finds: RegExp;
}

/** The first ones are found soon, and in every test run. */
export const MUTANTS: readonly Mutant[] = [
  {
    title: 'the handshake settles what is only received',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: '    this.#release(received);\n    this.#unsend',
        to: '    this.#release(received);\n    this.#settleUpTo(received);\n    this.#unsend',
      },
    ],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'the parts of a message that died with its connection still cost credit',
    changes: [
      {
        file: 'machines/inbox.ts',
        from: '    if (this.#partial !== undefined) this.#unhandledCost -= costOf(this.#partial.byteCount);\n',
        to: '',
      },
    ],
    finds: /never settled/,
  },
  {
    title: 'a session that restarts hands nothing back as in doubt',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: '    for (let count = this.unanswered; count > 0; count -= 1) {',
        to: '    for (let count = 0; count > 0; count -= 1) {',
      },
    ],
    finds: /handed back as not handled that was handled|never settled/,
  },
  {
    title: 'every connection sends one message too many again',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: 'this.#release(received);\n    this.#unsend(received);',
        to: 'this.#release(received);\n    this.#unsend(Math.max(this.#settled, received - 1));',
      },
    ],
    finds: /whose bytes the peer had/,
  },
  {
    title: 'what the peer does not have is not sent again',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: 'this.#release(received);\n    this.#unsend(received);',
        to: 'this.#release(received);',
      },
    ],
    finds: /never settled/,
  },
  {
    title: 'answers are not sent again',
    changes: [
      {
        file: 'machines/inbox.ts',
        from: '    this.#sentAnswers = 0;\n    this.#confirm(settled);',
        to: '    this.#confirm(settled);',
      },
      {
        file: 'machines/inbox.ts',
        from: '    this.#partial = undefined;\n    this.#sentAnswers = 0;',
        to: '    this.#partial = undefined;',
      },
    ],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'answers are forgotten when they are sent',
    changes: [{ file: 'machines/inbox.ts', from: '    this.#sentAnswers += 1;', to: '    this.#answers.shift();' }],
    finds: /of cost/,
  },
  {
    title: 'a message goes on in its middle on the next connection',
    changes: [
      { file: 'machines/outbox.ts', from: '  lose(): void {\n    this.#offset = 0;', to: '  lose(): void {' },
      {
        file: 'machines/outbox.ts',
        from: '    this.#sent = lastSent;\n    this.#offset = 0;',
        to: '    this.#sent = lastSent;',
      },
    ],
    finds: /a part has not begun/,
  },
  {
    title: 'ACK covers a result that was not sent',
    changes: [
      {
        file: 'machines/inbox.ts',
        from: 'return next === undefined ? this.#handled : next.number - 1;',
        to: 'return this.#handled;',
      },
    ],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'lastAccepted is taken one too low',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: '    this.#unsend(number);',
        to: '    this.#unsend(Math.max(this.#received, number - 1));',
      },
    ],
    finds: /handed back as not handled that was handled/,
  },
  {
    title: 'lastAccepted is ignored',
    changes: [{ file: 'machines/outbox.ts', from: '    this.#unsend(number);', to: '' }],
    finds: /FIN comes before/,
  },
  {
    title: 'the credit that was used goes on to the next connection',
    changes: [{ file: 'machines/outbox.ts', from: '    this.#used = 0;\n', to: '' }],
    finds: /never settled/,
  },
  {
    title: 'the credit that was taken goes on to the next connection',
    changes: [{ file: 'machines/inbox.ts', from: '    this.#taken = 0;\n', to: '' }],
    finds: /exceeds the credit/,
  },
  {
    title: 'a partial message survives its connection',
    changes: [
      {
        file: 'machines/inbox.ts',
        from: '    this.#partial = undefined;\n    this.#sentAnswers',
        to: '    this.#sentAnswers',
      },
    ],
    finds: /DATA is first/,
  },
  {
    title: 'a partial value survives its connection',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: '    this.#offset = 0;\n    this.#value = undefined;\n    this.#parcels.pack();',
        to: '    this.#offset = 0;\n    this.#parcels.pack();',
      },
    ],
    finds: /RESULT is first/,
  },
  {
    title: 'a session that restarts keeps its numbers',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: '    this.#settled = 0;\n    this.#received = 0;\n    this.#sent = 0;\n    return',
        to: '    return',
      },
    ],
    finds: /never settled/,
  },
  {
    title: 'a session that restarts keeps its inbox',
    changes: [
      { file: 'machines/exchange.ts', from: 'this.#inbox = new Inbox(this.#capacity, this.#inbox.granted);', to: '' },
    ],
    finds: /counters contradict/,
  },
  {
    title: 'messages go on behind our own CLOSE',
    changes: [
      {
        file: 'machines/exchange.ts',
        from: '  handleFarewell(): void {\n    this.#maySend = false;',
        to: '  handleFarewell(): void {',
      },
    ],
    finds: /DATA comes behind CLOSE/,
  },
  {
    title: 'messages go on behind the CLOSE of the peer',
    changes: [
      {
        file: 'machines/exchange.ts',
        from: '    this.#maySend = false;\n    this.outbox.handleLastAccepted',
        to: '    this.outbox.handleLastAccepted',
      },
    ],
    finds: /FIN comes before/,
  },
  {
    title: 'the peer confirms one answer, and two are forgotten',
    changes: [{ file: 'machines/inbox.ts', from: 'answer.number <= settled', to: 'answer.number <= settled + 1' }],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'ACK is never urgent for what is handled',
    changes: [{ file: 'machines/inbox.ts', from: 'return this.#told < this.answered;', to: 'return false;' }],
    finds: /never settled/,
  },
  {
    title: 'ACK is never urgent for credit',
    changes: [{ file: 'machines/exchange.ts', from: 'owesAck || owesCredit ||', to: 'owesAck ||' }],
    finds: /never settled/,
  },
  {
    title: 'the credit that HELLO granted is forgotten',
    changes: [
      {
        file: 'machines/exchange.ts',
        from: 'new Inbox(this.#capacity, this.#inbox.granted)',
        to: 'new Inbox(this.#capacity, 0)',
      },
    ],
    finds: /exceeds the credit of 0/,
  },
  {
    title: 'ACK settles what is only received',
    changes: [{ file: 'machines/outbox.ts', from: 'this.#settleUpTo(handled);', to: 'this.#settleUpTo(received);' }],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'a resumed session believes that the peer knows what is handled',
    changes: [
      { file: 'machines/inbox.ts', from: '    this.#told = settled;\n', to: '    this.#told = this.#handled;\n' },
    ],
    finds: /never settled/,
  },
  {
    title: 'a failure is told as a success',
    changes: [
      {
        file: 'machines/outbox.ts',
        from: 'this.#settle()?.refused(frame.code, frame.text)',
        to: 'this.#settle()?.handled(undefined)',
      },
    ],
    finds: /acknowledged with undefined/,
  },
  {
    title: 'FIN does not wait for the answers that are owed',
    changes: [{ file: 'machines/inbox.ts', from: 'return this.#told === this.#received;', to: 'return true;' }],
    finds: /FIN comes before/,
  },
  {
    title: 'the handler waits for confirmations that the peer does not owe',
    changes: [{ file: 'machines/inbox.ts', from: 'Math.max(this.#capacity, UNTOLD_BYTES)', to: '1' }],
    finds: /never settled/,
  },
];
