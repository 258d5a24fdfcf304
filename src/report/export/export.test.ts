import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { recordRaw } from '../../results/fixtures/histograms.js'
import { caseOf, pingPongReport } from '../../results/fixtures/reports.js'
import { exportCsv } from './csv.js'
import { exportHgrm } from './hgrm.js'
import { exportHlog } from './hlog.js'

const doc = documentOf(mixedCases(), 2)
const source = { file: 'a "b", c.json', doc }

/** Two samples of a thousand came after more than the range of a histogram, which ends at 68.7 s. */
const late = (() => {
  const values = Array.from({ length: 1_000 }, (_, i) => (i < 2 ? 70e9 : 20_000 + i))
  const halves = [values.slice(0, 500), values.slice(500)].map(recordRaw)
  const link = { latency: recordRaw(values), intervalLatencies: halves }
  const report = pingPongReport({ rounds: 1_000, bodyNs: 20_000, link })
  return documentOf([{ case: caseOf('tcp', 'ping-pong'), report }], 1)
})()

describe('csv', () => {
  const [head = '', ...lines] = exportCsv([source]).trimEnd().split('\n')

  test('has a line for each value of each repetition', () => {
    expect(head.split(',')).toHaveLength(14)
    const p50 = lines.filter((line) => line.includes(',p50,ns,'))
    expect(p50).toHaveLength(4)
    expect(p50[0]).toBe(
      `"a ""b"", c.json",tcp/ping-pong/64B/block,host,,tcp,ping-pong,64,0,0,${doc.cases[0]?.repetitions[0]?.startedAt},completed,p50,ns,${doc.cases[0]?.repetitions[0]?.latency?.percentiles.p50}`,
    )
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '＝1'])(
    'makes no formula of %j',
    (key) => {
      const named = structuredClone(doc)
      for (const one of named.cases) one.key = key
      const [, first = ''] = exportCsv([{ file: key, doc: named }]).split('\n')
      const quoted = /\r/.test(key) ? `"'${key}"` : `'${key}`
      expect(first.startsWith(`${quoted},${quoted},host,`)).toBe(true)
    },
  )

  test('leaves a number what it is, below nothing too', () => {
    const cooler = structuredClone(doc)
    for (const { loss } of cooler.cases.flatMap(({ repetitions }) => repetitions))
      if (loss) loss.lost = -3
    expect(exportCsv([{ file: 'a', doc: cooler }])).toContain(',lost,1,-3\n')
  })

  test('leaves out what was not measured', () => {
    expect(lines.some((line) => line.endsWith(',null') || line.endsWith(','))).toBe(false)
  })
})

describe('hgrm', () => {
  test('is the distribution of a case in microseconds', () => {
    const [ping, , stream] = doc.cases
    const text = ping && exportHgrm(ping)
    expect(text).toMatch(/^ +Value +Percentile TotalCount 1\/\(1-Percentile\)/)
    expect(text).toMatch(/#\[Max +=.*Total count +=\s+80000\]/)
    expect(stream && exportHgrm(stream)).toBeNull()
  })

  test('has the samples beyond its range at the top of it', () => {
    const [ping] = late.cases
    const text = ping && exportHgrm(ping)
    expect(text).toMatch(/#\[Max +=\s+68719476\.7\d*, Total count +=\s+1000\]/)
    expect(text).toMatch(/#\[Beyond += 2: later than the range, counted at /)
    expect(text).not.toContain('Lost')
  })
})

describe('hlog', () => {
  test('has the samples beyond its range at the top of it', () => {
    const text = exportHlog([{ file: 'late.json', doc: late }])
    expect(text).toContain('#[Samples beyond the range are counted at its top: 68719.4')
    const reader = new hdr.HistogramLogReader(text)
    const first = reader.nextIntervalHistogram() as hdr.Histogram
    const second = reader.nextIntervalHistogram() as hdr.Histogram
    expect([first.totalCount, second.totalCount]).toEqual([500, 500])
    expect(first.getValueAtPercentile(100)).toBeGreaterThan(68e9)
    expect(second.getValueAtPercentile(100)).toBeLessThan(30_000)
    expect(exportHlog([source])).not.toContain('beyond')
  })

  test('is read back by hdr-histogram-js, with its tags and counts', () => {
    const reader = new hdr.HistogramLogReader(exportHlog([source]))
    const counts = new Map<string, number>()
    for (let one = reader.nextIntervalHistogram(); one; one = reader.nextIntervalHistogram()) {
      const histogram = one as hdr.Histogram
      counts.set(histogram.tag, (counts.get(histogram.tag) ?? 0) + histogram.totalCount)
    }
    expect(Object.fromEntries(counts)).toEqual({
      'tcp/ping-pong/64B/block#0': 40_000,
      'tcp/ping-pong/64B/block#1': 40_000,
      'udp/ping-pong/64B/block#0': 4_003,
      'udp/ping-pong/64B/block#1': 4_003,
    })
  })
})
