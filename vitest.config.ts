import { configDefaults, defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

/** They boot virtual machines, which takes minutes under emulation. Alone: `npm run test:lab`. */
const LAB_TESTS = 'src/**/*.lab.test.ts'

/** Instrumented, whatever starts processes takes several times as long. */
const PATIENCE = process.env['XRBENCH_SANITIZER'] === undefined ? 1 : 4

export default defineConfig({
  test: {
    // One native addon, one pair of cores: a file measures alone, in a process of its own.
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000 * PATIENCE,
    hookTimeout: 60_000 * PATIENCE,
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'machine',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', '{bench,scripts}/**/*.test.mjs'],
          exclude: [...configDefaults.exclude, LAB_TESTS],
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: [LAB_TESTS],
          globalSetup: 'src/lab/fixtures/lab-problem.ts',
          setupFiles: 'src/lab/fixtures/need-lab.ts',
          // After all others: what they show comes sooner.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
