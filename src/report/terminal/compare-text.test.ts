import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compareResults } from '../../compare/compare.js'
import { caseIn, sourceOf, TCP, TCP_STREAM, UDP } from '../../compare/fixtures/sources.js'
import { parseGate } from '../../compare/gate.js'
import { renderCompareMarkdown } from '../export/compare-markdown.js'
import { renderComparability, renderComparison } from './compare-text.js'

const steady = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015]

function compared() {
  const base = sourceOf(steady, { file: 'before.json' })
  const other = sourceOf(
    { [TCP]: steady.map((l) => l * 1.2), [UDP]: steady, [TCP_STREAM]: steady },
    { file: 'after.json', keys: [TCP, UDP, TCP_STREAM] },
  )
  base.doc.startedAt = '2026-11-01T10:00:00.000Z'
  other.doc.startedAt = '2026-11-01T10:05:00.000Z'
  other.doc.label = 'MTU 9000'
  for (const end of Object.values(other.doc.environment)) {
    if (end.network.device) end.network.device.mtuBytes = 9000
  }
  caseIn(other, TCP).flags = ['harness-overload']
  const gates = ['p99:+5%', 'throughput@tcp/*:-3%'].map(parseGate)
  return compareResults(base, [other], { across: null, forced: false, gates })
}

describe('a comparison in text', () => {
  const doc = compared()

  test('says what differs, the rows, the gates, the conclusion', async () => {
    await expect(renderComparison(doc, { width: 100, color: false })).toMatchFileSnapshot(
      'fixtures/compare-100.txt',
    )
  })

  test.each([80, 100, 140])('stays within %i columns', (width) => {
    const lines = renderComparison(doc, { width, color: false }).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
  })

  test('says with colour nothing that it does not say without', () => {
    const colored = renderComparison(doc, { width: 100, color: true })
    expect(stripVTControlCharacters(colored)).toBe(
      renderComparison(doc, { width: 100, color: false }),
    )
  })

  test('before any number is without numbers', () => {
    const text = renderComparability(doc, { width: 100, color: false })
    expect(text).toMatch(/differs {2}MTU: 1500 → 9000/)
    expect(text).not.toMatch(/ratio|p50/)
  })
})

describe('a comparison in Markdown', () => {
  test('has the same', async () => {
    await expect(renderCompareMarkdown(compared())).toMatchFileSnapshot('fixtures/compare.md')
  })

  test('keeps markup in names as text', () => {
    const [base, other] = [sourceOf(steady, { keys: [TCP] }), sourceOf(steady, { keys: [TCP] })]
    base.doc.label = '<img src=x onerror=alert(1)> | [a](http://b)'
    const text = renderCompareMarkdown(
      compareResults(base, [other], { across: null, forced: false, gates: [] }),
    )
    expect(text).not.toMatch(/<img|[^\\]\[a/)
  })

  test.each([
    ['@everyone', '@<!-- -->everyone'],
    ['fixes #12, GH-12', 'fixes #<!-- -->12, GH<!-- -->-12'],
    [
      'see https://example.org or www.example.org',
      'see https:<!-- -->//example.org or www<!-- -->.example.org',
    ],
    ['~~gone~~ $x$', '\\~\\~gone\\~\\~ \\$x\\$'],
  ])('calls nobody and links to nothing for a name like %s', (label, text) => {
    const [base, other] = [sourceOf(steady), sourceOf(steady)]
    base.doc.label = label
    const options = { across: null, forced: false, gates: [] }
    expect(renderCompareMarkdown(compareResults(base, [other], options))).toContain(`“${text}”`)
  })

  test.each(['# tcp', '- tcp', '+ tcp', '1. tcp', '2) tcp', '= tcp'])(
    'opens nothing at the beginning of a line for a case called %s',
    (key) => {
      const sides = [sourceOf(steady, { keys: [TCP] }), sourceOf(steady, { keys: [TCP] })] as const
      for (const { doc } of sides) for (const one of doc.cases) one.key = key
      sides[0].doc.cases[0]?.repetitions.pop()
      const failed = sides[0].doc.cases[0]?.repetitions[0]
      if (failed) failed.status = 'failed'
      const options = { across: null, forced: false, gates: [] }
      const text = renderCompareMarkdown(compareResults(sides[0], [sides[1]], options))
      expect(text).toMatch(/^- \d?\\[#+=.)-]/m)
      expect(text).not.toMatch(/^- ([#+=-]|\d+[.)])/m)
    },
  )
})
