/** Where it happens: a server process, a client process, and between them a network that fails on demand. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from '@systole/testing/proxy';
import { Incarnations } from './incarnations.ts';
import type { Census, Memory, SessionCount } from './orders.ts';
import { type Fault, type Role, TRIPLE } from './plan.ts';

/** Both ends at one moment. */
export interface Sight {
  /** Messages that all processes have sent so far. */
  readonly sent: number;
  /** The session and the epoch of the connection that is open at both ends, if there is one. */
  readonly connection: string | undefined;
  /** Messages that wait for their outcome on it. */
  readonly inFlight: number;
  readonly server: Census;
  readonly client: Census;
}

/** A census a few times in the shortest of reconnects. */
const LOOK_EVERY_MS = 5;

/** Twenty bounds: far more than both ends need to find out that a connection is dead, and to come back. */
const PATIENCE_MS = 20 * (TRIPLE.idle + TRIPLE.interval * TRIPLE.probes);

/** See the head of the file. */
export class Arena {
  readonly #ends: Readonly<Record<Role, Incarnations>>;
  /** Where the server listens, and what the client dials: that of the proxy. */
  readonly #ports: Readonly<Record<Role, number>>;
  readonly #proxy: FaultProxy;

  private constructor(
    ends: Readonly<Record<Role, Incarnations>>,
    ports: Readonly<Record<Role, number>>,
    proxy: FaultProxy,
  ) {
    this.#ends = ends;
    this.#ports = ports;
    this.#proxy = proxy;
  }

  /** Starts everything; the journals go into this folder. */
  static async open(folder: string): Promise<Arena> {
    const ends = { server: new Incarnations('server', folder), client: new Incarnations('client', folder) };
    const server = await ends.server.start(0);
    const proxy = await startFaultProxy({ target: server });
    const { address } = proxy;
    if (!('port' in address)) throw new Error('the proxy listens at a port');
    await ends.client.start(address.port);
    return new Arena(ends, { server, client: address.port }, proxy);
  }

  /** The processes whose sends need no outcome. */
  get killed(): ReadonlySet<string> {
    return new Set([...this.#ends.server.killed, ...this.#ends.client.killed]);
  }

  /** Looks until this holds. Throws if it does not, and for {@link PATIENCE_MS} no message was sent either. */
  async until(what: string, holds: (sight: Sight) => boolean): Promise<Sight> {
    let sent = -1;
    let sentAt = performance.now();
    for (;;) {
      const sight = await this.#look();
      if (holds(sight)) return sight;
      const now = performance.now();
      if (sight.sent > sent) sentAt = now;
      sent = sight.sent;
      if (now > sentAt + PATIENCE_MS) throw new Error(`waits for ${what}: ${JSON.stringify(sight)}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #look(): Promise<Sight> {
    const { server, client } = this.#ends;
    const [atServer, atClient] = await Promise.all([server.census(), client.census()]);
    const common = findCommon(atServer, atClient);
    return {
      sent: server.sent + client.sent,
      connection: common[0] === undefined ? undefined : `${common[0].id} ${common[0].epoch}`,
      inFlight: common.reduce((sum, { queuedMessages }) => sum + queuedMessages, 0),
      server: atServer,
      client: atClient,
    };
  }

  /** Lets a fault happen. Resolves when it is over; what it does to the ends need not be. */
  async inflict(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'blackhole':
        this.#proxy.set('blackholed', fault.toward);
        await sleep(fault.ms);
        return this.#proxy.set('open', fault.toward);
      case 'reset':
        return this.#breakConnections(() => this.#proxy.reset(fault.toward));
      case 'fin':
        return this.#breakConnections(() => this.#proxy.fin(fault.toward));
      case 'truncate':
        return this.#breakConnections(() => this.#proxy.truncate(fault.bytes, fault.toward, fault.ending));
      case 'kill':
        await this.#ends[fault.role].kill();
        return this.#start(fault.role);
      case 'goodbye':
        await this.#ends[fault.role].leave();
        return this.#start(fault.role);
      case 'freeze':
        this.#ends[fault.role].freeze();
        await sleep(fault.ms);
        return this.#ends[fault.role].thaw();
      case 'block':
        return this.#ends[fault.role].block(fault.ms);
    }
  }

  /** Resolves when an end has lost the connection: the other one may still have to find out. */
  async #breakConnections(act: () => void): Promise<void> {
    const before = await this.#look();
    act();
    await this.until('the end of a connection', ({ connection }) => connection !== before.connection);
  }

  async #start(role: Role): Promise<void> {
    await this.#ends[role].start(this.#ports[role]);
  }

  /** Neither end sends any more. */
  rest(): void {
    for (const end of Object.values(this.#ends)) end.rest();
  }

  async weigh(): Promise<Readonly<Record<Role, Memory>>> {
    const { server, client } = this.#ends;
    return { server: await server.weigh(), client: await client.weigh() };
  }

  /** Both ends say goodbye. */
  async leave(): Promise<void> {
    await this.#ends.client.leave();
    await this.#ends.server.leave();
  }

  /** Ends what is left. */
  async close(): Promise<void> {
    await Promise.all([...Object.values(this.#ends).map((end) => end.end()), this.#proxy.close()]);
  }
}

/** The session with a connection that is open at both ends, as each of them sees it; nothing if there is none. */
function findCommon(server: Census, client: Census): readonly SessionCount[] {
  const atClient = client.sessions.find(({ isOpen }) => isOpen);
  const atServer = server.sessions.find(({ id, epoch, isOpen }) => {
    return isOpen && id === atClient?.id && epoch === atClient.epoch;
  });
  return atClient === undefined || atServer === undefined ? [] : [atServer, atClient];
}

/** Whether an end waits for nothing. */
export function isEmpty({ sent, settled, sessions }: Census): boolean {
  const rest = (session: SessionCount): number => session.queuedMessages + session.queuedBytes + session.unwrittenBytes;
  return sent === settled && sessions.every((session) => rest(session) === 0);
}
