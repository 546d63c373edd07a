import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Liveness, LivenessOutput, LivenessState } from '../src/machines/liveness.ts';
import { describe as describeOptions } from '../src/rules/describe.ts';
import { boundMs, PRESETS } from '../src/rules/keepalive.ts';
import { blocked, createLiveness, createSuspecting, drain, slept, timeline } from './support/liveness-timeline.ts';

const text = readFileSync(new URL('../../../docs/LIVENESS.md', import.meta.url), 'utf8');

/** The rows of the table whose header begins so, without their frame. */
function table(header: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines
    .slice(start, start + length)
    .filter((line) => !line.startsWith('| --- |'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

/** A machine that has been brought somewhere, and the time there. */
interface Scene {
  readonly liveness: Liveness;
  readonly now: number;
}

const ONE_PROBE = { keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 1 } };

/** Plays calls at their times; what the machine asks for is drained, and a PING that it queues ends at `endsAt`. */
function play(liveness: Liveness, calls: ReadonlyArray<readonly [number, (now: number) => void]>, endsAt = 0): Scene {
  drain(liveness);
  for (const [now, call] of calls) {
    call(now);
    drain(liveness, endsAt);
  }
  return { liveness, now: calls.at(-1)?.[0] ?? 0 };
}

function afterTimeouts(liveness: Liveness, ...times: readonly number[]): Scene {
  return play(
    liveness,
    times.map((time) => [time, (now) => liveness.handleTimeout(now)] as const),
  );
}

function suspecting(): Scene {
  return { liveness: createSuspecting(), now: 30_000 };
}

/** Ways into each state: one if suspicion makes no difference there, two if it may have been told or not. */
const STATES: Readonly<Record<LivenessState, ReadonlyArray<() => Scene>>> = {
  quiet: [() => afterTimeouts(createLiveness())],
  probing: [() => afterTimeouts(createLiveness(), 20_000)],
  doubting: [() => afterTimeouts(createLiveness(), 20_000, 25_000)],
  suspect: [suspecting],
  judging: [
    () => afterTimeouts(createLiveness(ONE_PROBE), 20_000, 25_000),
    () => afterTimeouts(createSuspecting(), 35_000),
  ],
  dead: [
    () => {
      const liveness = createLiveness();
      timeline(liveness);
      return { liveness, now: 35_000 };
    },
  ],
};

/** A PING that waits at position 1,000 since 20 s, with 10 bytes of the queue gone by 25 s. */
function waiting(config: Parameters<typeof createLiveness>[0] = {}): Scene {
  const liveness = createLiveness(config);
  return play(liveness, [[20_000, (now) => liveness.handleTimeout(now)]], 1_000);
}

/** The same, suspected and three intervals later: the verdict is due next. */
function waitingSuspected(config = {}): Scene {
  const { liveness } = waiting(config);
  const look = (now: number) => {
    liveness.handleWritten(now / 1_000);
    liveness.handleTimeout(now);
  };
  return play(
    liveness,
    [
      [25_000, look],
      [25_000, (now) => liveness.handlePolled(now)],
      [30_000, look],
    ],
    1_000,
  );
}

type Apply = (scene: Scene) => void;

/** The next deadline, which must be this one. */
function comes(time: number, written?: number): Apply {
  return ({ liveness }) => {
    expect(drain(liveness)).toEqual([{ type: 'wait', until: time }]);
    if (written !== undefined) liveness.handleWritten(written);
    liveness.handleTimeout(time);
  };
}

const late: Apply = ({ liveness, now }) => {
  const [wait] = drain(liveness);
  liveness.handleTimeout(((wait?.type === 'wait' ? wait.until : undefined) ?? now) + 10_000);
};

/** For an input: what it does in every state, or in certain states, where it takes a way of its own into them. */
type Cast = { readonly anywhere: Apply } | Partial<Record<LivenessState, readonly [() => Scene, Apply]>>;

const INPUTS: Readonly<Record<string, Cast>> = {
  evidence: { anywhere: ({ liveness, now }) => liveness.handleEvidence(now) },
  'undated evidence': { anywhere: ({ liveness, now }) => liveness.handleUndatedEvidence(now) },
  PONG: {
    anywhere: ({ liveness, now }) => {
      liveness.handlePong(1, now);
      liveness.handlePong(99, now);
    },
  },
  verify: { anywhere: ({ liveness, now }) => liveness.handleVerify(now) },
  'idle over': { quiet: [() => afterTimeouts(createLiveness()), comes(20_000)] },
  'probe due': {
    suspect: [
      () => {
        const liveness = createLiveness();
        timeline(liveness, 29_999);
        return { liveness, now: 25_000 };
      },
      comes(30_000),
    ],
  },
  'suspicion due': {
    // Another timer has met a stall, so that the suspicion of 25 s is put off to 29 s.
    probing: [
      () => {
        const { liveness } = afterTimeouts(createLiveness(), 20_000);
        return play(liveness, [[25_000, (now) => liveness.handleTimeout(now, blocked(24_000, 3_000))]]);
      },
      comes(29_000),
    ],
  },
  'probe and suspicion due': { probing: [() => afterTimeouts(createLiveness(), 20_000), comes(25_000)] },
  'probe due, PING unwritten': {
    probing: [waiting, comes(25_000)],
    suspect: [
      () => {
        const { liveness } = waiting();
        timeline(liveness, 29_999);
        return { liveness, now: 25_000 };
      },
      comes(30_000),
    ],
  },
  'verdict due': {
    probing: [() => afterTimeouts(createLiveness(ONE_PROBE), 20_000), comes(25_000)],
    suspect: [suspecting, comes(35_000)],
  },
  'verdict due, PING unwritten, queue stands': {
    probing: [() => waiting(ONE_PROBE), comes(25_000, 0)],
    suspect: [waitingSuspected, comes(35_000, 30)],
  },
  'verdict due, PING unwritten, queue moves': {
    probing: [() => waiting(ONE_PROBE), comes(25_000, 1)],
    suspect: [waitingSuspected, comes(35_000, 31)],
  },
  'verdict due, PING unwritten, writeTimeout over': {
    probing: [() => waiting({ ...ONE_PROBE, writeTimeoutMs: 25_000 }), comes(25_000, 1)],
    suspect: [() => waitingSuspected({ writeTimeoutMs: 35_000 }), comes(35_000, 31)],
  },
  polled: { anywhere: ({ liveness, now }) => liveness.handlePolled(now) },
  'late timeout': { anywhere: late },
  'late timeout, excuse used up': {
    probing: [() => afterTimeouts(createLiveness(ONE_PROBE), 20_000, 35_000), late],
    doubting: [STATES.doubting[0] ?? suspecting, late],
    suspect: [() => afterTimeouts(createSuspecting(), 45_000, 60_000, 75_000), late],
    judging: [STATES.judging[1] ?? suspecting, late],
    dead: [STATES.dead[0] ?? suspecting, late],
  },
  slept: { anywhere: ({ liveness, now }) => liveness.handleTimeout(now + 1_000, slept(now + 1_000)) },
  'early timeout': { anywhere: ({ liveness, now }) => liveness.handleTimeout(now + 1) },
  paused: { anywhere: ({ liveness, now }) => liveness.handlePaused(now) },
  resumed: {
    anywhere: ({ liveness, now }) => {
      if (['quiet', 'probing', 'suspect'].includes(liveness.state)) liveness.handlePaused(now);
      expect(drain(liveness)).toHaveLength(1);
      liveness.handleResumed(now);
    },
  },
  'pausedTimeout over': Object.fromEntries(
    (['quiet', 'probing', 'suspect'] as const).map((state) => [
      state,
      [
        STATES[state][0] ?? suspecting,
        ({ liveness, now }: Scene) => {
          liveness.handlePaused(now);
          comes(now + 60_000)({ liveness, now });
        },
      ],
    ]),
  ),
};

/** A move as the document writes it. */
function show(state: LivenessState, outputs: readonly LivenessOutput[]): string {
  const told = outputs.filter(({ type }) => type !== 'wait').map(({ type }) => type);
  return told.length === 0 ? `-> ${state}` : `-> ${state}; ${told.join(', ')}`;
}

/** What the machine really does; both ways into a state in one cell if they differ. */
function moveOf(input: string, state: LivenessState): string {
  const cast = INPUTS[input];
  if (cast === undefined) throw new Error(`no test knows the input ${input}`);
  const scenes =
    'anywhere' in cast
      ? STATES[state].map((way) => [way, cast.anywhere] as const)
      : [cast[state]].filter((one) => one !== undefined);
  const moves = scenes.map(([way, apply]) => {
    const scene = way();
    expect(scene.liveness.state).toBe(state);
    drain(scene.liveness);
    apply(scene);
    return show(scene.liveness.state, drain(scene.liveness));
  });
  return moves.length === 0 ? 'never' : [...new Set(moves)].join(' / ');
}

const [header = [], ...rows] = table('input');
const states = header.slice(1) as LivenessState[];
const cells = rows.flatMap(([input = '', ...row]) =>
  row.map((cell, at) => ({ input, cell, state: states[at] ?? 'dead' })),
);

describe('The state table of docs/LIVENESS.md', () => {
  it('has every state and every input, each once', () => {
    expect(states).toEqual(Object.keys(STATES));
    expect(rows.map(([input]) => input)).toEqual(Object.keys(INPUTS));
    expect(cells).toHaveLength(states.length * rows.length);
  });

  it.each(cells)('$input in $state: $cell', ({ input, state, cell }) => {
    expect(cell).toMatch(/^(never|-> \w+(; \w+(, \w+)*)?( \/ -> \w+(; \w+(, \w+)*)?)?)$/);
    expect(moveOf(input, state)).toBe(cell);
  });

  it('is complete: whatever a timer on time does in a state stands in its column', () => {
    for (const probes of [1, 2, 3]) {
      for (const stallMs of [0, 1_000, 2_000, 9_000]) {
        for (const step of [0, 10, 400]) {
          const keepalive = { idleMs: 20_000, intervalMs: 5_000, probes };
          const { liveness, now } = afterTimeouts(createLiveness({ keepalive }), 20_000 + stallMs);
          expect(movesUntilDead(liveness, now, step)).toEqual([]);
        }
      }
    }
  });

  /** Lets timers be on time to the end, while each PING waits behind 1,000 bytes and `step` of them leave. Returns the moves that are not in the table. */
  function movesUntilDead(liveness: Liveness, start: number, step: number): string[] {
    const unknown: string[] = [];
    for (let now = start, written = 0; liveness.state !== 'dead' && unknown.length < 10; ) {
      const before = liveness.state;
      const [wait] = drain(liveness);
      written += step;
      liveness.handleWritten(written);
      if (wait?.type !== 'wait') throw new Error('what was asked for has not been drained');
      if (wait.until === undefined) liveness.handlePolled(now);
      now = wait.until ?? now;
      if (wait.until !== undefined) liveness.handleTimeout(now);
      const move = show(liveness.state, drain(liveness, written + 1_000));
      const column = cells.filter(({ state, cell }) => state === before && cell.split(' / ').includes(move));
      if (column.length === 0) unknown.push(`${before} ${move}`);
    }
    return unknown;
  }

  it('says what the states are believed to be, and which of them wait for time', () => {
    const [, ...meanings] = table('state');
    expect(meanings.map(([state]) => state)).toEqual(states);
    for (const [name, , waitsFor, belief = ''] of meanings) {
      for (const way of STATES[(name ?? 'dead') as LivenessState]) {
        const { liveness } = way();
        const [wait] = drain(liveness);
        expect(wait?.type === 'wait' && wait.until !== undefined).toBe(/idle|probe/.test(waitsFor ?? ''));
        expect(belief).toContain(liveness.belief);
      }
    }
  });
});

describe('The other tables of docs/LIVENESS.md', () => {
  it('list exactly the causes of words/cause.ts, in any order', () => {
    const source = readFileSync(new URL('../src/words/cause.ts', import.meta.url), 'utf8');
    const [, union = ''] = /^export type Cause =([^;]*);/m.exec(source) ?? [];
    const causes = [...union.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, cause]) => cause);
    const headings = [...(text.split('\n## 8. Causes\n')[1] ?? '').split('\n## ')[0]!.matchAll(/^### (\S+)$/gm)];
    expect(causes).toHaveLength(21);
    expect(headings.map(([, cause]) => cause).toSorted()).toEqual(causes.toSorted());
  });

  it('list exactly the presets, with their bounds', () => {
    const [, ...presets] = table('preset');
    const numbers = presets.map(([name, ...cols]) => [
      name,
      ...cols.map((cell) => Number(cell.replace(/ ms$/, '').replaceAll(',', ''))),
    ]);
    expect(numbers).toEqual(
      Object.entries(PRESETS).map(([name, keepalive]) => [name, ...Object.values(keepalive), boundMs(keepalive)]),
    );
  });

  it('list exactly what describe() returns, with its values for the defaults', () => {
    const [, ...fields] = table('field');
    const values = fields.flatMap(([names = '', , defaults = '']) =>
      names.split(', ').map((name, at) => [name, Number(defaults.split(', ')[at]?.replaceAll(',', ''))]),
    );
    expect(Object.fromEntries(values)).toEqual(describeOptions());
  });
});
