import { describe, expect, test } from 'vitest'
import { sourceOf, TCP, TCP_STREAM, UDP, UDP_STREAM } from '../../compare/fixtures/sources.js'
import { readResult } from '../../results/store/store.js'
import { Collector } from '../digest/collect.js'
import { renderConclusions } from './conclusions.js'

const levels = [1, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1.005]
const slower = levels.map((level) => level * 1.3)

function conclude(...sources: ReturnType<typeof sourceOf>[]): string {
  const collector = new Collector()
  for (const source of sources) collector.add(source)
  return renderConclusions(collector.finish()).markup
}

const keys = [TCP, UDP]

describe('conclusions', () => {
  test('name the transport that is ahead beyond chance, by how much and from how many', () => {
    const text = conclude(sourceOf({ [TCP]: levels, [UDP]: slower }, { keys }))
    expect(text).toContain('TCP has the shortest median round trip with 64 B.')
    expect(text).toMatch(
      /TCP has the shortest round trip at p50, 20\.1 µs; UDP \(26\.1 µs\) takes 1\.30 to 1\.30 times as long \(95 % interval, n = 8\)/,
    )
  })

  test('of two ways to wait say which they are about', () => {
    const source = sourceOf(levels, { keys })
    const spinning = structuredClone(source.doc.cases)
    for (const c of spinning) {
      c.key = c.key.replace('/block', '/spin')
      c.parameters.requested.wait = 'spin'
    }
    source.doc.cases.push(...spinning)
    const text = conclude(source)
    expect(text).toContain('Round trips with 64 B, block:')
    expect(text).toContain('Round trips with 64 B, spin:')
  })

  test('do not declare a winner where there is none', () => {
    const other = [0.98, 1.01, 1.02, 0.99, 1.01, 0.98, 1.0, 1.01]
    const text = conclude(sourceOf({ [TCP]: levels, [UDP]: other }, { keys }))
    expect(text).toContain('No transport is shown to be ahead of the others.')
    expect(text).toMatch(
      /cannot be told apart from \w+ \(\d+\.\d µs, ratio 0\.\d\d to 1\.\d\d\): 95 % interval, n = 8\./,
    )
  })

  test('say that too few repetitions show nothing, whatever they look like', () => {
    const text = conclude(sourceOf({ [TCP]: [1, 1.01, 0.99], [UDP]: [2, 2.01, 1.99] }, { keys }))
    expect(text).toMatch(
      /TCP \(20\.0 µs\) was ahead of UDP \(40\.0 µs, ratio \d\.\d\d to \d\.\d\d\), but that may be chance: 75 % interval, n = 3, p = 0\.\d+\./,
    )
    expect(text).toContain('the smallest p that 3 can give is 0.25')
  })

  test('do not hold streams of different sizes against one another', () => {
    const text = conclude(sourceOf(levels, { keys: [TCP_STREAM, UDP_STREAM] }))
    expect(text).toContain('so none of them is declared ahead')
    expect(text).toMatch(/UDP .*% lost/)
  })

  test('of two results say what became worse', () => {
    const text = conclude(
      sourceOf(levels, { file: 'a.json' }),
      sourceOf(slower, { file: 'b.json' }),
    )
    expect(text).toMatch(/Of \d+ comparisons \d+ worse/)
    expect(text).toMatch(/b against a: \d+ worse \(/)
  })

  test('tell of requests beside round trips', async () => {
    const file = new URL(
      '../../results/fixtures/golden/requests-and-options.json.gz',
      import.meta.url,
    ).pathname
    const collector = new Collector()
    collector.add({ file, doc: await readResult(file) })
    const text = renderConclusions(collector.finish()).markup
    expect(text).toContain('Round trips with 64 B, block:')
    expect(text).toMatch(
      /Requests with 64 B:<\/strong> At p50 UDP block response=4KiB inflight=4 \(/,
    )
  })
})
