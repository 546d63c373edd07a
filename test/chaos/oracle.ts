/**
 * Whether the promise of delivery was kept: *acknowledged means handled, once; everything else is handed back*. Judges by
 * journals alone, and shares no code with what it judges.
 */

import type { Entry, Journal } from './journal.ts';

/** The codes with which messages may be handed back here: nothing is aborted, times out or outgrows a limit. */
const HANDED_BACK: ReadonlySet<string> = new Set(['ERR_IN_DOUBT', 'ERR_CLOSED', 'ERR_NOT_HANDLED']);

/** With these only where a process has ended: a session outlives its connections, whatever ends them. */
const LOST_WITH_A_PROCESS: ReadonlySet<string> = new Set(['ERR_IN_DOUBT', 'ERR_CLOSED']);

/** A way in which the promise is broken. */
export type Breach =
  /** The handler saw a message again. */
  | 'handledTwice'
  /** The handler saw a message behind a later one of the same session. */
  | 'outOfOrder'
  /** Acknowledged, and handled nowhere. */
  | 'lostAcknowledged'
  /** Acknowledged, but not as it was handled: by another process than the peer, with another result, or in spite of an error. */
  | 'falselyAcknowledged'
  /** Rejected as refused by the handler, which did not refuse it so. */
  | 'falselyRefused'
  /** Rejected with ERR_CLOSED, certainly not handled, and handled. */
  | 'closedButHandled'
  /** Rejected with a code that nothing here is a reason for. */
  | 'unexpectedCode'
  /** Handed back, although both processes went on. */
  | 'needlesslyHandedBack'
  /** Settled more than once, or never sent. */
  | 'falselySettled'
  /** Neither acknowledged nor handed back, by a process that was not killed. */
  | 'neverSettled'
  /** Handled, and never sent. */
  | 'invented';

/** One breach of the promise. */
interface Finding {
  readonly breach: Breach;
  /** What the journals say. */
  readonly text: string;
}

/** What became of all messages. */
export interface Verdict {
  readonly messages: number;
  readonly acknowledged: number;
  /** Rejected, by code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Without an outcome, because their sender was killed. */
  readonly killed: number;
  readonly findings: readonly Finding[];
}

type Handled = Extract<Entry, { type: 'handled' }> & { readonly by: string };
type Settled = Extract<Entry, { type: 'acknowledged' | 'rejected' }>;

/** Judges the journals of all processes; `killed` names those whose sends need no outcome. */
export function judge(journals: readonly Journal[], killed: ReadonlySet<string>): Verdict {
  return new Trial(journals).judge(killed);
}

class Trial {
  readonly #journals: readonly Journal[];
  /** Each handling of each message. */
  readonly #handled = new Map<string, Handled[]>();
  readonly #findings: Finding[] = [];
  readonly #rejected: Record<string, number> = {};
  #acknowledged = 0;

  constructor(journals: readonly Journal[]) {
    this.#journals = journals;
    for (const { incarnation, entries } of journals) {
      for (const entry of entries) if (entry.type === 'handled') this.#noteHandled({ ...entry, by: incarnation });
    }
  }

  judge(killed: ReadonlySet<string>): Verdict {
    const sent = new Set<string>();
    let unsettled = 0;
    for (const { incarnation, entries } of this.#journals) {
      this.#judgeOrder(incarnation, entries);
      const open = this.#judgeSends(incarnation, entries, sent);
      if (killed.has(incarnation)) unsettled += open.size;
      else for (const id of open) this.#find('neverSettled', `${id}, and its sender was not killed`);
    }
    this.#judgeHandlings(sent);
    return {
      messages: sent.size,
      acknowledged: this.#acknowledged,
      rejected: this.#rejected,
      killed: unsettled,
      findings: this.#findings,
    };
  }

  /** Whether another process has followed this one. */
  #isOutlived(incarnation: string): boolean {
    const { role, count } = parseIncarnation(incarnation);
    return this.#journals.some((other) => {
      const later = parseIncarnation(other.incarnation);
      return later.role === role && later.count > count;
    });
  }

  #noteHandled(handled: Handled): void {
    const handlings = this.#handled.get(handled.id);
    if (handlings === undefined) this.#handled.set(handled.id, [handled]);
    else handlings.push(handled);
  }

  #find(breach: Breach, text: string): void {
    this.#findings.push({ breach, text });
  }

  /** Within one session of one process, the messages of each sender come in the order of their numbers. */
  #judgeOrder(by: string, entries: readonly Entry[]): void {
    const last = new Map<string, number>();
    for (const entry of entries) {
      if (entry.type !== 'handled') continue;
      const { sender, number } = parseId(entry.id);
      const lane = `${sender} on session ${entry.session} of ${by}`;
      const before = last.get(lane) ?? 0;
      // The same one again is a repetition, not disorder.
      if (number < before) this.#find('outOfOrder', `${entry.id} came behind number ${before}: ${lane}`);
      last.set(lane, Math.max(before, number));
    }
  }

  /** Judges what a process was told of its sends. Returns those of which it was told nothing. */
  #judgeSends(by: string, entries: readonly Entry[], sent: Set<string>): ReadonlySet<string> {
    const open = new Set<string>();
    for (const entry of entries) {
      if (entry.type === 'handled') continue;
      if (entry.type === 'sent') {
        sent.add(entry.id);
        open.add(entry.id);
      } else if (open.delete(entry.id)) this.#judgeOutcome(by, entry);
      else this.#find('falselySettled', `${entry.id}, ${entry.type}, did not wait for an outcome`);
    }
    return open;
  }

  #judgeOutcome(by: string, entry: Settled): void {
    if (entry.type === 'acknowledged') {
      this.#acknowledged += 1;
      return this.#judgeAcknowledged(entry);
    }
    const { id, code, peerCode, peer } = entry;
    this.#rejected[code] = (this.#rejected[code] ?? 0) + 1;
    const handlings = this.#handled.get(id) ?? [];
    if (!HANDED_BACK.has(code)) this.#find('unexpectedCode', `${id} was rejected with ${code}`);
    if (LOST_WITH_A_PROCESS.has(code) && peer !== undefined && !this.#isOutlived(by) && !this.#isOutlived(peer)) {
      this.#find('needlesslyHandedBack', `${id} was rejected with ${code}, and neither ${by} nor ${peer} has ended`);
    }
    if (code === 'ERR_CLOSED' && handlings.length > 0) {
      this.#find('closedButHandled', `${id} was rejected with ERR_CLOSED and ${describe(handlings)}`);
    }
    if (code === 'ERR_NOT_HANDLED' && !handlings.some(({ thrown }) => thrown === peerCode)) {
      this.#find('falselyRefused', `${id} was rejected with ${peerCode} and ${describe(handlings)}`);
    }
  }

  #judgeAcknowledged({ id, receipt, peer }: Extract<Entry, { type: 'acknowledged' }>): void {
    const handlings = this.#handled.get(id);
    const what = `${id} was acknowledged with ${receipt ?? 'nothing'} by ${peer}`;
    if (handlings === undefined) return this.#find('lostAcknowledged', `${what}, and handled nowhere`);
    const isTrue = handlings.some((one) => one.by === peer && one.thrown === undefined && one.receipt === receipt);
    if (!isTrue) this.#find('falselyAcknowledged', `${what}, and ${describe(handlings)}`);
  }

  #judgeHandlings(sent: ReadonlySet<string>): void {
    for (const [id, handlings] of this.#handled) {
      if (handlings.length > 1) this.#find('handledTwice', `${id} was ${describe(handlings)}`);
      if (!sent.has(id)) this.#find('invented', `${id} was never sent and ${describe(handlings)}`);
    }
  }
}

/** `server-2` is the second process that is a server. */
function parseIncarnation(incarnation: string): { readonly role: string; readonly count: number } {
  const [role = '', count] = incarnation.split('-');
  return { role, count: Number(count) };
}

function parseId(id: string): { readonly sender: string; readonly number: number } {
  const [sender = '', number] = id.split('/');
  return { sender, number: Number(number) };
}

function describe(handlings: readonly Handled[]): string {
  if (handlings.length === 0) return 'handled nowhere';
  const each = handlings.map(({ by, session, receipt, thrown }) => {
    const result = thrown === undefined ? `with ${receipt ?? 'nothing'}` : `with the error ${thrown}`;
    return `by ${by} on session ${session} ${result}`;
  });
  return `handled ${each.join(' and ')}`;
}
