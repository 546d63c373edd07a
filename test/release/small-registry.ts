/** A registry on loopback that takes packages and tells of them, as far as npm asks. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Packument {
  readonly name: string;
  readonly versions: Readonly<Record<string, object>>;
}

/** See the head of the file. */
export class SmallRegistry {
  /** `name@version` of all that was taken, in order. */
  readonly taken: string[] = [];
  /** Names that are refused. */
  readonly refused = new Set<string>();
  readonly #packuments = new Map<string, Packument>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1);
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'PUT') {
      const packument = (await json(request)) as Packument;
      if (this.refused.has(name)) return answer(403, { error: 'not you' });
      this.#packuments.set(name, packument);
      this.taken.push(...Object.keys(packument.versions).map((version) => `${packument.name}@${version}`));
      return answer(201, { ok: true });
    }
    const packument = this.#packuments.get(name);
    return packument === undefined ? answer(404, { error: 'not found' }) : answer(200, packument);
  }
}
