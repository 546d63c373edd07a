import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The rule of direction is only as good as its teeth. Each file below is seeded into an empty house that has our
// biome.json and our manifests and nothing else; one run of the linter judges them all.

const root = fileURLToPath(new URL('../../', import.meta.url));
const house = realpathSync(mkdtempSync(join(tmpdir(), 'systole-direction-')));

interface Finding {
  readonly rule: string;
  readonly message: string;
}

interface Breach {
  readonly title: string;
  readonly file: string;
  readonly source: string;
  readonly finding: Finding;
}

const restricted = (message: string): Finding => ({ rule: 'lint/style/noRestrictedImports', message });
const deniedGlobal = (name: string): Finding => ({
  rule: 'lint/style/noRestrictedGlobals',
  message: `Do not use the global variable ${name}.`,
});
const cycle: Finding = { rule: 'lint/suspicious/noImportCycles', message: 'This import is part of a cycle.' };
const builtin: Finding = {
  rule: 'lint/correctness/noNodejsModules',
  message: 'This import references a Node.js builtin module.',
};
const wordsAreLowest = restricted('Arrows point down: words is the lowest layer and imports only words.');
const rulesLookDown = restricted('Arrows point down: rules imports only words and rules.');
const machinesLookDown = restricted('Arrows point down: machines imports only words, rules and machines.');
const sessionLooksDown = restricted(
  'Arrows point down: session imports words, rules, machines and session; it never reaches for node, the edges come to it.',
);
const coreStandsAlone = restricted(
  'Core stands below the other packages and imports none of them; inside core, imports are relative.',
);
const neverEachOther = restricted('Server and client never import each other; what both need lives in core.');
const testingNeverShips = restricted(
  'What is made for tests never ships: @systole/testing is not imported by a package.',
);
const testingStandsOnCore = restricted(
  '@systole/testing stands on core alone, so that it can test server and client from outside.',
);
const watchStandsOnCore = restricted(
  '@systole/watch stands on core alone: whoever watches a stream needs no server and no client of ours.',
);
const byItsShape = restricted('A watch knows a client library by its shape, and installs none.');
const aDoor = restricted(
  'tsyringe is a door, not a floor: only src/di may import it, and nothing below imports src/di.',
);
const pinoAtTheEdges = restricted('Core logs through the Logger of core/words; pino is chosen by server and client.');
const wireInRules = restricted('Only rules and node import msgpackr and valibot; a machine gets what they made of it.');
const byName = restricted('Import another package by its name, never by its files: only what it exports is public.');

const breaches: readonly Breach[] = [
  {
    title: 'refuses a word that imports a rule',
    file: 'packages/core/src/words/upward.ts',
    source: "export { parse } from '../rules/options.ts';",
    finding: wordsAreLowest,
  },
  {
    title: 'refuses a word that imports a rule when it runs',
    file: 'packages/core/src/words/upward-later.ts',
    source: "export const options = await import('../rules/options.ts');",
    finding: wordsAreLowest,
  },
  {
    title: 'refuses a rule that imports a machine',
    file: 'packages/core/src/rules/upward.ts',
    source: "export { Liveness } from '../machines/liveness.ts';",
    finding: rulesLookDown,
  },
  {
    title: 'refuses a rule in a folder of its own that imports only the type of a machine',
    file: 'packages/core/src/rules/codec/upward.ts',
    source: "import type { Liveness } from '../../machines/liveness.ts';\nexport type Upward = Liveness;",
    finding: rulesLookDown,
  },
  {
    title: 'refuses a machine that imports a session',
    file: 'packages/core/src/machines/upward.ts',
    source: "export { Session } from '../session/session.ts';",
    finding: machinesLookDown,
  },
  {
    title: 'refuses a machine that imports the edges',
    file: 'packages/core/src/machines/edge.ts',
    source: "export { systemClock } from '../node/system-clock.ts';",
    finding: machinesLookDown,
  },
  {
    title: 'refuses a machine that imports msgpackr',
    file: 'packages/core/src/machines/wire.ts',
    source: "export { Packr } from 'msgpackr';",
    finding: wireInRules,
  },
  {
    title: 'refuses a session that imports the edges',
    file: 'packages/core/src/session/edge.ts',
    source: "export { systemClock } from '../node/system-clock.ts';",
    finding: sessionLooksDown,
  },
  {
    title: 'refuses node:net in core outside the edges',
    file: 'packages/core/src/session/socket.ts',
    source: "export { connect } from 'node:net';",
    finding: builtin,
  },
  {
    title: 'refuses a builtin of Node in core under its old name',
    file: 'packages/core/src/session/old-name.ts',
    source: "export { connect } from 'net';",
    finding: builtin,
  },
  {
    title: 'refuses setTimeout in core outside the edges',
    file: 'packages/core/src/machines/timer.ts',
    source: 'export const timer: unknown = setTimeout(() => {}, 1);',
    finding: deniedGlobal('setTimeout'),
  },
  {
    title: 'refuses Date.now() in core outside the edges',
    file: 'packages/core/src/rules/date.ts',
    source: 'export const now: number = Date.now();',
    finding: deniedGlobal('Date'),
  },
  {
    title: 'refuses performance.now() in core outside the edges',
    file: 'packages/core/src/session/performance.ts',
    source: 'export const now: number = performance.now();',
    finding: deniedGlobal('performance'),
  },
  {
    title: 'refuses Buffer in core outside the edges',
    file: 'packages/core/src/rules/buffer.ts',
    source: 'export const bytes: Uint8Array = Buffer.alloc(1);',
    finding: deniedGlobal('Buffer'),
  },
  {
    title: 'refuses the way round through globalThis',
    file: 'packages/core/src/machines/global-this.ts',
    source: 'export const now: number = globalThis.Date.now();',
    finding: deniedGlobal('globalThis'),
  },
  {
    title: 'refuses pino in core',
    file: 'packages/core/src/node/logger.ts',
    source: "export { pino } from 'pino';",
    finding: pinoAtTheEdges,
  },
  {
    title: 'refuses a core that imports the server',
    file: 'packages/core/src/node/upward.ts',
    source: "export { createServer } from '@systole/server';",
    finding: coreStandsAlone,
  },
  {
    title: 'refuses a server that imports the client',
    file: 'packages/server/src/sideways.ts',
    source: "export { connect } from '@systole/client';",
    finding: neverEachOther,
  },
  {
    title: 'refuses a client that imports the server',
    file: 'packages/client/src/sideways.ts',
    source: "export { createServer } from '@systole/server';",
    finding: neverEachOther,
  },
  {
    title: "refuses a client's door that imports the server's door",
    file: 'packages/client/src/di/sideways.ts',
    source: "export { TOKENS } from '@systole/server/di';",
    finding: neverEachOther,
  },
  {
    title: 'refuses a server that imports what is made for tests',
    file: 'packages/server/src/testing.ts',
    source: "export { ManualClock } from '@systole/testing';",
    finding: testingNeverShips,
  },
  {
    title: 'refuses testing that imports the client',
    file: 'packages/testing/src/upward.ts',
    source: "export { connect } from '@systole/client';",
    finding: testingStandsOnCore,
  },
  {
    title: 'refuses a watch that imports the client',
    file: 'packages/watch/src/upward.ts',
    source: "export { connect } from '@systole/client';",
    finding: watchStandsOnCore,
  },
  {
    title: 'refuses a watch that imports even a type of a client library',
    file: 'packages/watch/src/ready/installed.ts',
    source: "import type { Redis } from 'ioredis';\nexport type Installed = Redis;",
    finding: byItsShape,
  },
  {
    title: 'refuses tsyringe outside the door',
    file: 'packages/server/src/container.ts',
    source: "export { container } from 'tsyringe';",
    finding: aDoor,
  },
  {
    title: 'refuses reflect-metadata outside the door',
    file: 'packages/client/src/metadata.ts',
    source: "import 'reflect-metadata';",
    finding: aDoor,
  },
  {
    title: 'refuses a server that imports its own door',
    file: 'packages/server/src/door.ts',
    source: "export { SERVER } from './di/index.ts';",
    finding: aDoor,
  },
  {
    title: 'refuses a client that imports the tokens of core',
    file: 'packages/client/src/tokens.ts',
    source: "export { CLOCK } from '@systole/core/di';",
    finding: aDoor,
  },
  {
    title: 'refuses an edge that imports the door',
    file: 'packages/core/src/node/door.ts',
    source: "export { CLOCK } from '../di/index.ts';",
    finding: aDoor,
  },
  {
    title: 'refuses tsyringe in core, also beside its tokens',
    file: 'packages/core/src/di/tsyringe.ts',
    source: "export { container } from 'tsyringe';",
    finding: aDoor,
  },
  {
    title: 'refuses an example that imports a package by path',
    file: 'examples/by-path.ts',
    source: "export { Liveness } from '../packages/core/src/machines/liveness.ts';",
    finding: byName,
  },
  {
    title: "refuses a test that imports another package's sources",
    file: 'packages/server/test/by-path.test.ts',
    source: "export { Liveness } from '../../core/src/machines/liveness.ts';",
    finding: byName,
  },
  {
    title: 'refuses a deep import of a built package',
    file: 'test/integration/deep.test.ts',
    source: "export { Liveness } from '@systole/core/dist/machines/liveness.js';",
    finding: byName,
  },
  {
    title: 'refuses a cycle of 2 files',
    file: 'packages/core/src/machines/chicken.ts',
    source: "export { egg } from './egg.ts';\nexport const chicken = 1;",
    finding: cycle,
  },
  {
    title: 'refuses the other half of that cycle',
    file: 'packages/core/src/machines/egg.ts',
    source: "export { chicken } from './chicken.ts';\nexport const egg = 1;",
    finding: cycle,
  },
  {
    title: 'refuses a cycle made of types alone',
    file: 'packages/client/src/owner.ts',
    source: "import type { Owned } from './owned.ts';\nexport interface Owner {\n  readonly owned: Owned;\n}",
    finding: cycle,
  },
  {
    title: 'refuses a promise that nobody waits for',
    file: 'packages/client/src/floating.ts',
    source:
      'async function dial(): Promise<void> {\n  await Promise.resolve();\n}\nexport function start(): void {\n  dial();\n}',
    finding: {
      rule: 'lint/nursery/noFloatingPromises',
      message: expect.stringContaining('"floating" Promise') as unknown as string,
    },
  },
];

const clean: readonly Omit<Breach, 'finding'>[] = [
  {
    title: 'accepts a word that imports a word',
    file: 'packages/core/src/words/clean.ts',
    source: "export type { Instant } from './clock.ts';",
  },
  {
    title: 'accepts a rule that imports words, rules, msgpackr and valibot',
    file: 'packages/core/src/rules/clean.ts',
    source:
      "export { Packr } from 'msgpackr';\nexport { parse } from 'valibot';\nexport type { Instant } from '../words/clock.ts';\nexport { varint } from './varint.ts';",
  },
  {
    title: 'accepts a machine that imports words, rules and machines',
    file: 'packages/core/src/machines/clean.ts',
    source:
      "export { varint } from '../rules/varint.ts';\nexport type { Instant } from '../words/clock.ts';\nexport { Liveness } from './liveness.ts';",
  },
  {
    title: 'accepts a session that imports everything below it',
    file: 'packages/core/src/session/clean.ts',
    source:
      "export { Liveness } from '../machines/liveness.ts';\nexport { varint } from '../rules/varint.ts';\nexport type { Instant } from '../words/clock.ts';",
  },
  {
    title: 'accepts an edge that imports node:net and uses timers',
    file: 'packages/core/src/node/clean.ts',
    source:
      "export { connect } from 'node:net';\nexport { Session } from '../session/session.ts';\nexport const timer: unknown = setTimeout(() => {}, Date.now());",
  },
  {
    title: 'accepts a server that imports core, its edges and pino',
    file: 'packages/server/src/clean.ts',
    source:
      "export { Session } from '@systole/core';\nexport { systemClock } from '@systole/core/node';\nexport { pino } from 'pino';",
  },
  {
    title: 'accepts a client that imports core, its edges and pino',
    file: 'packages/client/src/clean.ts',
    source:
      "export { Session } from '@systole/core';\nexport { systemClock } from '@systole/core/node';\nexport { pino } from 'pino';",
  },
  {
    title: 'accepts testing that imports core and its edges',
    file: 'packages/testing/src/clean.ts',
    source: "export { Session } from '@systole/core';\nexport { systemClock } from '@systole/core/node';",
  },
  {
    title: 'accepts a watch that imports core and its edges',
    file: 'packages/watch/src/clean.ts',
    source: "export { Liveness } from '@systole/core';\nexport { receivedBytes } from '@systole/core/node';",
  },
  {
    title: 'accepts a test that imports the sources it tests',
    file: 'packages/server/test/clean.test.ts',
    source: "export { createServer } from '../src/index.ts';",
  },
  {
    title: 'accepts an example that imports packages by name',
    file: 'examples/clean.ts',
    source: "export { connect } from '@systole/client';\nexport { createServer } from '@systole/server';",
  },
];

/** The other half of the cycle made of types: needed on disk, judged through its owner. */
const owned = "import type { Owner } from './owner.ts';\nexport interface Owned {\n  readonly owner: Owner;\n}";

let findings: ReadonlyMap<string, readonly Finding[]>;

beforeAll(() => {
  copyFileSync(join(root, 'biome.json'), join(house, 'biome.json'));
  for (const name of ['core', 'server', 'client', 'testing', 'watch']) {
    const manifest = join('packages', name, 'package.json');
    mkdirSync(join(house, dirname(manifest)), { recursive: true });
    copyFileSync(join(root, manifest), join(house, manifest));
  }
  for (const { file, source } of [...breaches, ...clean]) seed(file, source);
  seed('packages/client/src/owned.ts', owned);
  findings = lint();
});

afterAll(() => {
  rmSync(house, { recursive: true, force: true });
});

describe('the rule of direction', () => {
  for (const { title, file, finding } of breaches) {
    it(title, () => {
      expect(findings.get(file)).toContainEqual(finding);
    });
  }

  for (const { title, file } of clean) {
    it(title, () => {
      expect(findings.get(file)).toBeUndefined();
    });
  }

  it('has a door in server and in client that may import tsyringe', () => {
    seed('packages/server/src/di/index.ts', "export { container } from 'tsyringe';");
    seed('packages/client/src/di/index.ts', "export { container } from 'tsyringe';");

    const again = lint();

    for (const name of ['server', 'client']) {
      expect(again.get(`packages/${name}/src/di/index.ts`) ?? []).not.toContainEqual(aDoor);
    }
  });
});

function seed(file: string, source: string): void {
  const path = join(house, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${source}\n`);
}

/** Runs the linter over the whole house; gives back what it said of each file. */
function lint(): ReadonlyMap<string, readonly Finding[]> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=github', '--max-diagnostics=none', '--colors=off', '.'],
    { cwd: house, encoding: 'utf8' },
  );

  const said = new Map<string, Finding[]>();
  const line = /^::(?:error|warning|notice) title=(?<rule>[^,]+),file=(?<file>[^,]+),.*?::(?<message>.*)$/gm;
  for (const { groups } of stdout.matchAll(line)) {
    const file = relative(house, groups!['file']!).replaceAll('\\', '/');
    said.set(file, [...(said.get(file) ?? []), { rule: groups!['rule']!, message: groups!['message']! }]);
  }
  if (said.size === 0) throw new Error(`the linter found nothing at all, so it did not run: ${stdout}${stderr}`);
  return said;
}
