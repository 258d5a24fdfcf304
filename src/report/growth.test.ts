import { cpuUsage } from 'node:process'
import { describe, expect, test } from 'vitest'
import { compareResults } from '../compare/compare.js'
import { sourceOf, TCP, UDP } from '../compare/fixtures/sources.js'
import { parseGate } from '../compare/gate.js'
import type { Studied } from '../compare/schema.js'
import type { Source } from '../compare/source.js'
import { Collector } from './digest/collect.js'
import { renderCompareMarkdown } from './export/compare-markdown.js'
import { exportCsv } from './export/csv.js'
import { exportHlog } from './export/hlog.js'
import { renderPage } from './page/page.js'
import { renderComparison } from './terminal/compare-text.js'
import { renderTable } from './terminal/table.js'

const LAYOUT = { width: 100, color: false }
const LEVELS = [1, 1.02, 0.98, 1.01]

/** A result of `n` cases, all of one size: half of them over either transport. */
function large(n: number, file: string): Source {
  const source = sourceOf(LEVELS, { file, keys: [TCP, UDP] })
  const models = source.doc.cases
  source.doc.cases = Array.from({ length: n }, (_, i) => {
    const model = models[i % 2]
    if (model === undefined) throw new Error('the fixture has two cases')
    // What only one transport knows parts its cases from one another, and from no other transport's.
    return { ...model, key: `${model.key}/option=${i >> 1}` }
  })
  return source
}

function compared(n: number, across: Studied | null) {
  const gates = ['p99:+5%', 'throughput@*:-3%'].map(parseGate)
  const [base, other] = [large(n, 'a.json'), large(n, 'b.json')]
  return compareResults(base, [other], { across, forced: true, gates })
}

function reported(n: number, results: number) {
  const collector = new Collector()
  for (let i = 0; i < results; i++) collector.add(large(n, `${i}.json`))
  return collector.finish()
}

/**
 * Growth: how many times as much CPU sixteen times the cases take, the least of two tries. Sixteen where each costs the same, 256 where each costs as
 * much as there are; the collector of garbage and a machine whose speed changes make of sixteen up to forty.
 */
function growthOf(work: (n: number) => unknown, n: number): number {
  const spent = (size: number) => {
    const before = cpuUsage()
    work(size)
    const { user, system } = cpuUsage(before)
    return user + system
  }
  work(n)
  const least = (size: number) => Math.min(spent(size), spent(size))
  return least(16 * n) / least(n)
}

describe('sixteen times the cases do not take 256 times as long', () => {
  test.each<[string, number, (n: number) => unknown]>([
    ['to be compared', 20, (n) => compared(n, 'host')],
    ['to be compared, in text', 20, (n) => renderComparison(compared(n, null), LAYOUT)],
    ['to be compared, in Markdown', 20, (n) => renderCompareMarkdown(compared(n, null))],
    ['in a page', 15, (n) => renderPage(reported(n, 1), '', 'title')],
    ['in a page of two', 15, (n) => renderPage(reported(n, 2), '', 'title')],
    ['in a table', 50, (n) => renderTable(large(n, 'a.json').doc, LAYOUT)],
    ['as lines of values', 50, (n) => exportCsv([large(n, 'a.json')])],
    ['as a log of histograms', 50, (n) => exportHlog([large(n, 'a.json')])],
  ])('%s', (_, n, work) => {
    expect(growthOf(work, n)).toBeLessThan(80)
  })
})

test('across transports each goes with each, up to a limit that is told', () => {
  const one = large(400, 'a.json')
  const options = { across: 'transport', forced: false, gates: [] } as const
  expect(() => compareResults(one, [one], options)).toThrow(
    expect.objectContaining({ code: 'XRB_TOO_MANY_PAIRS', exitCode: 2 }),
  )
})

test('a case with more repetitions than any run has is told so', () => {
  const sides = ['a.json', 'b.json'].map((file) =>
    sourceOf(Array(30_000).fill(1), { file, keys: [TCP] }),
  )
  const [base, other] = sides as [Source, Source]
  const { comparisons } = compareResults(base, [other], { across: null, forced: true, gates: [] })
  const rows = comparisons.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.rows))
  expect(rows.find(({ metric }) => metric === 'p50')).toMatchObject({
    effect: null,
    missing: 'a side has more than 2,000 repetitions',
  })
})
