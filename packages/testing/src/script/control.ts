/** Control over HTTP: GET gives the state, POST does one command. For programs of this machine, and for no web page. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { OptionsError } from '@systole/core';
import type { Address } from '../proxy/address.ts';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { type Command, checkCommand, perform } from './command.ts';

/** No command is nearly as long. */
const MAX_BODY_BYTES = 16_384;

/** A request that does not come to its end does not keep its socket longer than this. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Listens there for commands. `tell` hears each command that was done. */
export async function startControl(
  proxy: FaultProxy,
  address: Address,
  tell: (command: Command) => void,
): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.on('request', (request, response) => {
    answer(proxy, request, tell).then(
      (answered) => send(response, answered),
      () => response.destroy(), // the request broke off
    );
  });
  await once(server.listen(address), 'listening');
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function answer(proxy: FaultProxy, request: IncomingMessage, tell: (command: Command) => void): Promise<Answer> {
  const refusal = findRefusal(request);
  if (refusal !== undefined) return refusal;
  if (request.method === 'GET') return { status: 200, body: proxy.inspect() };
  const text = await readBody(request);
  if (text === undefined) {
    return { ...refuse(413, `the body must be at most ${MAX_BODY_BYTES} bytes`), headers: { connection: 'close' } };
  }
  try {
    const command = checkCommand(JSON.parse(text));
    perform(proxy, command);
    tell(command);
    return { status: 200, body: proxy.inspect() };
  } catch (error) {
    if (error instanceof OptionsError) return { status: 400, body: { error: error.message, problems: error.problems } };
    if (error instanceof SyntaxError) return refuse(400, `the body must be JSON: ${error.message}`);
    throw error;
  }
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } };
}

/** What is wrong with a request before its body is read. */
function findRefusal({ method, url, headers }: IncomingMessage): Answer | undefined {
  // A page of another site can send requests here, but not without Origin, nor, once its name points here, without its name.
  if (headers.origin !== undefined) return refuse(403, 'requests of web pages are refused');
  if (!isOwnHost(headers.host)) return refuse(403, 'Host must be an address, or localhost');
  if (url !== '/') return refuse(404, 'there is / only');
  if (method === 'GET') return undefined;
  if (method !== 'POST') return { ...refuse(405, 'GET or POST'), headers: { allow: 'GET, POST' } };
  // A page can send other types without asking first.
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json') return undefined;
  return refuse(415, 'the content type must be application/json');
}

function isOwnHost(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) !== 0;
}

/** The whole body; undefined if it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
