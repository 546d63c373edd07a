// The oracle can fail: each way of breaking the promise, planted in journals that were good, is found and named.

import { describe, expect, it } from 'vitest';
import type { Entry, Journal } from './journal.ts';
import { parseEntries } from './journal.ts';
import type { Breach } from './oracle.ts';
import { judge } from './oracle.ts';

const sent = (number: number): Entry => ({ type: 'sent', id: `client-1/${number}` });

const acknowledged = (number: number, receipt?: string, peer = 'server-1'): Entry => {
  return { type: 'acknowledged', id: `client-1/${number}`, receipt, peer };
};

const rejected = (number: number, code: string, peerCode?: string): Entry => {
  return { type: 'rejected', id: `client-1/${number}`, code, peerCode, peer: 'server-0' };
};

/** With `server-1`, which no other process follows. */
const handedBackByTheLiving = (number: number, code: string): Entry => {
  return { type: 'rejected', id: `client-1/${number}`, code, peer: 'server-1' };
};

const handled = (number: number, receipt?: string, session = 'a'): Entry => {
  return { type: 'handled', id: `client-1/${number}`, session, receipt };
};

const refused = (number: number, thrown: string): Entry => {
  return { type: 'handled', id: `client-1/${number}`, session: 'a', thrown };
};

/** Four messages: acknowledged with a result and without, refused, and in doubt though handled. */
const CLIENT: readonly Entry[] = [
  sent(1),
  sent(2),
  sent(3),
  sent(4),
  acknowledged(1, 'one'),
  acknowledged(2),
  rejected(3, 'ERR_NOT_HANDLED', 'no'),
  rejected(4, 'ERR_IN_DOUBT'),
];
const SERVER: readonly Entry[] = [handled(1, 'one'), handled(2), refused(3, 'no'), handled(4, 'four')];

function journalsOf(client: readonly Entry[], server: readonly Entry[], ...others: readonly Journal[]): Journal[] {
  return [{ incarnation: 'client-1', entries: client }, { incarnation: 'server-1', entries: server }, ...others];
}

function breachesOf(journals: readonly Journal[], ...killed: readonly string[]): readonly Breach[] {
  return judge(journals, new Set(killed)).findings.map(({ breach }) => breach);
}

/** Another server process, after the first. */
function later(...entries: readonly Entry[]): Journal {
  return { incarnation: 'server-2', entries };
}

describe('the oracle', () => {
  it('finds nothing where 2 messages are acknowledged, 1 is refused and 1 is in doubt, and counts them', () => {
    const verdict = judge(journalsOf(CLIENT, SERVER), new Set());
    expect(verdict).toEqual({
      messages: 4,
      acknowledged: 2,
      rejected: { ERR_NOT_HANDLED: 1, ERR_IN_DOUBT: 1 },
      killed: 0,
      findings: [],
    });
  });

  it('finds an acknowledged message that is handled nowhere', () => {
    expect(breachesOf(journalsOf(CLIENT, SERVER.slice(1)))).toEqual(['lostAcknowledged']);
  });

  it.each(['ERR_IN_DOUBT', 'ERR_CLOSED'])(
    'finds a message handed back with %s while both processes went on',
    (code) => {
      const client = [...CLIENT, sent(5), handedBackByTheLiving(5, code)];
      expect(breachesOf(journalsOf(client, SERVER))).toEqual(['needlesslyHandedBack']);
      expect(breachesOf(journalsOf(client, SERVER, later()))).toEqual([]);
    },
  );

  it('names the message, and what was said of it', () => {
    const [finding] = judge(journalsOf(CLIENT, SERVER.slice(1)), new Set()).findings;
    expect(finding?.text).toBe('client-1/1 was acknowledged with one by server-1, and handled nowhere');
  });

  it.each([
    { where: 'on the same session', journals: journalsOf(CLIENT, [...SERVER, handled(4, 'four')]) },
    { where: 'on the next session', journals: journalsOf(CLIENT, [...SERVER, handled(4, 'four', 'b')]) },
    { where: 'by the next process', journals: journalsOf(CLIENT, SERVER, later(handled(4, 'four', 'b'))) },
  ])('finds a message that is handled twice, the second time $where', ({ journals }) => {
    expect(breachesOf(journals)).toEqual(['handledTwice']);
  });

  it('finds a message that is handled behind a later one of its session', () => {
    const [first, ...others] = SERVER as [Entry, ...Entry[]];
    expect(breachesOf(journalsOf(CLIENT, [...others, first]))).toEqual(['outOfOrder']);
  });

  it('asks for no order between 2 sessions', () => {
    const swapped = [handled(2, undefined, 'b'), handled(1, 'one'), refused(3, 'no'), handled(4, 'four')];
    expect(breachesOf(journalsOf(CLIENT, swapped))).toEqual([]);
  });

  it.each([
    { how: 'with another result', entry: acknowledged(1, 'two') },
    { how: 'without the result', entry: acknowledged(1) },
    { how: 'by another process than the one that handled it', entry: acknowledged(1, 'one', 'server-2') },
  ])('finds a message that is acknowledged $how', ({ entry }) => {
    const client = CLIENT.with(4, entry);
    expect(breachesOf(journalsOf(client, SERVER))).toEqual(['falselyAcknowledged']);
  });

  it('finds a message that is acknowledged though the handler has refused it', () => {
    const client = CLIENT.with(6, acknowledged(3));
    expect(breachesOf(journalsOf(client, SERVER))).toEqual(['falselyAcknowledged']);
  });

  it.each([
    { why: 'that was handled', server: SERVER.with(2, handled(3, 'three')) },
    { why: 'with another code', server: SERVER.with(2, refused(3, 'yes')) },
    { why: 'that nobody has seen', server: SERVER.filter(({ id }) => id !== 'client-1/3') },
  ])('finds a refusal $why', ({ server }) => {
    expect(breachesOf(journalsOf(CLIENT, server))).toEqual(['falselyRefused']);
  });

  it('finds a message that is handled though ERR_CLOSED has said that it certainly was not', () => {
    const client = CLIENT.with(7, rejected(4, 'ERR_CLOSED'));
    expect(breachesOf(journalsOf(client, SERVER))).toEqual(['closedButHandled']);
    expect(breachesOf(journalsOf(client, SERVER.slice(0, 3)))).toEqual([]);
  });

  it('finds a code for which there is no reason here', () => {
    const client = CLIENT.with(7, rejected(4, 'ERR_QUEUE_FULL'));
    expect(breachesOf(journalsOf(client, SERVER))).toEqual(['unexpectedCode']);
  });

  it('finds a promise that was never settled, unless its process was killed, and counts it then', () => {
    const journals = journalsOf(CLIENT.slice(0, 6), SERVER);
    expect(breachesOf(journals)).toEqual(['neverSettled', 'neverSettled']);
    expect(judge(journals, new Set(['client-1']))).toMatchObject({ killed: 2, acknowledged: 2, findings: [] });
  });

  it('finds a message that is settled twice', () => {
    expect(breachesOf(journalsOf([...CLIENT, rejected(1, 'ERR_IN_DOUBT')], SERVER))).toEqual(['falselySettled']);
  });

  it('finds a message that nobody has sent', () => {
    expect(breachesOf(journalsOf(CLIENT, [...SERVER, handled(5, 'five')]))).toEqual(['invented']);
  });
});

describe('a journal', () => {
  it('is read without its last line if that was cut by a SIGKILL', () => {
    expect(parseEntries(`${JSON.stringify(sent(1))}\n${JSON.stringify(sent(2)).slice(0, 9)}`)).toEqual([sent(1)]);
  });
});
