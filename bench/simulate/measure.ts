/** All detectors in one scenario: with a watcher that always runs, and with one that stalls. */

import type { Keepalive } from '@systole/core';
import { boundMs, PRESETS } from '@systole/core';
import { FixedDeadline } from './fixed-deadline.ts';
import type { Detector } from './heartbeats.ts';
import { watchHeartbeats } from './heartbeats.ts';
import { AKKA, PhiAccrual } from './phi.ts';
import { watchByPingPong } from './ping-pong.ts';
import type { Observed, Scenario, Setting } from './setting.ts';
import { createSetting } from './setting.ts';

/** A detector in one scenario. */
export interface Standing {
  readonly name: string;
  /** Heartbeats, or PINGs, on an idle connection. */
  readonly everyMs: number;
  readonly calm: Observed;
  /** The same while the watcher stalls. */
  readonly stalling: Observed;
}

/** All of them. */
export interface Standings {
  readonly ours: readonly Standing[];
  /** A deadline with the mean T_D of our default, and as many heartbeats as that sends PINGs. */
  readonly equalTraffic: Standing;
  /** A deadline with the same T_D, and a heartbeat a second. */
  readonly frequent: Standing;
  readonly others: readonly Standing[];
}

/** How long, and by which chance. */
export interface Extent {
  readonly seed: number;
  readonly days: number;
}

const ETA_MS = 1_000;
const DEADLINES_MS: readonly number[] = [2_000, 4_000, 6_000, 8_000, 12_000, 16_000, 28_500];

/** Idle is shortened by 0 to 10 % (L8). */
const MEAN_IDLE_SHARE = 0.95;

type Named<Item> = readonly [name: string, item: Item];

const PRESET_TRIPLES: readonly Named<Keepalive>[] = [
  ['Systole, default', PRESETS.default],
  ['Systole, lan', PRESETS.lan],
  ['Systole, mobile', PRESETS.mobile],
];

/** With idle 1 s, our detector beats like the others. */
const BEATING_TRIPLES: readonly Named<Keepalive>[] = [2_750, 3_750].map((intervalMs) => {
  const keepalive = { idleMs: 1_000, intervalMs, probes: 4 };
  return [`Systole, beating, ${seconds(boundMs(keepalive))}`, keepalive];
});

/** See the head of the file. */
export function measure(scenario: Scenario, extent: Extent): Standings {
  // Each run has the weather to itself, from its beginning.
  const twice = (watch: (setting: Setting) => Observed[]): readonly [Observed, Observed][] => {
    const calm = watch(createSetting(scenario, { ...extent, stalls: false }));
    const stalling = watch(createSetting(scenario, { ...extent, stalls: true }));
    return calm.map((observed, index) => [observed, stalling[index] as Observed]);
  };
  const watchAll = (etaMs: number, detectors: readonly Named<() => Detector>[]): Standing[] =>
    twice((setting) =>
      watchHeartbeats(
        setting,
        etaMs,
        detectors.map(([, create]) => create()),
      ),
    ).map(([calm, stalling], index) => ({ name: detectors[index]?.[0] ?? '', everyMs: etaMs, calm, stalling }));

  const rttMs = 2 * (scenario.path.delayMs + scenario.path.jitterMs);
  // Only outages tell a deadline of 12 s from one of 35 s.
  const triples = scenario.path.outage === undefined ? PRESET_TRIPLES : [...PRESET_TRIPLES, ...BEATING_TRIPLES];
  const ours = triples.map(([name, keepalive]): Standing => {
    const [[calm, stalling] = []] = twice((setting) => [watchByPingPong(setting, keepalive)]);
    const everyMs = MEAN_IDLE_SHARE * keepalive.idleMs + rttMs;
    return { name, everyMs, calm: calm as Observed, stalling: stalling as Observed };
  });

  const [standard] = ours as [Standing];
  const detectionMs = mean(standard.calm.detectionMs);
  // A heartbeat is half a period old on average when the peer crashes, and has travelled.
  const equalTo = (etaMs: number): number => Math.round(detectionMs + etaMs / 2 - rttMs / 2);
  const fixed = (deadlineMs: number): Named<() => Detector> => [
    `fixed ${seconds(deadlineMs)}`,
    () => new FixedDeadline(deadlineMs),
  ];
  const slowMs = Math.round(standard.everyMs);
  const [equalTraffic] = watchAll(slowMs, [fixed(equalTo(slowMs))]) as [Standing];
  const [frequent, ...others] = watchAll(ETA_MS, [
    fixed(equalTo(ETA_MS)),
    ...DEADLINES_MS.map(fixed),
    ['Akka, phi 8, pause 3 s', () => new PhiAccrual(AKKA)],
    ['Akka, phi 8, no pause', () => new PhiAccrual({ ...AKKA, acceptableHeartbeatPauseMs: 0 })],
  ]) as [Standing, ...Standing[]];
  return { ours, equalTraffic, frequent, others };
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
