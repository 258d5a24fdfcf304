import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
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
import type { tcpSchema } from '../../results/schema/measures.js'
import { renderTable } from './table.js'

const plain = { width: 140, color: false }
/** Of a kernel that tells nothing. */
const TCP: z.infer<typeof tcpSchema> = {
  ...{ connections: 1, segmentsSent: null, segmentsReceived: null, segmentsRetransmitted: null },
  ...{ bytesSent: null, bytesRetransmitted: 0, bytesReceived: null, duplicatesReported: null },
  ...{ reorderingsSeen: null, congestionMarks: null, busyNs: null, receiveWindowLimitedNs: null },
  ...{ sendBufferLimitedNs: null, smoothedRttNs: null, rttVariationNs: null, minRttNs: null },
  ...{ congestionWindowBytes: null, slowStartThresholdBytes: null },
  ...{ deliveryRateBitsPerSec: null, pacingRateBitsPerSec: null },
}
const lines = (text: string) => text.split('\n')

describe('a table', () => {
  const doc = documentOf(mixedCases(), 2, { client: virtualMachine() })

  test('has one row for each case where the width allows it', async () => {
    await expect(renderTable(doc, plain)).toMatchFileSnapshot('fixtures/mixed-140.txt')
  })

  test('is split into figures and cost where it does not', async () => {
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
    expect(text).toMatch(/^Path: network\n\n/)
    expect(rowOf(text)).toMatch(/^tcp\/ping-pong\/64B\/block +25\.0 µs .* 120 k$/)
    expect(text).not.toMatch(/lost|Goodput:| runs {2,}\d|few-repetitions|flags| – /)
  })

  test('leave out a percentile that has too few samples, without calling that a doubt', () => {
    const report = pingPongReport({ rounds: 2_000, bodyNs: 20_000 })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(rowOf(text)).toMatch(/25\.1 µs +±0 % +30\.0 µs +– /)
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
      /^below-rate +the senders stayed more than 1 % below the rate that was asked for$/m,
    )
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
    expect(text).toMatch(/^Of all rows:\ntoo-few-samples {2}too few samples for p50 or p99/m)
  })

  test('never show a percentile above the maximum', () => {
    const latency = Array.from({ length: 20_000 }, () => 99_950)
    const report = pingPongReport({ rounds: latency.length, bodyNs: 20_000 })
    const doc = documentOf([{ case: c, report }])
    const merged = doc.cases[0]?.summary?.latency
    if (!merged) throw new Error('a ping-pong has a latency')
    Object.assign(merged, { maxNs: 99_949, percentiles: { ...merged.percentiles, p999: 100_031 } })
    expect(rowOf(renderTable(doc, plain))).toMatch(/99\.9 µs +58\.8 µs +99\.9 µs/)
  })

  test('of one machine say loopback', () => {
    const client = { effective: effectiveOf({ remoteAddress: '127.0.0.1' }) }
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000, client })
    const text = renderTable(documentOf([{ case: c, report }]), plain)
    expect(text).toMatch(
      /^Path: loopback\nOf all rows:\nloopback +both ends .*no network was crossed\n/,
    )
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
    expect(rowOf(text)).toMatch(/ {2}harness-overload 5\/8$/)
    expect(text).toMatch(/^Of all rows:\nunpinned (?:.*\n)*\nharness-overload /m)
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
    expect(rowOf(text)).toMatch(/ 1\/3 {2}failed 1\/2$/)
    expect(rowOf(text, other.key)).toBe('')
    expect(text).toContain(`\nNot measured: the run was cut short: ${other.key}.\n`)
    expect(text).toContain(`${c.key} failed in run 2: No progress for 5 s.\n`)
    expect(text).toContain(`${last.key} was not run: Not here.\n`)
    expect(text).toMatch(/^Of all rows:\n(?:.*\n)*aborted +the run was cut short/m)
    expect(text.replaceAll('\n', ' ')).toContain('over all samples of the runs that completed')
  })

  test('without a figure are a sentence, and no table', () => {
    const plan = { cases: [c, caseOf('udp', 'ping-pong')], repetitions: 3 }
    const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
    finishDocument(doc, 'aborted')
    expect(renderTable(doc, plain)).toBe(
      'Nothing was measured: the run was cut short before a first run had a figure.\n',
    )
  })

  test('of what was cut short in the middle say so, and nothing of runs that are not there', () => {
    const plan = { cases: [c], repetitions: 3 }
    const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    recordRepetition(doc, { case: c, index: 0, order: 0 }, { ...report, status: 'aborted' })
    finishDocument(doc, 'aborted')
    const text = renderTable(doc, plain)
    expect(rowOf(text)).toMatch(/ 0\/3$/)
    expect(text).toContain('figures are of what was measured until it was cut short')
    expect(text).not.toMatch(/3 runs|median run|±/)
  })

  test('that all lost something, and none, keep their column; what came back is told beside it', () => {
    const of = (lost: number) => {
      const report = pingPongReport({ rounds: 4_000, bodyNs: 20_000, lost })
      return renderTable(documentOf([{ case: caseOf('udp', 'ping-pong'), report }]), plain)
    }
    expect(of(0)).toMatch(/ lost +max .*\nudp.* 0 % /)
    expect(of(0)).not.toContain('came back')
    expect(of(80)).toMatch(
      /^udp\/ping-pong\/64B\/block, of what came back: (?:p50 .*)?p99 [\d.]+ µs.*, max [\d.]+ µs\.$/m,
    )
  })

  test('of streams have a table of their own, with what was sent again', () => {
    const report = streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 })
    const stream = caseOf('tcp', 'stream', { messageSizeBytes: 1_000 })
    const round = { case: c, report: pingPongReport({ rounds: 40_000, bodyNs: 20_000 }) }
    const doc = documentOf([round, { case: stream, report }])
    const again = { bytesSent: 1e6, bytesRetransmitted: 250_000 }
    for (const one of doc.cases[1]?.repetitions ?? [])
      one.tcp = { client: { ...TCP, ...again }, server: { ...TCP, bytesSent: 0 } }
    const text = renderTable(doc, plain)
    expect(text).toMatch(/\ncase +goodput +± +msgs\/s +resent +client +server\ntcp\/stream/)
    expect(rowOf(text, stream.key)).toMatch(/ 8\.00 Mbit\/s +±0 % +1\.00 k +25 % +[\d.]+ +[\d.]+$/)
    expect(rowOf(text, stream.key)).not.toContain('–')
    expect(rowOf(text)).not.toContain('bit/s')
  })

  test('show no range of tails that not all runs have, for the whole may lie outside of it', () => {
    const report = pingPongReport({ rounds: 40_000, bodyNs: 20_000 })
    const doc = documentOf([{ case: c, report }])
    const spread = { min: 50_000, median: 60_000, max: 70_000, count: 3 }
    const of = (count: number) => {
      const copy = structuredClone(doc)
      const { summary } = copy.cases[0] ?? {}
      if (summary) summary.spread.p999Ns = { ...spread, count }
      return renderTable(copy, plain)
    }
    expect(of(3)).toMatch(/ 50\.0–70\.0 µs /)
    expect(of(2)).not.toMatch(/of the runs|–/)
  })

  test('of some transports alone have the flags that tell them from others', () => {
    const lossy = {
      case: caseOf('udp', 'ping-pong'),
      report: pingPongReport({ rounds: 4_000, bodyNs: 20_000, lost: 3 }),
    }
    const whole = { case: c, report: pingPongReport({ rounds: 4_000, bodyNs: 20_000 }) }
    const ends = { client: virtualMachine() }
    const [both, alone] = [[whole, lossy], [lossy]].map((cases) =>
      renderTable(documentOf(cases, 3, ends), plain),
    )
    expect(rowOf(both ?? '', lossy.case.key)).toMatch(/ {2}loss$/)
    expect(both).toMatch(/^Of all rows:\nvirtual-machine (?:.*\n)+\nloss +messages were lost/m)
    expect(rowOf(alone ?? '', lossy.case.key)).not.toMatch(/loss/)
    expect(alone).toMatch(/^Of all rows:\n(?:.*\n)*loss +messages were lost/m)
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
  test('have what holds of a whole place above them', () => {
    const text = renderTable(documentAt('host', 'lab'), plain)
    expect(text).toMatch(/^Of all rows in the lab:\nemulated-cpu /)
    expect(text).not.toContain('Of all rows:')
    expect(text).toContain('\non this machine, path: network\n')
    expect(text).not.toMatch(/flags$/m)
  })

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

test('a run without cases says so', () => {
  const plan = { cases: [], repetitions: 1 }
  const machines = { client: quietMachine(), server: quietMachine() }
  const doc = createDocument({ command: [], plan, version: '0.1.0', ...machines })
  expect(renderTable(doc, plain)).toBe('Nothing was measured: there is no case.\n')
})
