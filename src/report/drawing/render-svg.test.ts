import { describe, expect, test } from 'vitest'
import { sourceOf } from '../../compare/fixtures/sources.js'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import type { Chart } from '../charts/chart.js'
import { textWidth } from '../charts/text-width.js'
import { Collector } from '../digest/collect.js'
import { chartsOf, sectionsOf } from '../page/build.js'
import { renderSvg } from './render-svg.js'

const levels = [1, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1.005]
const slower = levels.map((level) => level * 1.3)

function charts(...sources: ReturnType<typeof sourceOf>[]): Chart[] {
  const collector = new Collector()
  for (const source of sources) collector.add(source)
  return chartsOf(sectionsOf(collector.finish()))
}

const texts = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)

describe('charts', () => {
  const one = charts({ file: 'one.json', doc: documentOf(mixedCases()) })
  const two = charts(sourceOf(levels, { file: 'a.json' }), sourceOf(slower, { file: 'b.json' }))

  test('have names of their own, a caption and a table', () => {
    for (const list of [one, two]) {
      expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
      for (const { caption, table } of list) {
        expect(caption).not.toBe('')
        expect(table.rows.length).toBeGreaterThan(0)
        for (const row of table.rows) expect(row).toHaveLength(table.head.length)
      }
    }
  })

  test.each([
    [390, 'light'],
    [820, 'dark'],
  ] as const)('can all be drawn at %i pixels on a %s ground', (width, scheme) => {
    for (const chart of [...one, ...two]) {
      const svg = renderSvg(chart, { width, scheme })
      expect(svg).toMatch(/^<svg /)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  test.each([390, 660, 820])('cut no name off at %i pixels, in a wide font either', (width) => {
    for (const chart of [...one, ...two]) {
      const svg = renderSvg(chart, { width, scheme: 'light' })
      const ends = /<text[^>]*text-anchor="end"[^>]*translate\(([\d.-]+)[^>]*>([^<]*)</g
      for (const [, at, text = ''] of svg.matchAll(ends)) {
        expect(Number(at) - textWidth(text), `${chart.id}: ${text}`).toBeGreaterThanOrEqual(0)
      }
      if (chart.kind === 'strip') {
        expect(texts(svg)).toEqual(expect.arrayContaining(chart.rows.map(({ name }) => name)))
      }
    }
  })

  test('of many results show their course, and share what differs most', () => {
    const many = charts(
      ...Array.from({ length: 12 }, (_, i) =>
        sourceOf(i === 11 ? slower : levels, { file: `${i}.json` }),
      ),
    )
    const trends = many.filter(({ kind }) => kind === 'trend')
    expect(trends.length).toBeGreaterThan(0)
    for (const trend of trends) {
      if (trend.kind === 'trend')
        expect(trend.lines.every(({ points }) => points.length === 12)).toBe(true)
      expect(renderSvg(trend, { width: 820, scheme: 'light' })).not.toMatch(/NaN|undefined/)
    }
    const forests = many.filter(({ kind }) => kind === 'forest')
    expect(forests).toHaveLength(1)
    expect(forests[0]?.table.rows[0]?.[0]).toMatch(/^11: /)
  })

  test('as pictures say where they were measured', () => {
    for (const chart of one) {
      const svg = renderSvg(chart, { width: 820, scheme: 'light' })
      expect(texts(svg)).toContain('Between two machines')
    }
  })

  test('a percentile curve is over nines, with units on its axis', () => {
    const curve = one.find(({ kind }) => kind === 'curve')
    const seen = texts(renderSvg(curve as Chart, { width: 820, scheme: 'light' }))
    expect(seen).toEqual(expect.arrayContaining(['percentile (%)', '50', '90', '99', '99.9']))
    expect(seen.filter((text) => / (ns|µs|ms)$/.test(text ?? '')).length).toBeGreaterThan(1)
  })

  test('a forest shows each ratio, and which side is worse', () => {
    const forest = two.find(({ kind }) => kind === 'forest')
    if (forest?.kind !== 'forest') throw new Error('no forest')
    expect(
      forest.rows.every(({ low, estimate, high }) => low <= estimate && estimate <= high),
    ).toBe(true)
    expect(forest.rows.find(({ name }) => /tcp.*p50/.test(name))).toMatchObject({
      verdict: 'worse',
    })
    const svg = renderSvg(forest, { width: 820, scheme: 'light' })
    expect(texts(svg)).toContain('worse')
  })

  test('hold no more points than can be seen, however many samples there are', () => {
    for (const chart of one) {
      if (chart.kind === 'curve')
        for (const { points } of chart.lines) expect(points.length).toBeLessThan(220)
      if (chart.kind === 'heat') expect(chart.columns.length).toBeLessThanOrEqual(60)
    }
  })
})
