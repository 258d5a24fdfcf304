import { configDefaults, defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

/** They boot virtual machines, which takes minutes under emulation. Alone: `npm run test:lab`. */
const LAB_TESTS = 'src/**/*.lab.test.ts'

/** Simulations, matrices and what else is long by nature, which rarely fails: `npm run test:nightly -- long`. */
const NIGHTLY_TESTS = 'src/**/*.nightly.test.ts'

/** They read, count and draw, and measure nothing: two files at once, before all others, and in processes that they share, for to start one and to load what it needs takes longer than most of them. */
const PURE_TESTS = [
  'src/*.test.ts',
  'src/{compare,environment,fixtures,options,plan,report,results}/**/*.test.ts',
  '{bench,scripts}/**/*.test.mjs',
  'scripts/summary-reporter.test.ts',
]

/**
 * What they find out depends on how long something takes, or on both CPUs: one file after the other, at the end. All that is in no list starts
 * processes and waits for them most of the time, or bears with another one beside it: two files at once.
 */
const ALONE_TESTS = [
  'scripts/package.test.ts',
  'src/addon/native.test.ts',
  'src/cli/run/{line,run}.test.ts',
  'src/session/{repetition,seldom,starved}.test.ts',
  'src/transports/**/*.test.ts',
]
const ALL_TESTS = ['src/**/*.test.ts', 'scripts/**/*.test.ts', '{bench,scripts}/**/*.test.mjs']

/** Whether `--project` names it: these are made for those who do. */
function isAskedFor(project: string): boolean {
  return process.argv.some(
    (arg, i) =>
      arg === `--project=${project}` || (arg === project && process.argv[i - 1] === '--project'),
  )
}

/** Instrumented, whatever starts processes takes several times as long. */
const PATIENCE = process.env.XRBENCH_SANITIZER === undefined ? 1 : 4

const TWO_AT_ONCE = { fileParallelism: true, maxWorkers: 2 }

const PARTED = [
  project('pure', PURE_TESTS, { ...TWO_AT_ONCE, isolate: false }),
  project('beside', ALL_TESTS, { ...TWO_AT_ONCE, sequence: { groupOrder: 1 } }, [
    ...PURE_TESTS,
    ...ALONE_TESTS,
  ]),
  project('alone', ALONE_TESTS, { sequence: { groupOrder: 2 } }),
]

function project(name: string, include: string[], options = {}, without: string[] = []) {
  const exclude = [...configDefaults.exclude, LAB_TESTS, NIGHTLY_TESTS, ...without]
  return { extends: true as const, test: { name, include, exclude, ...options } }
}

function inTheLab(name: string, include: string) {
  const globalSetup = 'src/lab/fixtures/lab-problem.ts'
  const setupFiles = 'src/lab/fixtures/need-lab.ts'
  // After all others: what they show comes sooner.
  const sequence = { groupOrder: 3 }
  return {
    extends: true as const,
    test: { name, include: [include], globalSetup, setupFiles, sequence },
  }
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
      // All that need no lab, one file at a time, however they are parted otherwise.
      ...(isAskedFor('machine') ? [project('machine', ALL_TESTS)] : PARTED),
      inTheLab('lab', LAB_TESTS),
      ...(isAskedFor('nightly') ? [inTheLab('nightly', NIGHTLY_TESTS)] : []),
    ],
  },
})
