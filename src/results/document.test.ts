import { describe, expect, test } from 'vitest'
import { allFlags, createDocument, finishDocument, recordRepetition, skipCase } from './document.js'
import { documentOf, mixedCases } from './fixtures/documents.js'
import { quietMachine, virtualMachine } from './fixtures/environments.js'
import { caseOf, pingPongReport } from './fixtures/reports.js'
import { type ResultDocument, resultSchema } from './schema.js'

const [first, second] = [caseOf('tcp', 'ping-pong'), caseOf('udp', 'ping-pong')]
const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })

function begin(repetitions: number): ResultDocument {
  const machines = { client: quietMachine(), server: quietMachine() }
  const plan = { cases: [first, second], repetitions }
  return createDocument({ command: ['xrbench', 'run'], plan, version: '0.1.0', ...machines })
}

function statuses(doc: ResultDocument): string[] {
  return [doc.status, ...doc.cases.map(({ status }) => status)]
}

test('is valid from its first moment to its last', () => {
  const doc = begin(2)
  expect(resultSchema.parse(doc)).toEqual(doc)
  expect(statuses(doc)).toEqual(['running', 'pending', 'pending'])
  recordRepetition(doc, { case: first, index: 0, order: 0 }, report)
  expect(resultSchema.parse(doc)).toEqual(doc)
  expect(statuses(doc)).toEqual(['running', 'running', 'pending'])
  recordRepetition(doc, { case: second, index: 0, order: 1 }, report)
  recordRepetition(doc, { case: second, index: 1, order: 2 }, report)
  recordRepetition(doc, { case: first, index: 1, order: 3 }, report)
  finishDocument(doc, 'completed')
  expect(resultSchema.parse(doc)).toEqual(doc)
  expect(statuses(doc)).toEqual(['completed', 'completed', 'completed'])
})

test('survives being written and read', () => {
  const doc = documentOf(mixedCases())
  expect(resultSchema.parse(JSON.parse(JSON.stringify(doc)))).toEqual(doc)
})

test('takes path, settings and build from the first report that has them', () => {
  const doc = documentOf(mixedCases())
  expect(doc.cases[0]).toMatchObject({
    path: 'network',
    parameters: { effective: { client: { congestionControl: 'cubic' } } },
  })
  expect(doc.tool.build).toEqual({ compiler: 'gcc 12', flags: '-O3', sanitizer: null })
})

test('an aborted run keeps what there is, marked', () => {
  const doc = begin(2)
  recordRepetition(doc, { case: first, index: 0, order: 0 }, report)
  recordRepetition(doc, { case: second, index: 0, order: 1 }, { ...report, status: 'aborted' })
  finishDocument(doc, 'aborted')
  expect(statuses(doc)).toEqual(['aborted', 'aborted', 'aborted'])
  expect(doc.flags).toEqual(['aborted'])
  expect(doc.cases[0]?.flags).toEqual(['few-repetitions', 'aborted'])
  expect(doc.cases[1]?.summary?.latency?.count).toBe(40_000)
  expect(resultSchema.parse(doc)).toEqual(doc)
})

test('a failed repetition marks its case and is left out of the summary', () => {
  const doc = begin(2)
  const failure = { code: 'XRB_STALLED', exitCode: 5, message: 'Stalled.', hint: null }
  recordRepetition(doc, { case: first, index: 0, order: 0 }, report)
  recordRepetition(
    doc,
    { case: first, index: 1, order: 1 },
    { ...report, status: 'failed', failure },
  )
  finishDocument(doc, 'failed', { code: 'XRB_STALLED', message: 'Stalled.', hint: null })
  expect(statuses(doc)).toEqual(['failed', 'failed', 'aborted'])
  expect(doc.cases[0]?.summary).toMatchObject({ repetitions: 1, latency: { count: 40_000 } })
  expect(doc.cases[0]?.flags).toContain('failed')
})

test('a skipped case says why', () => {
  const doc = begin(1)
  skipCase(doc, second, { code: 'XRB_UNSUPPORTED', message: 'Not here.', hint: null })
  finishDocument(doc, 'completed')
  expect(doc.cases[1]).toMatchObject({ status: 'skipped', skipped: { code: 'XRB_UNSUPPORTED' } })
  expect(resultSchema.parse(doc)).toEqual(doc)
})

describe('flags', () => {
  test('of the machines stand at the file, those of the measurement at the case', () => {
    const machines = { client: virtualMachine(), server: quietMachine() }
    const doc = documentOf(mixedCases(), 2, machines)
    expect(doc.flags).toEqual(['virtual-machine', 'governor', 'throttled'])
    expect(doc.cases.map(({ flags }) => flags)).toEqual([
      ['few-repetitions'],
      ['loss', 'few-repetitions'],
      ['few-repetitions'],
      ['loss', 'few-repetitions'],
    ])
    expect(allFlags(doc)).toEqual([
      'virtual-machine',
      'loss',
      'governor',
      'few-repetitions',
      'throttled',
    ])
  })

  test('too few samples each, enough together', () => {
    const short = pingPongReport({ rounds: 600, bodyNs: 20_000 })
    const doc = documentOf([{ case: first, report: short }], 3)
    expect(doc.cases[0]?.repetitions[0]?.flags).toEqual(['too-few-samples'])
    expect(doc.cases[0]?.flags).toEqual([])
    expect(doc.cases[0]?.summary?.latency?.percentiles.p99).not.toBeNull()
    expect(doc.cases[0]?.summary?.spread.p99Ns).toBeNull()
  })
})

test('refuses a case that is not of its plan', () => {
  expect(() =>
    skipCase(begin(1), caseOf('tcp', 'stream'), { code: 'X', message: '', hint: null }),
  ).toThrow()
})
