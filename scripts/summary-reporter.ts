import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test with `skipIf` or `runIf` is skipped, where it is: what `context.skip(reason)` says for others. */
    skipReason?: string
  }
}

/**
 * Ends a test run with what was skipped and why, and one line to count by:
 * `N passed, N failed, N skipped`. A skipped test that gives no reason fails the run.
 */
export class SummaryReporter implements Reporter {
  /** Only some tests were asked for by name: the others need no reason. */
  #isFiltered = false

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    // A file that cannot even be loaded has no test cases, yet it is a failure.
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length
    const skipped = tests.filter((test) => stateOf(test) === 'skipped')
    const lines = skipped.flatMap((test) => {
      const reason = reasonOf(test)
      if (reason === null && this.#isFiltered) return []
      if (reason === null) process.exitCode = 1
      return `skipped: ${test.fullName} (${reason ?? 'FAILED: it gives no reason'})`
    })
    const passed = tests.filter((test) => stateOf(test) === 'passed').length
    const failed = tests.filter((test) => stateOf(test) === 'failed').length + brokenFiles
    lines.push(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}

function stateOf(test: TestCase): 'passed' | 'failed' | 'skipped' {
  const { state } = test.result()
  // Pending: the run ended before its turn came; nothing was proved.
  return state === 'pending' ? 'failed' : state
}

function reasonOf(test: TestCase): string | null {
  const result = test.result()
  if (result.state === 'skipped' && result.note) return result.note
  return test.meta().skipReason ?? null
}
