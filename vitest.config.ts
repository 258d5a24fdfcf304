import { configDefaults, defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

// Tests that boot virtual machines take minutes under emulation: `npm run test:lab`.
const LAB_TESTS = ['src/cli/lab.test.ts', 'src/lab/guest.test.ts']
const isLab = process.env.XRBENCH_LAB_TESTS === '1'

export default defineConfig({
  test: {
    ...(isLab ? {} : { exclude: [...configDefaults.exclude, ...LAB_TESTS] }),
    include: isLab
      ? LAB_TESTS
      : ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.mjs'],
    // One native addon, one pair of cores: a file measures alone, in a process of its own.
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', new SummaryReporter()],
  },
})
