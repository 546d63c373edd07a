/** A host: a namespace with a network interface of its own, and the programs that run on it. */

import type { Message } from '../../support/program.ts';
import { Program } from '../../support/program.ts';
import { run } from './command.ts';
import { add, freshName, inside, remove, tune } from './namespaces.ts';

/** Where a host stands: the same addresses in every network, as no network sees another (RFC 5737: for documents only). */
export interface Place {
  readonly address: string;
  readonly gateway: string;
  /** What its cable is called at the router. */
  readonly port: string;
}

export class Host {
  readonly place: Place;
  readonly #namespace: string;
  readonly #programs: AsyncDisposable[] = [];
  #isGone = false;

  private constructor(namespace: string, place: Place) {
    this.#namespace = namespace;
    this.place = place;
  }

  /** A host that is connected to the router, whose namespace is `router`. */
  static async boot(owner: number, router: string, place: Place): Promise<Host> {
    const namespace = freshName(owner);
    await add(namespace);
    const host = new Host(namespace, place);
    const { port, gateway } = place;
    await run('ip', [
      'link',
      'add',
      'name',
      port,
      'netns',
      router,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      namespace,
    ]);
    await run('ip', ['-n', router, '-batch', '-'], `addr add ${gateway}/24 dev ${port}\nlink set ${port} up\n`);
    await host.#ip('link set lo up', `addr add ${place.address}/24 dev eth0`);
    await host.plugIn();
    return host;
  }

  get address(): string {
    return this.place.address;
  }

  /** Runs a built program of `test/faults` on this host; `through` is a command line that becomes it. */
  start<Out extends Message, In extends Message>(
    name: string,
    config: object,
    through: readonly string[] = [],
  ): Program<Out, In> {
    const url = new URL(`../../dist/faults/lab/${name}.js`, import.meta.url);
    const program = new Program<Out, In>(url, config, [...inside(this.#namespace), ...through]);
    this.#programs.push(program);
    return program;
  }

  async unplug(): Promise<void> {
    await this.#ip('link set eth0 down');
  }

  /** Routes are gone with the link, so they come again with it. */
  async plugIn(): Promise<void> {
    await this.#ip('link set eth0 up', `route add default via ${this.place.gateway}`);
  }

  /** Sets values of this host's own kernel, such as `ipv4/tcp_keepalive_time`. */
  async tune(settings: Readonly<Record<string, number>>): Promise<void> {
    await tune(this.#namespace, settings);
  }

  /** Ends its programs, frozen or not, and removes it; once. What its kernel says for them still leaves, if there is a cable. */
  async remove(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    await Promise.all(this.#programs.splice(0).map((program) => program[Symbol.asyncDispose]()));
    await remove(this.#namespace);
  }

  async #ip(...lines: readonly string[]): Promise<void> {
    await run('ip', ['-n', this.#namespace, '-batch', '-'], `${lines.join('\n')}\n`);
  }
}
