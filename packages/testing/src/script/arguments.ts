/** The command line: what it may say, and what it means. */

import { parseArgs } from 'node:util';
import type { Duration } from '@systole/core';
import type { Place } from '../proxy/address.ts';
import type { FaultProxyOptions } from '../proxy/options.ts';
import { KEYS } from './keys.ts';

/** What was asked for. */
export interface Settings {
  readonly proxy: FaultProxyOptions;
  /** Where to listen for HTTP; undefined: nowhere. */
  readonly http: Place | undefined;
  readonly asJson: boolean;
  readonly wantsHelp: boolean;
}

/** What `--help` shows. */
export const HELP: string = `systole-fault-proxy --target <place> [--listen <place>] [--http <place>] [--connect-timeout <duration>] [--json]

Stands between a client and a server, and breaks their connections on demand.

  --target <place>              the real server
  --listen <place>              where clients connect (default 0: a port of 127.0.0.1 that the system chooses)
  --http <place>                also be controlled over HTTP, there
  --connect-timeout <duration>  for dialling the target (default 10s); after it the client is reset
  --json                        print one JSON object a line
  --help                        show this

A place is a port of 127.0.0.1, host:port, [v6 address]:port, or the path of a Unix socket, with a / in it.
A duration is a number of milliseconds, or such as 250ms, 1.5s, 4m.

Keys, on a terminal:
${KEYS}

HTTP: GET / gives the state. POST / does what its body, of type application/json, says:
  {"do":"set","condition":"blackholed"}                    open, frozen, blackholed, or a slow path:
  {"do":"set","condition":{"latency":"200ms","bytesPerSecond":1000},"direction":"toServer"}
  {"do":"set","condition":{"drip":"100ms"}}                one byte at a time
  {"do":"fin","direction":"toClient"}                      the client sees the end of the stream, now
  {"do":"reset"}                                           RST, now; with a direction, to its receiver alone
  {"do":"truncate","bytes":100,"ending":"reset"}           100 more bytes, then fin (the default) or reset
Each may have "direction" (toServer, toClient, both: the default) and "connection" (an id: only that one).
A condition holds for connections that are there and those that come; fin, reset and truncate for those that are there.
What is frozen or blackholed is held, not lost: it passes once that is lifted, as TCP sends again what a network loses.

Exit code: 0 after q, SIGINT or SIGTERM; 1 if it cannot listen; 2 if it was called wrongly.`;

/**
 * Reads the command line.
 *
 * @throws Error that lists everything wrong with the values, or the first flag that is unknown.
 */
export function parseArguments(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string' },
      listen: { type: 'string' },
      http: { type: 'string' },
      'connect-timeout': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const wantsHelp = values.help ?? false;
  const problems = wantsHelp ? [] : findProblems(values);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const { target = '', listen = '0', http, json = false } = values;
  const timeout = values['connect-timeout'];
  return {
    proxy: {
      target: parsePlace(target) as Place,
      listen: parsePlace(listen) as Place,
      ...(timeout === undefined ? {} : { connectTimeout: toDuration(timeout) }),
    },
    http: http === undefined ? undefined : parsePlace(http),
    asJson: json,
    wantsHelp,
  };
}

function findProblems(values: Readonly<Record<string, string | boolean | undefined>>): string[] {
  const places = ['target', 'listen', 'http'].filter((name) => name === 'target' || values[name] !== undefined);
  return places
    .filter((name) => parsePlace(String(values[name] ?? '')) === undefined)
    .map((name) => {
      const got = values[name] === undefined ? 'nothing' : JSON.stringify(values[name]);
      return `--${name} must be a port, host:port or the path of a Unix socket, got ${got}`;
    });
}

/** A place as it is written; undefined if this is none. */
export function parsePlace(text: string): Place | undefined {
  if (text.includes('/')) return { path: text };
  const [, v6, host, port] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  const name = v6 ?? host;
  return name === undefined ? Number(port) : { host: name, port: Number(port) };
}

/** Milliseconds may be written without their unit. What is no duration is found with the other options. */
function toDuration(text: string): Duration {
  return /^\d+$/.test(text) ? Number(text) : (text as Duration);
}
