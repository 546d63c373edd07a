import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, post } from '../support/http.ts';
import { End, listen } from '../support/proxy-rig.ts';
import { onTerminal, ScriptRun } from '../support/script.ts';
import { until } from '../support/until.ts';

/** A target, and the script before it. */
async function startScript(
  ...args: string[]
): Promise<{ run: ScriptRun; servers: End[]; open: (port: number) => Promise<End> }> {
  const servers: End[] = [];
  const target = createServer({ allowHalfOpen: true }, (socket) => void servers.push(new End(socket)));
  const address = await listen(target);
  if ('path' in address) throw new Error('not a port');
  const run = new ScriptRun(['--target', String(address.port), ...args]);
  const open = async (port: number): Promise<End> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const end = new End(socket);
    await once(socket, 'connect');
    return end;
  };
  return { run, servers, open };
}

const portOf = (line: string, pattern: RegExp): number => Number(pattern.exec(line)?.[1]);

describe('the script', () => {
  it('passes bytes, is told over HTTP to reset, says so in lines, and ends with 0 on SIGTERM', async () => {
    const { run, servers, open } = await startScript('--http', '0');
    const listening = await run.line('listening');
    const client = await open(portOf(listening, /listening at 127\.0\.0\.1:(\d+) for/));
    const http = portOf(listening, /over HTTP at 127\.0\.0\.1:(\d+)$/);
    client.write('hello');
    await until(() => servers.length === 1);
    await servers[0]?.hears('hello');
    expect((await ask({ port: http, path: '/' })).body.connections.length).toBe(1);
    await post(http, { do: 'reset' });
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    await run.line('connection 1: over, after 5 bytes to the server and 0 to the client');
    run.child.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
    expect(run.lines.map((line) => line.replace(/^ *\d+\.\d{3} {2}/, '').replace(/:\d{4,5}/g, ':PORT'))).toEqual([
      'listening at 127.0.0.1:PORT for 127.0.0.1:PORT, controlled over HTTP at 127.0.0.1:PORT',
      'connection 1: 127.0.0.1:PORT has come',
      'both: reset',
      'connection 1: over, after 5 bytes to the server and 0 to the client',
      'closed',
    ]);
    expect(run.errors).toBe('');
  });

  it('says the same in JSON with --json, ends with 0 on SIGINT, and closes what is open', async () => {
    const { run, open, servers } = await startScript('--json');
    const { type, address } = JSON.parse(await run.line('listening'));
    expect(type).toBe('listening');
    const client = await open(address.port);
    await until(() => servers.length === 1);
    run.child.kill('SIGINT');
    await Promise.all([client.ends('fin'), servers[0]?.ends('fin')]);
    expect(await run.ended()).toBe(0);
    expect(run.lines.map((line) => JSON.parse(line).type)).toEqual(['listening', 'connection', 'end', 'closed']);
  });

  it('ends with 0 when nobody reads its lines any more', async () => {
    const { run, open } = await startScript('--json');
    const { address } = JSON.parse(await run.line('listening'));
    run.child.stdout?.destroy();
    await open(address.port); // there is something to say
    expect(await run.ended()).toBe(0);
    expect(run.errors).toBe('');
  });

  it('resets the client of a target that refuses, and says so', async () => {
    const run = new ScriptRun(['--target', '1', '--json']);
    const { address } = JSON.parse(await run.line('listening'));
    const client = new End(connect({ port: address.port, host: '127.0.0.1' }));
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    expect(JSON.parse(await run.line('refused'))).toMatchObject({
      id: 1,
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('shows its help with 0', async () => {
    const run = new ScriptRun(['--help']);
    expect(await run.ended()).toBe(0);
    expect(run.lines[0]).toContain('systole-fault-proxy --target <place>');
    expect(run.lines.join('\n')).toContain('b  blackhole');
  });

  it.each([
    ['an unknown flag', ['--target', '1', '--tagret', '2'], "Unknown option '--tagret'"],
    ['no target', [], '--target must be a port, host:port or the path of a Unix socket, got nothing'],
    ['a wrong duration', ['--target', '1', '--connect-timeout', 'soon'], 'connectTimeout must be a duration'],
  ])('ends with 2 and a clear line for %s', async (_, args, text) => {
    const run = new ScriptRun(args);
    expect(await run.ended()).toBe(2);
    expect(run.errors).toContain(`systole-fault-proxy: ${text}`);
    expect(run.errors).not.toContain('    at ');
  });

  it('ends with 1 where it cannot listen, for clients or for HTTP', async () => {
    const taken = await listen(createServer());
    if ('path' in taken) throw new Error('not a port');
    for (const flag of ['--listen', '--http']) {
      const run = new ScriptRun(['--target', '1', flag, String(taken.port)]);
      expect(await run.ended()).toBe(1);
      expect(run.errors).toContain('EADDRINUSE');
      expect(run.errors).not.toContain('    at ');
    }
  });
});

const TERMINAL = onTerminal(['--target', '1']);

describe.skipIf(TERMINAL === undefined)('the script on a terminal', () => {
  it('does what 5 keys ask for, says so, and ends with 0 on q', async () => {
    const run = new ScriptRun([], TERMINAL);
    await run.line('press ? for the keys');
    run.type('?');
    await run.line('q  quit, as Ctrl-C does');
    run.type('>bs');
    await run.line('the next keys are for: toServer');
    await run.line('toServer: blackholed');
    await run.line('to the server blackholed, to the client open; 0 accepted, 0 refused');
    run.type('q');
    expect(await run.ended()).toBe(0);
    expect(run.lines.at(-1)).toContain('closed');
  });

  it('ends with 0 on Ctrl-C, which is 1 key like any other, as the terminal is raw', async () => {
    const run = new ScriptRun([], TERMINAL);
    await run.line('press ? for the keys');
    run.type('\u0003');
    expect(await run.ended()).toBe(0);
    expect(run.lines.at(-1)).toContain('closed');
  });

  it('speaks JSON alone with --json: 0 words about keys', async () => {
    const run = new ScriptRun([], onTerminal(['--target', '1', '--json']));
    await run.line('listening');
    run.type('q');
    expect(await run.ended()).toBe(0);
    expect(run.lines.map((line) => JSON.parse(line).type)).toEqual(['listening', 'closed']);
  });
});
