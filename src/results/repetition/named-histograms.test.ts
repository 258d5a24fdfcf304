import { expect, test } from 'vitest'
import { recordRaw } from '../fixtures/histograms.js'
import { caseOf, pingPongReport } from '../fixtures/reports.js'
import { decodeHistogram } from '../histogram/codec.js'
import { repetitionSchema } from '../schema/schema.js'
import { measuredLinks } from './measured-links.js'
import { namedHistogramsOf } from './named-histograms.js'
import { buildRepetition } from './repetition.js'

const c = caseOf('tcp', 'ping-pong')
const all = (ns: number, times: number) => recordRaw(Array.from({ length: times }, () => ns))

test('what is timed besides the latency is kept by name, and is valid', () => {
  const histograms = { service: all(5000, 1000), lag: all(70, 3) }
  const repetition = buildRepetition(
    c,
    0,
    0,
    pingPongReport({ rounds: 1000, bodyNs: 9000, link: { histograms } }),
  )
  expect(repetition.histograms).toMatchObject({
    service: { unit: 'ns', count: 1000, overflow: 0, minNs: 5000, maxNs: 5000, meanNs: 5000 },
    lag: { count: 3, minNs: 70 },
  })
  // The name says what it spans.
  expect(repetition.histograms?.service).not.toHaveProperty('spans')
  expect(decodeHistogram(repetition.histograms?.lag?.histogram ?? '').totalCount).toBe(3)
  expect(repetitionSchema.parse(repetition).histograms).toEqual(repetition.histograms)
  expect(repetition.latency?.count).toBe(1000)
})

test('those of several connections and of both ends are added, each by its name', () => {
  const report = pingPongReport({ rounds: 1000, bodyNs: 9000 })
  const [link] = measuredLinks(c, report)
  if (link?.server == null) throw new Error('the report has two ends')
  const decider = (ns: number, times: number) => ({
    ...{ ...link, decider: { ...link.decider, histograms: { lag: all(ns, times) } } },
    server: {
      ...link.server,
      window: link.window,
      link: { ...link.decider, histograms: { service: all(900, 10) } },
    },
  })
  expect(namedHistogramsOf([decider(100, 2), decider(300, 5)]).histograms).toMatchObject({
    lag: { count: 7, minNs: 100, maxNs: 300 },
    service: { count: 20 },
  })
})

test('a run with the latency alone has no member for others', () => {
  const report = pingPongReport({ rounds: 1000, bodyNs: 9000 })
  expect(buildRepetition(c, 0, 0, report)).not.toHaveProperty('histograms')
})

test('a name that could be anything is refused where a result is read', () => {
  const repetition = buildRepetition(c, 0, 0, pingPongReport({ rounds: 1000, bodyNs: 9000 }))
  const named = (name: string) => ({ ...repetition, histograms: { [name]: repetition.latency } })
  expect(repetitionSchema.safeParse(named('lag')).success).toBe(true)
  for (const name of ['', 'Lag', 'a b', '../x', 'x'.repeat(33)])
    expect(repetitionSchema.safeParse(named(name)).success).toBe(false)
})
