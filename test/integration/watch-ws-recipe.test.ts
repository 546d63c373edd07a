// The recipe of the README of `ws` for detecting broken connections, and our watch, side by side in one server process that stalls.

import { describe, expect, it } from 'vitest';
import { Program } from '../support/program.ts';
import type { FromWsCrowd, WsCrowdConfig } from '../support/ws-crowd.ts';
import type { Ended, FromWsJudges, ToWsJudges, WsJudgesConfig } from '../support/ws-judges.ts';

/**
 * Either finds a dead client within 2 s: the recipe, whose own interval is 30 s, after one sweep to two. The stalls are longer. An
 * interval is what a healthy client has for its answer after a stall (L5), on a machine that is busy with other tests.
 */
const CONFIG: WsJudgesConfig = {
  sweepMs: 1_000,
  keepalive: { idleMs: 500, intervalMs: 500, probes: 3 },
  stallMs: 2_050,
};
const LATENCY_MS = 20;
const HEALTHY = 50;
const FROZEN = 10;

type Judges = Program<FromWsJudges, ToWsJudges>;

function startCrowd(config: Omit<WsCrowdConfig, 'latencyMs'>): Program<FromWsCrowd> {
  return new Program('ws-crowd', { ...config, latencyMs: LATENCY_MS } satisfies WsCrowdConfig);
}

async function endedOf(crowd: string, judges: Judges): Promise<Ended> {
  judges.send({ type: 'tell', crowd });
  return judges.next('ended');
}

describe('a WebSocket server with 50 healthy clients that stalls twice for 2,050 ms', () => {
  it('terminates healthy ones by the recipe of ws, and 0 by our watch; 10 in a frozen process are found by both', async ({
    task,
  }) => {
    await using judges: Judges = new Program('ws-judges', CONFIG);
    const { ports } = await judges.next('listening');
    // A process for each server: the return of those whom the one terminates is no burden on those of the other.
    await using forRecipe = startCrowd({ name: 'healthy', clients: HEALTHY, ports: [ports.recipe] });
    await using forWatch = startCrowd({ name: 'healthy', clients: HEALTHY, ports: [ports.watch] });
    await Promise.all([forRecipe.next('connected'), forWatch.next('connected')]);
    judges.send({ type: 'stall' });
    await judges.next('done');

    await using doomed = startCrowd({ name: 'doomed', clients: FROZEN, ports: [ports.recipe, ports.watch] });
    await doomed.next('connected');
    doomed.freeze();
    judges.send({ type: 'await', crowd: 'doomed', count: FROZEN });
    await judges.next('done');

    const healthy = await endedOf('healthy', judges);
    const frozen = await endedOf('doomed', judges);
    task.meta.figures = {
      title: 'A server that stalls twice for longer than its bound, by the README recipe of ws, and by our watch',
      head: ['', 'healthy connections terminated', 'frozen ones found'],
      rows: [
        ['recipe of ws', `${healthy.counts.recipe}`, `${frozen.counts.recipe} of ${FROZEN}`],
        ['watch', `${healthy.counts.watch}`, `${frozen.counts.watch} of ${FROZEN}`],
      ],
    };
    expect(healthy.counts.recipe).toBeGreaterThan(0);
    expect(healthy.counts.watch).toBe(0);
    expect(frozen.counts).toEqual({ recipe: FROZEN, watch: FROZEN });
    expect(frozen.causes).toEqual(Array(FROZEN).fill('silent'));
  });
});
