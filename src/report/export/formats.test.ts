import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { exportCsv } from './csv.js'
import { exportInflux } from './influx.js'
import { exportNdjson } from './ndjson.js'
import { exportOpenmetrics } from './openmetrics.js'

const doc = documentOf(mixedCases(), 2)
const file = 'a "b", c=d\\.json'
const sources = [{ file, doc }]
const [tcp] = doc.cases
const [first] = tcp?.repetitions ?? []
const startNs = BigInt(Date.parse(first?.startedAt ?? '')) * 1_000_000n
const rowsOf = (text: string) => text.trimEnd().split('\n')

describe('the time series', () => {
  test('has a line for each value of each interval, which add up to the repetition', () => {
    const [head = '', ...lines] = rowsOf(exportCsv([{ file: 'a', doc }], true))
    expect(head).toMatch(/,status,interval_start_ns,interval_ns,metric,unit,value$/)
    const own = lines
      .map((line) => line.split(','))
      .filter(([, key, , , , , , i]) => key === tcp?.key && i === '0')
    const sum = own
      .filter((cells) => cells.at(-3) === 'messages')
      .reduce((all, cells) => all + Number(cells.at(-1)), 0)
    expect(first?.intervals.length).toBeGreaterThan(1)
    expect(sum).toBe(first?.messages)
    const starts = new Set(own.map((cells) => cells.at(-5)))
    expect([...starts]).toEqual(first?.intervals.map((one) => String(one.startNs)))
    expect(own.some((cells) => cells.at(-3) === 'p50' && Number(cells.at(-1)) > 0)).toBe(true)
    expect(lines.some((line) => /,(null|undefined|NaN)?$/.test(line))).toBe(false)
  })

  test('of an interval that lost half of its messages the tail is infinite', () => {
    const lossy = structuredClone(doc)
    const [interval] = lossy.cases[0]?.repetitions[0]?.intervals ?? []
    if (interval) interval.lost = interval.messages
    const [, ...lines] = rowsOf(exportCsv([{ file: 'a', doc: lossy }], true))
    const own = lines.map((line) => line.split(',')).filter(([, key]) => key === tcp?.key)
    const [firstOf, secondOf] = ['p99', 'max'].map((metric) =>
      own.filter((cells) => cells.at(-3) === metric).map((cells) => cells.at(-1)),
    )
    for (const values of [firstOf, secondOf])
      expect(values?.slice(0, 2)).toEqual(['inf', expect.stringMatching(/^\d/)])
  })
})

describe('NDJSON', () => {
  test('is the CSV, an object on each line, with numbers that are numbers', () => {
    const [head = '', ...lines] = rowsOf(exportCsv([{ file: 'a', doc }]))
    const objects = rowsOf(exportNdjson([{ file: 'a', doc }])).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    )
    expect(objects.map((one) => Object.values(one).join(','))).toEqual(lines)
    expect(Object.keys(objects[0] ?? {}).join(',')).toBe(head)
    const lost = objects.filter(({ value }) => typeof value !== 'number')
    expect(lost.every(({ value }) => value === 'inf')).toBe(true)
  })
})

describe('OpenMetrics', () => {
  const lines = rowsOf(exportOpenmetrics(sources))

  test('has each family once, its samples behind it, and ends with EOF', () => {
    expect(lines.at(-1)).toBe('# EOF')
    const families = lines.flatMap((line) => /^# TYPE (\S+) gauge$/.exec(line)?.[1] ?? [])
    expect(new Set(families).size).toBe(families.length)
    let family = ''
    for (const line of lines.slice(0, -1)) {
      const [, type] = /^# TYPE (\S+) gauge$/.exec(line) ?? []
      if (type !== undefined) family = type
      else if (line.startsWith('# UNIT'))
        expect(family.endsWith(`_${line.split(' ')[3]}`)).toBe(true)
      else
        expect(line).toMatch(
          new RegExp(
            `^${family}\\{([a-z_]+="([^"\\\\\\n]|\\\\["\\\\])*",?)+\\} (\\+Inf|-?[\\d.e+-]+) \\d+\\.\\d{9}$`,
          ),
        )
    }
  })

  test('has base units, and what names hold escaped', () => {
    const p50 = lines.find((line) => line.startsWith('xrbench_p50_seconds{'))
    expect(p50).toContain('{file="a \\"b\\", c=d\\\\.json",case="tcp/ping-pong/64B/block",')
    expect(Number(p50?.split(' ').at(-2))).toBeCloseTo(
      (first?.latency?.percentiles.p50 ?? 0) / 1e9,
      12,
    )
    expect(lines).toContain('# UNIT xrbench_goodput_bits_per_second bits_per_second')
    expect(lines).toContain('# UNIT xrbench_bytes bytes')
  })
})

describe('line protocol', () => {
  const lines = rowsOf(exportInflux(sources))

  test('has a point for each repetition, at its beginning, with nothing infinite', () => {
    const all = doc.cases.flatMap(({ repetitions }) => repetitions)
    expect(lines.length).toBe(all.length)
    const [one = ''] = lines
    expect(
      one.startsWith('xrbench,file=a\\ "b"\\,\\ c\\=d/.json,case=tcp/ping-pong/64B/block,'),
    ).toBe(true)
    expect(one.endsWith(` ${startNs}`)).toBe(true)
    expect(one).toContain(`,p50_ns=${first?.latency?.percentiles.p50},`)
    for (const line of lines) {
      expect(line).toMatch(
        /^xrbench(,[a-z_]+=([^\s,=\\]|\\[ ,=])+)+ ([a-z_0-9]+=-?[\d.e+-]+,?)+ \d+$/,
      )
      expect(line).not.toMatch(/Infinity|NaN/)
    }
  })

  test('of the time series, at the beginning of each interval', () => {
    const [one = ''] = rowsOf(exportInflux(sources, true))
    expect(one).toMatch(/^xrbench_interval,/)
    expect(
      one.endsWith(` ${startNs + BigInt(Math.round(first?.intervals[0]?.startNs ?? 0))}`),
    ).toBe(true)
  })
})
