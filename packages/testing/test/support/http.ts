import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: what it is, is what tests ask
  readonly body: any;
}

/** One request, with exactly these headers and Node's own; all of them may lie. */
export async function ask(options: RequestOptions, body = ''): Promise<HttpAnswer> {
  const asking = request({ host: '127.0.0.1', agent: false, ...options });
  asking.end(body);
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(await text(answer)) };
}

/** A POST of JSON to / of a port of this host. */
export function post(port: number, command: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const body = typeof command === 'string' ? command : JSON.stringify(command);
  return ask({ port, method: 'POST', path: '/', headers: { 'content-type': 'application/json', ...headers } }, body);
}
