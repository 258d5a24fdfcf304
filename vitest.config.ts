import { configDefaults, defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

// `npm test` runs all that `SHORT` has and takes some ten minutes; `npm run test:long` has the rest, and `.ci/run` both.

const ALL_TESTS = ['src/**/*.test.ts', 'scripts/**/*.test.ts', '{bench,scripts}/**/*.test.mjs']

/** They boot virtual machines, which takes minutes under emulation. All of them, alone: `npm run test:lab`. */
const LAB_TESTS = ['src/**/*.lab.test.ts']

/** Simulations, matrices and what else is long by nature, which rarely fails: `npm run test:nightly -- matrices`. */
const NIGHTLY_TESTS = ['src/**/*.nightly.test.ts']
/** … of those, the ones that boot virtual machines. */
const NIGHTLY_LAB_TESTS = [
  'src/cli/run/faults-lab.nightly.test.ts',
  'src/session/rdma-kills.nightly.test.ts',
  'src/session/rdma-sessions.nightly.test.ts',
  'src/transports/rdma-operations.nightly.test.ts',
]

/** They read, count and draw, and measure nothing: two files at once, before all others, and in processes that they share, for to start one and to load what it needs takes longer than most of them. */
const PURE_TESTS = [
  'src/*.test.ts',
  'src/{compare,environment,fixtures,options,plan,report,results}/**/*.test.ts',
  'src/library/validate.test.ts',
  '{bench,scripts}/**/*.test.mjs',
  'scripts/summary-reporter.test.ts',
]

/**
 * What they find out depends on how long something takes, or on both CPUs: one file after the other, at the end. All that is in no list starts
 * processes and waits for them most of the time, or bears with others beside it: three files at once.
 */
const ALONE_TESTS = [
  'src/session/{repetition,seldom,starved}.test.ts',
  'src/transports/**/*.test.ts',
]

/**
 * Set-up and package; each transport, phase and option where `npm test` has one of them; and what nothing but a change of its own room breaks.
 */
const LONG_BESIDE_TESTS = [
  'scripts/api.test.ts',
  'scripts/setup.test.ts',
  'src/cli/files/output-files.test.ts',
  'src/cli/plot/plot.test.ts',
  'src/cli/quic-perf/quic-perf.test.ts',
  'src/cli/run/{path-mtu,reach,rogue-agent,secrets,secure-flags,small-mtu}.test.ts',
  'src/session/secure-bad-days.test.ts',
  'src/session/wire/long-messages.test.ts',
]
const LONG_ALONE_TESTS = [
  'scripts/package.test.ts',
  'src/cli/run/line.test.ts',
  'src/transports/{killed,lifetime,quic-loss,syscalls}.test.ts',
]
const LONG_LAB_TESTS = [
  'src/cli/lab/lab.lab.test.ts',
  'src/cli/run/run.lab.test.ts',
  'src/lab/guest.lab.test.ts',
  'src/rdma/device.lab.test.ts',
  'src/session/confinement.lab.test.ts',
  'src/transports/{busy-poll,kernel-tls,rdma}.lab.test.ts',
]
const LONG_TESTS = [...LONG_BESIDE_TESTS, ...LONG_ALONE_TESTS]

/** Instrumented, whatever starts processes takes several times as long. */
const PATIENCE = process.env.XRBENCH_SANITIZER === undefined ? 1 : 4

const TWO_AT_ONCE = { fileParallelism: true, maxWorkers: 2 }
/** They wait more than they compute. */
const THREE_AT_ONCE = { fileParallelism: true, maxWorkers: 3 }
const [SECOND, THIRD, LAST] = [1, 2, 3].map((groupOrder) => ({ sequence: { groupOrder } }))

interface Files {
  include: string[]
  without?: string[]
}

function project(name: string, { include, without = [] }: Files, options = {}) {
  const exclude = [...configDefaults.exclude, ...LAB_TESTS, ...NIGHTLY_TESTS, ...without]
  return { extends: true as const, test: { name, include, exclude, ...options } }
}

function nightly(name: string, { include, without = [] }: Files) {
  const exclude = [...configDefaults.exclude, ...without]
  return { extends: true as const, test: { name, include, exclude } }
}

/** After all others: what they show comes sooner. */
function inTheLab(name: string, { include, without = [] }: Files) {
  const exclude = [...configDefaults.exclude, ...without]
  const globalSetup = 'src/lab/fixtures/lab-problem.ts'
  const setupFiles = 'src/lab/fixtures/need-lab.ts'
  return {
    extends: true as const,
    test: { name, include, exclude, globalSetup, setupFiles, ...LAST },
  }
}

const PURE = project('pure', { include: PURE_TESTS }, { ...TWO_AT_ONCE, isolate: false })

const SHORT = [
  PURE,
  project(
    'beside',
    { include: ALL_TESTS, without: [...PURE_TESTS, ...ALONE_TESTS, ...LONG_TESTS] },
    { ...THREE_AT_ONCE, ...SECOND },
  ),
  project('alone', { include: ALONE_TESTS, without: LONG_TESTS }, { ...THIRD }),
  inTheLab('lab', { include: LAB_TESTS, without: LONG_LAB_TESTS }),
]

/** For those who name them by `--project`. */
const BY_NAME = [
  PURE,
  // All that need no lab, one file at a time, however they are parted otherwise.
  project('machine', { include: ALL_TESTS }),
  project('long-beside', { include: LONG_BESIDE_TESTS }, { ...TWO_AT_ONCE, ...SECOND }),
  project('long-alone', { include: LONG_ALONE_TESTS }, { ...THIRD }),
  inTheLab('long-lab', { include: LONG_LAB_TESTS }),
  inTheLab('lab', { include: LAB_TESTS }),
  nightly('nightly', { include: NIGHTLY_TESTS, without: NIGHTLY_LAB_TESTS }),
  inTheLab('nightly-lab', { include: NIGHTLY_LAB_TESTS }),
]
const isNamed = process.argv.some((arg) => arg.startsWith('--project'))

export default defineConfig({
  test: {
    pool: 'forks',
    // One native addon, one pair of cores: a file measures alone, in a process of its own.
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000 * PATIENCE,
    hookTimeout: 60_000 * PATIENCE,
    reporters: ['default', new SummaryReporter()],
    projects: isNamed ? BY_NAME : SHORT,
  },
})
