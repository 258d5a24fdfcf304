import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { exportCsv } from './csv.js'
import { exportHgrm } from './hgrm.js'
import { exportHlog } from './hlog.js'

const doc = documentOf(mixedCases(), 2)
const source = { file: 'a "b", c.json', doc }

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
})

describe('hlog', () => {
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
