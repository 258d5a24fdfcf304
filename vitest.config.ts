import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.js'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.mjs'],
    // One native addon, one pair of cores: a file measures alone, in a process of its own.
    pool: 'forks',
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', new SummaryReporter()],
  },
})
