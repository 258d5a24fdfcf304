import { expect, test } from 'vitest'
import { MEASURE } from '../options/measure.js'
import type { Group } from '../options/option.js'
import { WORKLOAD_NAMES, type WorkloadName } from '../options/workloads.js'
import type { CaseResult } from '../results/schema/schema.js'
import { caseIn, sourceOf, TCP, UDP } from './fixtures/sources.js'
import { pairCases } from './pairing.js'
import { questionOf } from './question.js'
import { requestFacts } from './request-facts.js'

const TABLE: Group = MEASURE
const questions = Object.entries(TABLE).flatMap(([member, { held, each = member }]) =>
  held === 'question' ? [each] : [],
)

/** Of one source a case over TCP and one over UDP, of a workload, with what is given. */
function cases(workload: WorkloadName, ofUdp: object = {}) {
  const source = sourceOf([1, 1.1, 0.9], { keys: [TCP, UDP] })
  const [tcp, udp] = [caseIn(source, TCP), caseIn(source, UDP)]
  for (const one of [tcp, udp]) one.workload = workload
  const { pin } = tcp.parameters.requested
  Object.assign(udp.parameters.requested, { ...tcp.parameters.requested, pin, ...ofUdp })
  return { source, udp }
}

test.each(WORKLOAD_NAMES)('a question of %s parts cases of two transports', (workload) => {
  const pairsWith = (ofUdp: object) => {
    const { source } = cases(workload, ofUdp)
    return pairCases(source, source, 'transport').pairs.length
  }
  expect(pairsWith({})).toBe(1)
  const asked = questionOf(cases(workload).udp)
  for (const name of questions) {
    expect([name, pairsWith({ [name]: 'another' })]).toEqual([name, name in asked ? 0 : 1])
  }
})

test('each is one of some workload, and stops a comparison', () => {
  const asked = WORKLOAD_NAMES.flatMap((workload) => Object.keys(questionOf(cases(workload).udp)))
  expect([...new Set(asked)].sort()).toEqual([...questions].sort())
  const { udp } = cases('stream')
  const ofAll = { ...udp.parameters.requested, responseSizeBytes: 1, inflight: 1 }
  const facts = requestFacts(ofAll as CaseResult['parameters']['requested'])
  const stops = facts.filter(({ weight }) => weight === 'stop').map(({ name }) => name)
  // How was waited has a fact of its own.
  expect(stops).toHaveLength(questions.length - 1)
})
