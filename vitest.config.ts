import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig } from 'vitest/config';
import { CoverageReporter } from './test/coverage/coverage-reporter.ts';
import { floorsOf } from './test/coverage/floors.ts';
import { TableReporter } from './test/faults/lab/table-reporter.ts';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';
import { aliasesOfSources } from './test/support/sources.ts';

/** vitest leaves one processor free. Of two that is one too many: most tests wait most of the time. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/**
 * What tests the workshop, or knows no Node: explored and simulated time, vectors, programs in other languages. One version
 * of Node is enough for it.
 */
const elsewhere = [
  ...[
    'test/api/**',
    'test/bench/**',
    'test/coverage/**',
    'test/documents/**',
    'test/examples/**',
    'test/fuzz/**',
    'test/lint/**',
    'test/mutants/**',
    'test/release/**',
  ],
  ...[
    'packages/core/test/exploration/**',
    'test/packages/!(packed).test.ts',
    'test/simulated/**',
    'test/vectors/**',
    'test/integration/python-peer.test.ts',
  ],
];
const leftOut = process.env['SYSTOLE_PRODUCT_ONLY'] === '1' ? elsewhere : [];

export default defineConfig({
  resolve: { alias: aliasesOfSources() }, // tests run on sources
  test: {
    testTimeout: 20_000, // for who is stuck; a machine that does much else at the same time is not
    reporters: ['default', new TableReporter(), new CoverageReporter(), new ClosingLineReporter()],
    projects: [
      // Units share nothing but the code under test: without a process for each file they take a third of the time.
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'], exclude: leftOut, isolate: false, maxWorkers },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/faults/**', ...leftOut],
          maxWorkers,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: ['test/faults/stall-guard.test.ts'],
          globalSetup: ['test/faults/lab/janitor-setup.ts', 'test/faults/lab/global-setup.ts'],
        },
      },
      {
        // Five crowds of a thousand are no company for tests that measure: it runs when all others are done.
        extends: true,
        test: {
          name: 'faults-alone',
          include: ['test/faults/stall-guard.test.ts'],
          globalSetup: 'test/faults/lab/janitor-setup.ts',
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      enabled: process.env['SYSTOLE_COVERAGE'] === '1', // CI tests and measures in one run
      provider: 'v8',
      // Those that no test loads count as well, as not run.
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: [['text', { skipFull: true }], 'json-summary'],
      thresholds: floorsOf(new URL('packages', import.meta.url)),
    },
  },
});
