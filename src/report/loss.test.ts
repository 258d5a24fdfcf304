import { describe, expect, test } from 'vitest'
import { compareResults } from '../compare/compare.js'
import { type CompareDocument, compareSchema } from '../compare/schema.js'
import { contradictionsOf } from '../results/document/check.js'
import { documentOf } from '../results/fixtures/documents.js'
import { caseOf, pingPongReport } from '../results/fixtures/reports.js'
import { Collector } from './digest/collect.js'
import { digestOf } from './digest/digest.js'
import { chartsOfPlace } from './digest/place-charts.js'
import { exportCsv } from './export/csv.js'
import { exportHgrm } from './export/hgrm.js'
import { exportHlog } from './export/hlog.js'
import { chartsOf, sectionsOf } from './page/build.js'
import { renderPage } from './page/page.js'
import { renderCurve } from './terminal/curve.js'

const LOST = 80
const SENT = 4_000

/** Beside TCP, a UDP whose slow round trips were lost: of what came back, its p99 is the better one. */
function measured(repetitions: number) {
  return documentOf(
    [
      {
        case: caseOf('tcp', 'ping-pong'),
        report: pingPongReport({ rounds: SENT, bodyNs: 20_000 }),
      },
      {
        case: caseOf('udp', 'ping-pong'),
        report: pingPongReport({ rounds: SENT - LOST, bodyNs: 10_000, lost: LOST }),
      },
    ],
    repetitions,
  )
}

const doc = measured(8)
const source = { file: 'r.json', doc }
const udp = doc.cases[1]
if (udp === undefined) throw new Error('the fixture has no UDP')

/** What came back, as if nothing had been lost. */
const LOSSLESS = {
  file: 'a.json',
  doc: documentOf(
    [
      {
        case: caseOf('udp', 'ping-pong'),
        report: pingPongReport({ rounds: SENT - LOST, bodyNs: 10_000 }),
      },
    ],
    8,
  ),
}

const digest = digestOf(source, 'r', { curves: true, heat: true })
const groups = chartsOfPlace([digest], 'host')
const charts = groups.flatMap((group) => group.charts)
const chart = (id: string) => {
  const found = charts.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no chart ${id}`)
  return found
}
const ofUdp = ({ table }: { table: { rows: string[][] } }) =>
  table.rows.filter(([name]) => name?.startsWith('UDP'))

describe('with 2 % lost', () => {
  test('the file has its percentiles with them, and is consistent', () => {
    expect(udp.repetitions[0]?.loss).toMatchObject({ lost: LOST, lostFraction: 0.02 })
    expect(contradictionsOf(doc)).toEqual([])
  })

  test('the digest of a page counts them as infinitely late', () => {
    const [, own] = digest.cases
    const withLoss = udp.summary?.latency?.percentilesWithLoss
    expect(own?.percentiles).toMatchObject({ p50: withLoss?.p50, p99: Infinity, p999: Infinity })
    expect(own?.maxNs).toBe(Infinity)
    expect(own?.values.p50).toEqual(
      udp.repetitions.map(({ latency }) => latency?.percentilesWithLoss?.p50),
    )
    expect(own?.values.p99).toEqual(new Array(8).fill(Infinity))
    expect(digest.cases[0]?.values.p99.every(Number.isFinite)).toBe(true)
  })

  test('a curve ends before them', () => {
    const deepest = -Math.log10(LOST / SENT)
    for (const points of [digest.cases[1]?.curve?.points, digest.cases[1]?.curve?.band]) {
      const [last = 0] = points?.at(-1) ?? []
      expect(last).toBeLessThanOrEqual(deepest)
      expect(last).toBeGreaterThan(deepest - 0.1)
    }
    const drawn = chart('host-percentiles-1')
    expect(drawn.caption).toContain('Lost messages count as infinitely late')
    expect(ofUdp(drawn)[0]?.slice(3)).toEqual(['∞', '∞', '–', '∞'])
  })

  test('so does one in text', () => {
    const text = renderCurve([udp], 100)
    expect(text.at(-1)).toBe('Lost messages count as infinitely late: a curve ends before them.')
    expect(text.join('\n')).toMatch(/^ +0 % +50 +90$/m)
    const [tcp] = doc.cases
    expect(renderCurve(tcp === undefined ? [] : [tcp], 100).join('\n')).not.toContain('Lost')
  })

  test('every repetition has its place in the table, and on the axis where it has one', () => {
    const strip = chart('host-repetitions-p99-1')
    const rows = strip.kind === 'strip' ? strip.rows : []
    expect(rows.find(({ name }) => name.startsWith('UDP'))?.values).toEqual(new Array(8).fill(null))
    expect(rows.find(({ name }) => name.startsWith('TCP'))?.values).not.toContain(null)
    expect(ofUdp(strip)[0]?.slice(1, 5)).toEqual(['8', '∞', '∞', '∞'])
    expect(strip.caption).toContain('infinitely late (∞)')
    expect(chart('host-repetitions-p50-1').caption).not.toContain('∞')
  })

  test('the course of time says what it leaves out', () => {
    const drawn = chart('host-over-time-2')
    expect(drawn.caption).toContain('Lost messages count as infinitely late')
    expect(chart('host-over-time-1').caption).not.toMatch(/lost/i)
    // All were lost in the second of two intervals, 80 of 2,040.
    const p99 = drawn.table.rows.map(([, , , cell]) => cell)
    expect(p99.filter((_, i) => i % 2 === 1)).toEqual(new Array(8).fill('∞'))
    expect(p99.filter((_, i) => i % 2 === 0)).not.toContain('∞')
    const line = drawn.kind === 'heat' ? drawn.p99 : []
    expect(line.map((value) => value === null)).toEqual(p99.map((cell) => cell === '∞'))
    const cells = drawn.kind === 'heat' ? drawn.cells : []
    const shown = (column: number) =>
      cells.reduce((sum, [at, , share]) => sum + (at === column ? share : 0), 0)
    expect([shown(0), shown(1)].map((share) => share.toFixed(2))).toEqual(['1.00', '0.96'])
  })

  test('of a file that does not say when, the course of time leaves it out, and says so', () => {
    const older = structuredClone(doc)
    for (const { repetitions } of older.cases)
      for (const { intervals } of repetitions) for (const one of intervals) delete one.lost
    const digests = [digestOf({ file: 'o.json', doc: older }, 'o', { curves: true, heat: true })]
    const drawn = chartsOfPlace(digests, 'host')
      .flatMap((group) => group.charts)
      .find(({ id }) => id === 'host-over-time-2')
    expect(drawn?.caption).toContain('What was lost is in no column')
    expect(drawn?.table.rows.flat()).not.toContain('∞')
  })

  test('the spread of the repetitions has them, and no number where there is none', () => {
    const withLoss = udp.repetitions.map(({ latency }) => latency?.percentilesWithLoss?.p50 ?? 0)
    expect(udp.summary?.spread).toMatchObject({
      ...{ p50Ns: { median: withLoss[0], count: 8 }, p99Ns: null, p999Ns: null },
    })
    expect(withLoss[0]).toBeGreaterThan(udp.repetitions[0]?.latency?.percentiles.p50 ?? 0)
    expect(doc.cases[0]?.summary?.spread.p99Ns).toMatchObject({ count: 8 })
  })

  test('the course over results has them in its table alone', () => {
    const many = Array.from({ length: 9 }, () => digest)
    const trend = chartsOfPlace(many, 'host')
      .flatMap((group) => group.charts)
      .find(({ id }) => id === 'host-trend-p99-64')
    const lines = trend?.kind === 'trend' ? trend.lines : []
    expect(lines.map(({ name, points }) => [name, points.length])).toEqual([
      ['TCP', 9],
      ['UDP', 0],
    ])
    expect(trend && ofUdp(trend)[8]).toEqual(['UDP', '9', 'r', '∞', '∞', '∞'])
    expect(trend?.caption).toContain('infinitely late (∞)')
  })

  test('a page says who lost, and embeds no number that JSON has not', () => {
    const collector = new Collector()
    collector.add(source)
    const collected = collector.finish()
    const page = renderPage(collected, '', 'Report')
    expect(page).toMatch(/UDP \(∞\) takes ∞ times as long \(95 % interval, n = 8\)/)
    expect(page).toContain('UDP lost 2 % of its messages: those count as infinitely late.')
    const embedded = chartsOf(sectionsOf(collected))
    expect(JSON.parse(JSON.stringify(embedded))).toEqual(embedded)
  })

  test('exports have them, and beside them what came back', () => {
    const csv = exportCsv([source]).split('\n')
    const told = (name: string) =>
      csv.find((line) => line.includes(',udp,') && line.includes(`,${name},`))?.split(',')[13]
    const latency = udp.repetitions[0]?.latency
    expect(told('p50')).toBe(`${latency?.percentilesWithLoss?.p50}`)
    expect([told('p99'), told('max'), told('mean')]).toEqual(['inf', 'inf', 'inf'])
    expect(told('mean_arrived')).toBe(`${latency?.meanNs}`)
    expect(told('p99_arrived')).toBe(`${latency?.percentiles.p99}`)
    expect(exportHgrm(udp)).toMatch(/Total count +=\s+32000\][\s\S]*#\[Lost +=\s*640:/)
    expect(exportHlog([source])).toContain('#[Lost messages have a line of their own')
  })

  test('a comparison has null for what is infinite, its schema takes it, and it is read as infinite', () => {
    const options = { across: null, forced: false, gates: [] }
    const text = JSON.stringify(compareResults(LOSSLESS, [source], options))
    const rowOf = ({ comparisons }: CompareDocument) =>
      comparisons[0]?.pairs[0]?.rows.find(({ metric }) => metric === 'p99')
    expect(rowOf(JSON.parse(text))).toMatchObject({
      verdict: 'worse',
      new: { median: null, values: new Array(8).fill(null) },
      effect: { estimate: null, low: null, high: null },
    })
    expect(rowOf(compareSchema.parse(JSON.parse(text)))).toMatchObject({
      effect: { estimate: Infinity, low: Infinity, high: Infinity },
    })
  })
})
