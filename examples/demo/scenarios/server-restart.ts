/** The server is killed and started again: now we are the client, and come back by ourselves. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@systole/client';
import { follow } from '../follow.ts';
import { ask, firstHeartbeat, tellStall } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';
import { KEEPALIVE } from '../scenario.ts';
import type { Stage } from '../stage.ts';

export const serverRestart: Scenario = {
  name: 'server-restart',
  story: 'SIGKILL ends the server, and a new one takes its port. The client is ours, and comes back by itself.',
  zero: 'the SIGKILL',
  expectedCause: 'eof',
  async run(stage) {
    const [first, port] = await startService(stage, 0);
    const client = connect({
      host: '127.0.0.1',
      port,
      keepalive: KEEPALIVE,
      reconnect: { base: '500ms', cap: '1s' },
    });
    stage.atEnd(() => client.destroy());
    client.on('stall', (stall) => tellStall(stage, stall));
    follow(stage, client);
    const { boundMs } = await client.next('connect');
    await firstHeartbeat(stage, client);

    stage.setZero();
    first.kill('SIGKILL');
    stage.tell('demo', 'kill', 'kills the server with SIGKILL');
    const { cause } = await client.next('disconnect');
    const detectionMs = stage.sinceZeroMs;
    const reconnected = client.next('connect');
    const [second] = await startService(stage, port);
    const { epoch } = await reconnected;
    const downtimeMs = stage.sinceZeroMs - detectionMs;
    stage.tell('demo', 'downtime', `downtime, from disconnect to connect: ${Math.round(downtimeMs)} ms`, {
      downtimeMs,
    });
    const isAnswered = await ask(stage, client, second);
    return {
      cause,
      detectionMs,
      boundMs,
      claims: { 'the epoch is a new one': epoch === 2, 'the new server answers a message': isAnswered },
    };
  },
};

async function startService(stage: Stage, wantedPort: number): Promise<[ChildProcess, number]> {
  const service = stage.start('service', wantedPort);
  const [port] = await once(service, 'message');
  stage.tell('demo', 'start', `starts a server at port ${port}, process ${service.pid}`, { pid: service.pid, port });
  return [service, port];
}
