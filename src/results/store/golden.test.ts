import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { contradictionsOf } from '../document/check.js'
import { parametersSchema } from '../schema/parameters.js'
import { readResult } from './store.js'

// Files as each stage of the format wrote them, whole: histograms, intervals and all. None is ever edited; whoever adds members adds one.
const folder = fileURLToPath(new URL('../fixtures/golden/', import.meta.url))
const files = readdirSync(folder)

test('there is a file of each stage of the format', () => {
  expect(files).toEqual([
    'connects.json.gz',
    'losses-in-intervals.json.gz',
    'rdma-and-places.json.gz',
    'requests-and-options.json.gz',
    'sockets-only.json.gz',
    'summary-histograms.json.gz',
    'tls-and-quic.json.gz',
    'variants-and-quic.json.gz',
  ])
})

describe.each(files)('%s', (name) => {
  test('is read, agrees with itself, and has what has been added since', async () => {
    const doc = await readResult(folder + name)
    expect(contradictionsOf(doc)).toEqual([])
    expect(doc.cases.length).toBeGreaterThan(1)
    for (const { intervals, latency } of doc.cases.flatMap(({ repetitions }) => repetitions)) {
      expect(intervals).not.toEqual([])
      if (latency === null) continue
      const held = intervals.map((interval) => interval.latency?.count ?? 0)
      expect(held.reduce((sum, count) => sum + count, 0)).toBe(latency.count)
    }
    for (const { parameters } of doc.cases) {
      const { requested, effective } = parameters
      expect(requested).toEqual(parametersSchema.parse(requested))
      expect(requested.quic === null || typeof requested.quic === 'object').toBe(true)
      expect(effective.client === null || 'quic' in effective.client).toBe(true)
    }
  })
})

test('requests, histograms by name, sockets without a network and options of the table are as they were written', async () => {
  const { cases } = await readResult(`${folder}requests-and-options.json.gz`)
  const named = new Set(
    cases.flatMap(({ repetitions }) => repetitions.flatMap((r) => Object.keys(r.histograms ?? {}))),
  )
  expect([...named].sort()).toEqual(['handshake'])
  const granted = cases.flatMap(({ parameters }) => parameters.effective.client ?? [])
  expect(granted.some(({ multipath }) => multipath === true)).toBe(true)
  expect(granted.some(({ pollsDevice }) => pollsDevice === false)).toBe(true)
  expect(cases.some(({ key }) => key === 'unix/ping-pong/64B/block/seqpacket')).toBe(true)
  expect(cases.some(({ key }) => key.endsWith('rr/64B/block/response=4KiB/inflight=4'))).toBe(true)
})

test('what is timed besides the latency is in the summary as it is in the repetitions', async () => {
  const { cases } = await readResult(`${folder}summary-histograms.json.gz`)
  const connects = cases.filter(({ workload }) => workload === 'connect')
  expect(connects.length).toBeGreaterThan(0)
  for (const { summary, repetitions } of connects) {
    const counts = repetitions.map(({ histograms }) => histograms?.handshake?.count ?? 0)
    expect(summary?.histograms?.handshake?.count).toBe(counts.reduce((sum, one) => sum + one, 0))
    expect(summary?.histograms?.handshake?.percentiles).toEqual(
      summary?.connects?.handshake.percentiles,
    )
  }
})

test('what was lost in each interval is as it was written', async () => {
  const { cases } = await readResult(`${folder}losses-in-intervals.json.gz`)
  for (const { intervals, loss } of cases.flatMap(({ repetitions }) => repetitions)) {
    expect(intervals.length).toBeGreaterThanOrEqual(6)
    expect(intervals.reduce((sum, { lost }) => sum + (lost ?? Number.NaN), 0)).toBe(loss?.lost)
  }
})
