// Each line that the script prints for people, word for word.

import { describe, expect, it } from 'vitest';
import type { FaultProxySnapshot } from '../../src/proxy/fault-proxy.ts';
import type { Report } from '../../src/script/report.ts';
import { describeReport } from '../../src/script/report.ts';

const HERE = { host: '127.0.0.1', port: 4_000 };

const STATE: FaultProxySnapshot = {
  address: HERE,
  target: { path: '/run/a.sock' },
  conditions: { toServer: 'open', toClient: 'blackholed' },
  accepted: 3,
  refused: 1,
  lastRefusal: 'connect ECONNREFUSED',
  connections: [
    {
      id: 2,
      client: '127.0.0.1:5000',
      state: 'live',
      toServer: { condition: { latency: '1s' }, passedBytes: 10, heldBytes: 4, ended: undefined },
      toClient: { condition: 'open', passedBytes: 7, heldBytes: 0, ended: 'fin' },
    },
  ],
};

describe('a line of the script', () => {
  it.each<[Report, string]>([
    [
      { type: 'listening', address: HERE, target: { path: '/run/a.sock' } },
      'listening at 127.0.0.1:4000 for /run/a.sock',
    ],
    [
      { type: 'listening', address: { host: '::1', port: 1 }, target: HERE, http: { host: '127.0.0.1', port: 2 } },
      'listening at [::1]:1 for 127.0.0.1:4000, controlled over HTTP at 127.0.0.1:2',
    ],
    [{ type: 'connection', id: 1, client: 'unix' }, 'connection 1: unix has come'],
    [
      { type: 'refused', id: 1, error: 'connect ECONNREFUSED' },
      'connection 1: reset, because the target could not be reached: connect ECONNREFUSED',
    ],
    [
      { type: 'end', id: 1, toServerBytes: 5, toClientBytes: 6 },
      'connection 1: over, after 5 bytes to the server and 6 to the client',
    ],
    [{ type: 'direction', direction: 'toServer' }, 'the next keys are for: toServer'],
    [{ type: 'closed' }, 'closed'],
    [
      { type: 'state', state: STATE },
      'to the server open, to the client blackholed; 3 accepted, 1 refused\n' +
        '  connection 2: 127.0.0.1:5000, live; to the server latency 1s, 10 bytes passed, 4 held; ' +
        'to the client open, 7 bytes passed, 0 held, ended (fin)',
    ],
  ])('says %o as people read it', (report, line) => {
    expect(describeReport(report)).toBe(line);
  });

  it.each<[Extract<Report, { type: 'command' }>['command'], string]>([
    [{ do: 'reset' }, 'both: reset'],
    [{ do: 'fin', direction: 'toClient', connection: 7 }, 'connection 7, toClient: fin'],
    [{ do: 'truncate', bytes: 100 }, 'both: fin after 100 more bytes'],
    [{ do: 'truncate', bytes: 1, ending: 'reset' }, 'both: reset after 1 more bytes'],
    [{ do: 'set', condition: 'frozen', direction: 'toServer' }, 'toServer: frozen'],
    [{ do: 'set', condition: {} }, 'both: open'],
    [{ do: 'set', condition: { latency: '200ms' } }, 'both: latency 200ms'],
    [{ do: 'set', condition: { drip: 100 } }, 'both: a byte each 100'],
    [{ do: 'set', condition: { latency: 5, bytesPerSecond: 1_000 } }, 'both: latency 5, 1000 bytes a second'],
  ])('says what %o has done', (command, line) => {
    expect(describeReport({ type: 'command', command })).toBe(line);
  });
});
