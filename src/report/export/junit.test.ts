import { describe, expect, test } from 'vitest'
import { compareTwo, conclude } from '../../compare/compare.js'
import { sourceOf, TCP } from '../../compare/fixtures/sources.js'
import { parseGate } from '../../compare/gate.js'
import { exportJunit } from './junit.js'

const steady = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015]
const noisy = [1, 1.6, 0.7, 1.3, 0.8, 1.2, 0.9, 1.1]
const slower = steady.map((level) => level * 1.2)

function compared(levels: readonly number[], ...gates: string[]) {
  const [base, other] = [steady, levels].map((one) => sourceOf(one, { keys: [TCP] }))
  if (base === undefined || other === undefined) throw new Error('two sources')
  const settings = { across: null, forced: false, gates: gates.map(parseGate) }
  const file = 'a<b>&"c".json'
  return conclude(base, [compareTwo(base, { ...other, file }, null)], settings)
}

describe('JUnit', () => {
  test('has a test case for each gate: a regression is a failure, a pass neither', () => {
    const text = exportJunit(compared(slower, 'throughput:-5%', 'p50:+90%'))
    expect(text).toContain('<testsuites name="xrbench compare" tests="2" failures="1" errors="0">')
    expect(text).toContain('<testsuite name="a&lt;b&gt;&amp;&quot;c&quot;.json" tests="2"')
    expect(text).toMatch(
      /<testcase classname="tcp\/[^"]+" name="throughput:-5%">\n +<failure type="regression" message="throughput: [^"<]+"\/>/,
    )
    expect(text).toMatch(/<testcase classname="tcp\/[^"]+" name="p50:\+90%"\/>/)
  })

  test('what could not be decided is an error, never green', () => {
    const text = exportJunit(compared(noisy, 'throughput:-1%'))
    expect(text).toMatch(/errors="1"/)
    expect(text).toMatch(/<error type="inconclusive" message="throughput: /)
  })
})
