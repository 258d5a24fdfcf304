import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  createDocument,
  finishDocument,
  recordRepetition,
  skipCase,
} from '../../results/document/document.js'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { quietMachine, virtualMachine } from '../../results/fixtures/environments.js'
import { documentAt } from '../../results/fixtures/places.js'
import {
  caseOf,
  effectiveOf,
  pingPongReport,
  streamReport,
} from '../../results/fixtures/reports.js'
import { renderTable } from './table.js'

const plain = { width: 140, color: false }
const lines = (text: string) => text.split('\n')

describe('a table', () => {
  const doc = documentOf(mixedCases(), 2, { client: virtualMachine() })

  test('has one row for each case where the width allows it', async () => {
    await expect(renderTable(doc, plain)).toMatchFileSnapshot('fixtures/mixed-140.txt')
  })

  test('is split into latency and cost where it does not', async () => {
    await expect(renderTable(doc, { ...plain, width: 80 })).toMatchFileSnapshot(
      'fixtures/mixed-80.txt',
    )
  })

  test.each([60, 80, 100, 120, 140, 200])('stays within %i columns', (width) => {
    const widest = Math.max(
      ...lines(renderTable(doc, { width, color: false })).map((l) => l.length),
    )
    expect(widest).toBeLessThanOrEqual(width)
  })

  test('says with colour nothing that it does not say without', () => {
    const colored = renderTable(doc, { ...plain, color: true })
    expect(colored).not.toBe(renderTable(doc, plain))
    expect(stripVTControlCharacters(colored)).toBe(renderTable(doc, plain))
  })
})

describe('rows', () => {
  const c = caseOf('tcp', 'ping-pong')
  const machines = { client: quietMachine(), server: quietMachine() }
  const rowOf = (text: string, key = c.key) =>
    lines(text).find((line) => line.startsWith(key)) ?? ''

  test('without doubt have no flag, and nothing is explained that does not occur', () => {
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(rowOf(text)).toMatch(/^tcp\/ping-pong\/64B\/block {2}network .* 120 k$/)
    expect(text).not.toMatch(/lost|Goodput:| runs {2}|few-repetitions/)
  })

  test('leave out a percentile that has too few samples, without calling that a doubt', () => {
    const report = pingPongReport({ rounds: 2_000, bodyNs: 20_000 })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(rowOf(text)).toMatch(/25\.1 µs +30\.0 µs +– /)
    expect(text).not.toContain('too-few-samples')
  })

  test('at a rate that was not reached are marked', () => {
    const at = { messageSizeBytes: 1_000, rateBitsPerSec: 8e6 }
    const stream = caseOf('udp', 'stream', at)
    const of = (messagesPerSec: number) => {
      const report = streamReport({ messagesPerSec, sizeBytes: 1_000 })
      return renderTable(documentOf([{ case: stream, report }]), plain)
    }
    expect(of(950)).toMatch(
      /^a below-rate +the senders stayed more than 1 % below the rate that was asked for$/m,
    )
    expect(rowOf(of(950), stream.key)).toMatch(/ a$/)
    expect(of(1_000)).not.toContain('below-rate')
  })

  test('over which nothing arrived, or over some connections of which, are marked', () => {
    const stream = caseOf('tcp', 'stream', { messageSizeBytes: 1_000, streams: 2 })
    const of = (messagesPerSec: number, silentFrom: number) => {
      const report = streamReport({ messagesPerSec, sizeBytes: 1_000, streams: 2 })
      const links = report.server.outcome?.links ?? []
      links.forEach((link, i) => {
        if (i >= silentFrom) links[i] = { ...link, marks: [] }
      })
      return renderTable(documentOf([{ case: stream, report }]), plain)
    }
    expect(of(0, 2)).toMatch(/nothing-arrived +not one message arrived in the measured phase/)
    expect(of(1_000, 0)).toMatch(/nothing-arrived +not one message/)
    expect(of(1_000, 1)).toMatch(/starved-links +over some connections nothing arrived/)
    expect(of(1_000, 2)).not.toMatch(/nothing-arrived|starved-links/)
  })

  test('with too few samples for p99 are marked', () => {
    const report = pingPongReport({ rounds: 200, bodyNs: 20_000 })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(rowOf(text)).toMatch(/ a$/)
    expect(text).toMatch(/^a too-few-samples {2}too few samples for p50 or p99/m)
  })

  test('never show a percentile above the maximum', () => {
    const latency = Array.from({ length: 20_000 }, () => 99_950)
    const report = pingPongReport({ rounds: latency.length, bodyNs: 20_000 })
    const doc = documentOf([{ case: c, report }])
    const merged = doc.cases[0]?.summary?.latency
    if (!merged) throw new Error('a ping-pong has a latency')
    Object.assign(merged, { maxNs: 99_949, percentiles: { ...merged.percentiles, p999: 100_031 } })
    expect(rowOf(renderTable(doc, plain))).toMatch(/99\.9 µs +99\.9 µs/)
  })

  test('of one machine say loopback', () => {
    const client = { effective: effectiveOf({ remoteAddress: '127.0.0.1' }) }
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000, client })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(rowOf(text)).toMatch(/ loopback .* a$/)
    expect(text).toContain('no network was crossed')
  })

  test('say of how many runs a flag is that not all of them have', () => {
    const doc = createDocument({
      command: [],
      plan: { cases: [c], repetitions: 8 },
      version: '0.1.0',
      ...machines,
    })
    const late = { scheduling: { wallNs: 2e9, onCpuNs: 1e9, runDelayNs: 1e8 } }
    for (let index = 0; index < 8; index++) {
      const link = { pinnedCpu: null, ...(index < 5 ? late : {}) }
      const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000, link })
      recordRepetition(doc, { case: c, index, order: index }, report)
    }
    const text = renderTable(doc, plain)
    expect(rowOf(text)).toMatch(/ a b5\/8$/)
    expect(text).toMatch(/\na unpinned .*\nb harness-overload /)
    expect(text.replaceAll('\n', ' ')).toContain(
      'A fraction after a flag: so many of the runs have it.',
    )
  })

  test('that were not run, failed or cut short say why', () => {
    const [other, last] = [caseOf('udp', 'ping-pong'), caseOf('tcp', 'stream')]
    const plan = { cases: [c, other, last], repetitions: 3 }
    const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
    const failure = {
      code: 'XRB_STALLED',
      exitCode: 5,
      message: 'No progress for 5 s.',
      hint: null,
    }
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    recordRepetition(doc, { case: c, index: 0, order: 0 }, report)
    recordRepetition(doc, { case: c, index: 1, order: 1 }, { ...report, status: 'failed', failure })
    skipCase(doc, last, { code: 'XRB_UNSUPPORTED', message: 'Not here.\n  detail', hint: null })
    finishDocument(doc, 'aborted')
    const text = renderTable(doc, plain)
    expect(rowOf(text)).toMatch(/ 1\/3 {2}a c1\/2$/)
    expect(rowOf(text, other.key)).toMatch(/ – .* 0\/3 {2}b$/)
    expect(text).toContain(`${c.key} failed in run 2: No progress for 5 s.\n`)
    expect(text).toContain(`${last.key} was not run: Not here.\n`)
    expect(lines(text).filter((line) => line.startsWith('*'))).toEqual([])
    expect(text.replaceAll('\n', ' ')).toContain('over all samples of the runs that completed')
  })

  test('without a figure leave the names over their columns whole', () => {
    const plan = { cases: [c], repetitions: 3 }
    const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
    finishDocument(doc, 'aborted')
    expect(lines(renderTable(doc, plain))[0]).toMatch(/full round trip .*CPU per message/)
  })

  test('break a long name after a slash', () => {
    const key = 'udp/stream/1400B/block/both/streams=4/rate=500M/sndbuf=4MiB/rcvbuf=4MiB'
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    const text = renderTable(documentOf([{ case: { ...c, key }, report }]), { ...plain, width: 80 })
    expect(text).toContain('\nudp/stream/1400B/block/')
    expect(text).toContain('\n  both/streams=4/')
    expect(Math.max(...lines(text).map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('rows of several places', () => {
  test('are grouped under where they ran', async () => {
    const text = renderTable(documentAt('host', 'lab'), plain)
    await expect(text).toMatchFileSnapshot('fixtures/places-140.txt')
  })

  test('say of the lab how it was', () => {
    const doc = documentAt('lab')
    if (doc.lab) Object.assign(doc.lab, { guests: 1, accelerator: 'kvm', netem: 'delay 5ms' })
    const text = renderTable(doc, plain)
    expect(text).toContain('\nin the lab: one guest, shaped by delay 5ms, KVM, kernel 6.1.0-1')
    expect(text).not.toContain('on this machine')
  })
})

test('a run without cases explains itself', () => {
  const plan = { cases: [], repetitions: 1 }
  const machines = { client: quietMachine(), server: quietMachine() }
  const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
  expect(renderTable(doc, plain)).toMatch(/^CPU: .*\n$/s)
})
