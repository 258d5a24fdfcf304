import { configDefaults, defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

/** They boot virtual machines, which takes minutes under emulation. Alone: `npm run test:lab`. */
const LAB_TESTS = 'src/**/*.lab.test.ts'

/** They read, count and draw, and measure nothing: two files at once, before all others, and in processes that they share, for to start one and to load what it needs takes longer than most of them. */
const PURE_TESTS = [
  'src/*.test.ts',
  'src/{compare,environment,fixtures,options,plan,report,results}/**/*.test.ts',
  '{bench,scripts}/**/*.test.mjs',
  'scripts/summary-reporter.test.ts',
]

/** They start commands that read and write files, and measure for a moment at most: two files at once, before those that have the machine to themselves. */
const BESIDE_TESTS = [
  'src/cli/{compare,export,files,plot,report,show,validate}/**/*.test.ts',
  'src/cli/run/{bad-input,secrets}.test.ts',
]
const ALL_TESTS = ['src/**/*.test.ts', 'scripts/**/*.test.ts', '{bench,scripts}/**/*.test.mjs']

/** `--project machine`: all that need no lab, one file at a time, however they are parted otherwise. */
const isAskedForMachine = process.argv.some((arg) => /^(--project=)?machine$/.test(arg))

/** Instrumented, whatever starts processes takes several times as long. */
const PATIENCE = process.env.XRBENCH_SANITIZER === undefined ? 1 : 4

const TWO_AT_ONCE = { fileParallelism: true, maxWorkers: 2 }

const PARTED = [
  project('pure', PURE_TESTS, { ...TWO_AT_ONCE, isolate: false }),
  project('beside', BESIDE_TESTS, { ...TWO_AT_ONCE, sequence: { groupOrder: 1 } }),
  project('alone', ALL_TESTS, { sequence: { groupOrder: 2 } }, [...PURE_TESTS, ...BESIDE_TESTS]),
]

function project(name: string, include: string[], options = {}, without: string[] = []) {
  const exclude = [...configDefaults.exclude, LAB_TESTS, ...without]
  return { extends: true as const, test: { name, include, exclude, ...options } }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // One native addon, one pair of cores: a file measures alone, in a process of its own.
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000 * PATIENCE,
    hookTimeout: 60_000 * PATIENCE,
    reporters: ['default', new SummaryReporter()],
    projects: [
      ...(isAskedForMachine ? [project('machine', ALL_TESTS)] : PARTED),
      {
        extends: true,
        test: {
          name: 'lab',
          include: [LAB_TESTS],
          globalSetup: 'src/lab/fixtures/lab-problem.ts',
          setupFiles: 'src/lab/fixtures/need-lab.ts',
          // After all others: what they show comes sooner.
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
