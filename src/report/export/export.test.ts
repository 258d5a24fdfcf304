import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { recordRaw } from '../../results/fixtures/histograms.js'
import { caseOf, pingPongReport } from '../../results/fixtures/reports.js'
import { exportCsv } from './csv.js'
import { exportHgrm, exportNamedHgrm } from './hgrm.js'
import { exportHlog } from './hlog.js'

const doc = documentOf(mixedCases(), 2)
const source = { file: 'a "b", c.json', doc }
const lag = recordRaw(Array.from({ length: 2_000 }, (_, i) => 1_000 + i))
const timed = documentOf(
  [
    {
      case: caseOf('tcp', 'ping-pong'),
      report: pingPongReport({ rounds: 4_000, bodyNs: 9_000, link: { histograms: { lag } } }),
    },
  ],
  2,
)

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

  test('has what is timed besides the latency, by its name', () => {
    const named = exportCsv([{ file: 'a', doc: timed }]).split('\n')
    const values = (metric: string) =>
      named.filter((line) => line.includes(`,${metric},`)).map((line) => line.split(',').at(-1))
    expect(values('lag_samples')).toEqual(['2000', '2000'])
    expect(values('lag_min')).toEqual(['1000', '1000'])
    expect(values('lag_max')).toEqual(['2999', '2999'])
    expect(values('lag_p99')).toEqual(['2979', '2979'])
    // Ten samples have to lie beyond it.
    expect(values('lag_p999')).toEqual([])
    expect(lines.some((line) => line.includes(',lag_'))).toBe(false)
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

  test('is that of what is timed besides the latency, by its name', () => {
    const [one] = timed.cases
    if (one === undefined) throw new Error('a case')
    expect(exportNamedHgrm(one, 'lag')).toMatch(/#\[Max +=.*Total count +=\s+4000\]/)
    expect(exportNamedHgrm(one, 'service')).toBeNull()
    expect(exportNamedHgrm(one, 'constructor')).toBeNull()
  })

  test('has what an older file has in its repetitions alone', () => {
    const older = structuredClone(timed.cases[0])
    if (!older?.summary) throw new Error('a case with a summary')
    delete older.summary.histograms
    expect(exportNamedHgrm(older, 'lag')).toBe(
      timed.cases[0] && exportNamedHgrm(timed.cases[0], 'lag'),
    )
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

  const countsOf = (log: string) => {
    const reader = new hdr.HistogramLogReader(log)
    const counts = new Map<string, number>()
    for (let one = reader.nextIntervalHistogram(); one; one = reader.nextIntervalHistogram()) {
      const histogram = one as hdr.Histogram
      counts.set(histogram.tag, (counts.get(histogram.tag) ?? 0) + histogram.totalCount)
    }
    return Object.fromEntries(counts)
  }

  test('is read back by hdr-histogram-js, with its tags and counts', () => {
    expect(countsOf(exportHlog([source]))).toEqual({
      'tcp/ping-pong/64B/block#0': 40_000,
      'tcp/ping-pong/64B/block#1': 40_000,
      'udp/ping-pong/64B/block#0': 4_003,
      'udp/ping-pong/64B/block#1': 4_003,
    })
  })

  test('has what is timed besides the latency under a tag of its own', () => {
    const twice = [1, 2].map((i) => ({ file: `${i}.json`, doc: timed }))
    expect(countsOf(exportHlog(twice))).toEqual({
      'tcp/ping-pong/64B/block#0': 8_000,
      'tcp/ping-pong/64B/block#0:lag': 4_000,
      'tcp/ping-pong/64B/block#1': 8_000,
      'tcp/ping-pong/64B/block#1:lag': 4_000,
    })
  })

  test('has no tag where there is one case: lines with one are left out by the tools of HdrHistogram', () => {
    const log = exportHlog([{ file: 'a', doc: timed }])
    const lines = log.split('\n').filter((line) => /^[\dT]/.test(line))
    const untagged = lines.filter((line) => /^\d+\.\d{3},\d+\.\d{3},\d+\.\d{3},HIST/.test(line))
    expect(countsOf(untagged.join('\n'))).toEqual({ 'NO TAG': 8_000 })
    expect(lines.filter((line) => !untagged.includes(line))).toEqual([
      expect.stringMatching(/^Tag=lag,/),
      expect.stringMatching(/^Tag=lag,/),
    ])
  })
})
