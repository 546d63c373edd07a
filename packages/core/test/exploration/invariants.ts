/** What must hold in every state of the world, and in every one in which nothing has to happen any more. */

import type { End } from './end.ts';
import type { Fate } from './letter.ts';

/** What is to be known of an end: sets of messages are bits, by their id. */
export interface Holding {
  readonly link: End['link'];
  readonly closed: number;
  readonly waiting: number;
  /** Messages of the peer's that its handler was given. */
  readonly handled: number;
  readonly session: number;
  /** Of its messages: what is settled, what the peer is known to have, what was sent. */
  readonly outgoing: readonly [settled: number, received: number, sent: number];
  /** Of the peer's: what is confirmed, handled, and here. */
  readonly incoming: readonly [confirmed: number, handled: number, received: number];
  /** What is left over at an end that has nothing to do; undefined if nothing is. */
  readonly leftover: string | undefined;
}

/** See {@link Holding}. */
export function holdingOf(end: End): Holding {
  return {
    link: end.link,
    closed: setOf(end, 'closed'),
    waiting: setOf(end, 'waiting'),
    handled: end.handled,
    session: end.session,
    outgoing: countersOf(end.exchange?.outbox, ['_settled', '_received', '_sent']),
    incoming: countersOf(end.exchange?.inbox, ['_confirmed', '_handled', '_received']),
    leftover: end.link === 'open' ? findLeftover(end) : undefined,
  };
}

/** They are private, and opened: see `openMachines`. Without a session all are 0. */
function countersOf(machine: object | undefined, names: readonly [string, string, string]): [number, number, number] {
  const at = (name: string): number => {
    const value = machine === undefined ? 0 : (machine as Record<string, unknown>)[name];
    if (typeof value !== 'number') throw new Error(`a machine has no ${name}`);
    return value;
  };
  return [at(names[0]), at(names[1]), at(names[2])];
}

function setOf({ letters }: End, fate: Fate): number {
  let set = 0;
  for (const letter of letters) if (letter.fate === fate) set |= 1 << letter.id;
  return set;
}

/**
 * *Acknowledged means handled, once; everything else is handed back.* Of the messages of one direction, of which some were
 * acknowledged just now. That a message is handled or settled twice is seen at its end.
 */
export function findBreach(acknowledged: number, sender: Holding, receiver: Holding): string | undefined {
  if (acknowledged & ~receiver.handled) return 'a message is acknowledged that was not handled';
  if (sender.closed & receiver.handled) return 'a message is handed back as not handled that was handled';
  if (sender.session === 0 || sender.session !== receiver.session) return undefined;
  const [settled, known, sent] = sender.outgoing;
  const [confirmed, handled, received] = receiver.incoming;
  const fits =
    confirmed <= settled &&
    settled <= handled &&
    handled <= received &&
    settled <= known &&
    known <= received &&
    received <= sent;
  return fits ? undefined : `counters contradict: ${sender.outgoing} and ${receiver.incoming}`;
}

/** Nothing has to happen any more: then nobody waits. */
export function findWaiting({ waiting }: Holding): string | undefined {
  return waiting === 0 ? undefined : 'a message is never settled';
}

function findLeftover({ exchange, plan }: End): string | undefined {
  if (exchange === undefined) return 'the connection is open, and there is no session';
  const { outbox, inbox } = exchange;
  if (!exchange.isSettled) return 'the exchange is not settled';
  if (outbox.size !== 0 || outbox.queuedBytes !== 0)
    return `the outbox has ${outbox.size} messages of ${outbox.queuedBytes} bytes`;
  if (outbox.credit !== plan.bounds.maxUnhandledBytes) return `the credit is ${outbox.credit}`;
  if (inbox.cost !== 0 || inbox.waiting !== 0) return `the inbox has ${inbox.waiting} messages, ${inbox.cost} of cost`;
  return undefined;
}
