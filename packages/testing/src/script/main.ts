#!/usr/bin/env node
/** `systole-fault-proxy`: the fault proxy as a program. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import process from 'node:process';
import { SystoleError } from '@systole/core';
import { systemClock } from '@systole/core/node';
import { addressOfServer, resolvePlace } from '../proxy/address.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import { HELP, parseArguments, type Settings } from './arguments.ts';
import { perform } from './command.ts';
import { startControl } from './control.ts';
import { hearKeys, KEYS, type KeyRequest } from './keys.ts';
import { describeReport, type Report } from './report.ts';

type Tell = (report: Report) => void;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Every line says when, in seconds since the start. */
function makeTell(asJson: boolean): Tell {
  const startedAt = systemClock.now();
  return (report) => {
    const seconds = (systemClock.now() - startedAt) / 1_000;
    print(
      asJson ? JSON.stringify({ seconds, ...report }) : `${seconds.toFixed(3).padStart(9)}  ${describeReport(report)}`,
    );
  };
}

function tellConnections(proxy: FaultProxy, tell: Tell): void {
  proxy.on('connection', (connection) => {
    const { id, client } = connection.inspect();
    tell({ type: 'connection', id, client });
  });
  proxy.on('refused', ({ connection: { id }, error }) => tell({ type: 'refused', id, error: error.message }));
  proxy.on('end', (connection) => {
    const { id, toServer, toClient } = connection.inspect();
    tell({ type: 'end', id, toServerBytes: toServer.passedBytes, toClientBytes: toClient.passedBytes });
  });
}

function handleKey(request: KeyRequest, proxy: FaultProxy, tell: Tell, quit: () => void): void {
  switch (request.type) {
    case 'quit':
      return quit();
    case 'help':
      return print(KEYS);
    case 'state':
      return tell({ type: 'state', state: proxy.inspect() });
    case 'command':
      perform(proxy, request.command);
      return tell(request);
    case 'direction':
      return tell(request);
  }
}

/** What a signal ends, or that nobody reads any more what is printed. To be heard before anyone is told that we listen. */
function hearEnding(): AbortController {
  const ending = new AbortController();
  const quit = (): void => ending.abort();
  process.once('SIGINT', quit).once('SIGTERM', quit);
  process.stdout.on('error', quit);
  return ending;
}

/** Does what the keys of a terminal ask for, until the function that it returns is called. */
function hearTerminal(proxy: FaultProxy, tell: Tell, ending: AbortController): () => void {
  if (!process.stdin.isTTY) return () => {};
  return hearKeys(process.stdin, (request) => handleKey(request, proxy, tell, () => ending.abort()));
}

/** Starts what was asked for, and closes it when the run is over. */
async function serve(settings: Settings): Promise<void> {
  const tell = makeTell(settings.asJson);
  const ending = hearEnding();
  await using proxy = await startFaultProxy(settings.proxy);
  tellConnections(proxy, tell);
  const control = await listenForHttp(settings, proxy, tell);
  const { address, target } = proxy.inspect();
  const http = control === undefined ? {} : { http: addressOfServer(control.address()) };
  // Before anyone is told that there are keys: one that comes earlier would be shown, and wait for its line.
  const stopHearing = hearTerminal(proxy, tell, ending);
  tell({ type: 'listening', address, target, ...http });
  if (process.stdin.isTTY && !settings.asJson) print('press ? for the keys');
  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  stopHearing();
  control?.close();
  control?.closeAllConnections();
  await proxy.close();
  tell({ type: 'closed' });
}

async function listenForHttp({ http }: Settings, proxy: FaultProxy, tell: Tell): Promise<Server | undefined> {
  if (http === undefined) return undefined;
  try {
    return await startControl(proxy, resolvePlace(http), (command) => tell({ type: 'command', command }));
  } catch (cause) {
    throw new SystoleError('ERR_LISTEN', `could not listen for HTTP: ${(cause as Error).message}`, { cause });
  }
}

/** The exit code: see {@link HELP}. */
async function main(args: readonly string[]): Promise<number> {
  const fail = (error: Error, code: number): number => {
    process.stderr.write(`systole-fault-proxy: ${error.message}\n`);
    if (code === 2) process.stderr.write('Try --help.\n');
    return code;
  };
  let settings: Settings;
  try {
    settings = parseArguments(args);
  } catch (error) {
    return fail(error as Error, 2);
  }
  if (settings.wantsHelp) {
    print(HELP);
    return 0;
  }
  try {
    await serve(settings);
    return 0;
  } catch (error) {
    if (!(error instanceof SystoleError)) throw error;
    return fail(error, error.code === 'ERR_OPTIONS' ? 2 : 1);
  }
}

process.exitCode = await main(process.argv.slice(2));
