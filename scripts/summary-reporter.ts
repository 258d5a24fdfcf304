import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Ends a test run with what was skipped and why, and one line to count by:
 * `N passed, N failed, N skipped`. A skipped test that gives no reason is shown as such.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    // A file that cannot even be loaded has no test cases, yet it is a failure.
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length
    const skipped = tests.filter((test) => stateOf(test) === 'skipped')
    const lines = skipped.map((test) => `skipped: ${test.fullName} (${reasonOf(test)})`)
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

function reasonOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'skipped' && result.note) return result.note
  // `meta.skipReason`: for the skips that `context.skip(reason)` cannot express.
  const { skipReason: reason } = test.meta() as { skipReason?: unknown }
  return typeof reason === 'string' ? reason : 'no reason given'
}
