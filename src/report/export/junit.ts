import type { CompareDocument, GateResult } from '../../compare/schema.js'
import { harmless } from '../../foreign.js'

/**
 * The gates of a comparison as test cases, for what shows JUnit's XML: a suite for each file that was held against the base. What a gate found worse,
 * or was not measured to its end, is a failure; what it could not decide is an error, for a test that decides nothing has not passed.
 */
export function exportJunit({ gates, comparisons }: CompareDocument): string {
  const files = [...new Set([...comparisons.map((one) => one.new.file), ...gates.map(fileOf)])]
  const suites = files.map((file) => ({ file, own: gates.filter((gate) => gate.file === file) }))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="xrbench compare" ${countsOf(gates)}>`,
    ...suites.flatMap(({ file, own }) => [
      `  <testsuite name="${escaped(file)}" ${countsOf(own)}>`,
      ...own.flatMap(testCase),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

const fileOf = ({ file }: GateResult) => file

function countsOf(gates: readonly GateResult[]): string {
  const kinds = gates.map(({ verdict }) => elementOf(verdict))
  const number = (kind: string) => kinds.filter((one) => one === kind).length
  return `tests="${gates.length}" failures="${number('failure')}" errors="${number('error')}"`
}

function testCase({ gate, case: key, place, metric, verdict, reason }: GateResult): string[] {
  const element = elementOf(verdict)
  const where = place === 'lab' ? `${key} (lab)` : key
  const head = `    <testcase classname="${escaped(where)}" name="${escaped(gate)}"`
  if (element === null) return [`${head}/>`]
  const said = escaped(`${metric}: ${reason}`)
  return [`${head}>`, `      <${element} type="${verdict}" message="${said}"/>`, '    </testcase>']
}

/** A pass has none. */
function elementOf(verdict: GateResult['verdict']): 'failure' | 'error' | null {
  if (verdict === 'pass') return null
  return verdict === 'inconclusive' ? 'error' : 'failure'
}

/** XML has no way to write most controls, nor halves of letters. */
function escaped(text: string): string {
  return harmless(text)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
