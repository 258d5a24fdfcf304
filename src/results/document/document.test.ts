import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { quietMachine, virtualMachine } from '../fixtures/environments.js'
import { documentAt } from '../fixtures/places.js'
import { caseOf, effectiveOf, pingPongReport } from '../fixtures/reports.js'
import { type ResultDocument, resultSchema } from '../schema/schema.js'
import { redact } from '../store/redact.js'
import { allFlags, createDocument, finishDocument, recordRepetition, skipCase } from './document.js'

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

test('says what a later repetition was granted otherwise than the first', () => {
  const doc = begin(4)
  const granted = (change: Parameters<typeof effectiveOf>[0]) =>
    pingPongReport({ rounds: 40_000, bodyNs: 20_000, client: { effective: effectiveOf(change) } })
  const record = (index: number, one: typeof report) => {
    recordRepetition(doc, { case: first, index, order: index }, one)
    return doc.cases[0]
  }
  record(0, granted({ localPort: 1, congestionControl: 'cubic' }))
  expect(record(1, granted({ localPort: 2, sendBufferBytes: 7 }))?.parameters).not.toHaveProperty(
    'changed',
  )
  expect(doc.cases[0]?.flags).not.toContain('settings-changed')
  const bbr = granted({ congestionControl: 'bbr', gso: true })
  expect(record(2, { ...bbr, status: 'failed' })?.flags).not.toContain('settings-changed')
  expect(record(3, bbr)).toMatchObject({
    parameters: {
      effective: { client: { congestionControl: 'cubic' } },
      changed: ['client congestionControl', 'client gso'],
    },
    flags: expect.arrayContaining(['settings-changed']),
  })
  expect(resultSchema.parse(doc)).toEqual(doc)
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

describe('places', () => {
  test('a key occurs at each of them, and their flags stand at their rows', () => {
    const doc = documentAt('host', 'lab')
    expect(doc.cases.map(({ key, place, path, flags }) => [key, place, path, flags])).toEqual([
      ['tcp/ping-pong/64B/block', 'host', 'network', []],
      ['tcp/ping-pong/64B/block', 'lab', 'lab', ['emulated-cpu', 'virtual-machine']],
    ])
    expect(doc.flags).toEqual([])
    expect(doc.environment.client.hostname).toBe('left')
    expect(doc.labEnvironment?.server.hostname).toBe('lab2')
    expect(resultSchema.parse(doc)).toEqual(doc)
  })

  test('of a run wholly in the lab, its guests are the environment', () => {
    const doc = documentAt('lab')
    expect(doc.environment).toEqual(doc.labEnvironment)
    expect(doc.flags).toEqual(['emulated-cpu', 'virtual-machine'])
    expect(doc.cases[0]).toMatchObject({ path: 'lab', flags: [] })
  })

  test('a run without a lab says so', () => {
    expect(documentAt('host')).toMatchObject({ lab: null, labEnvironment: null })
  })

  test('what is planned to be left out is there, with the reason', () => {
    const reason = { code: 'XRB_RDMA_UNAVAILABLE', message: 'No device.', hint: null }
    const plan = { cases: [first], skipped: [{ case: second, reason }], repetitions: 1 }
    const machines = { client: quietMachine(), server: quietMachine() }
    const doc = createDocument({ command: [], plan, ...machines, version: '0.1.0' })
    expect(doc.cases[1]).toMatchObject({ key: second.key, status: 'skipped', skipped: reason })
    expect(resultSchema.parse(doc)).toEqual(doc)
  })

  test('are redacted too', () => {
    const text = JSON.stringify(redact(documentAt('host', 'lab')))
    expect(text).not.toMatch(/"(lab1|lab2|left)"/)
  })
})

test('refuses a case that is not of its plan', () => {
  expect(() =>
    skipCase(begin(1), caseOf('tcp', 'stream'), { code: 'X', message: '', hint: null }),
  ).toThrow()
})
