import { describe, expect, test } from 'vitest'
import { documentOf, type Measured } from '../../results/fixtures/documents.js'
import { caseOf, pingPongReport, streamReport } from '../../results/fixtures/reports.js'
import { sweepsOf } from './sweep.js'
import { renderTable } from './table.js'

const SIZES = [1_024, 64, 256, 4_096]

const streams = (transport: 'tcp' | 'udp', sizes = SIZES): Measured[] =>
  sizes.map((messageSizeBytes) => ({
    case: {
      ...caseOf(transport, 'stream', { messageSizeBytes }),
      key: `${transport}/stream/${messageSizeBytes < 1_024 ? `${messageSizeBytes}B` : `${messageSizeBytes / 1_024}KiB`}/block`,
    },
    report: streamReport({ messagesPerSec: 1_000, sizeBytes: messageSizeBytes }),
  }))

describe('a sweep over sizes', () => {
  const doc = documentOf([
    ...streams('tcp'),
    ...streams('udp', [64, 256, 1_024]),
    { case: caseOf('tcp', 'ping-pong'), report: pingPongReport({ rounds: 4_000, bodyNs: 20_000 }) },
  ])
  const text = renderTable(doc, { width: 80, color: false })

  test('is a matrix, its values upwards; what is in none keeps its row', () => {
    const { sweeps, rest } = sweepsOf(doc.cases)
    expect(sweeps).toHaveLength(1)
    expect(sweeps[0]).toMatchObject({
      ...{ axis: 'size', series: ['tcp/block', 'udp/block'] },
      rows: [{ value: '64B' }, { value: '256B' }, { value: '1KiB' }, { value: '4KiB' }],
    })
    expect(sweeps[0]?.rows.at(-1)?.cases.map((one) => one?.key)).toEqual([
      'tcp/stream/4KiB/block',
      undefined,
    ])
    expect(rest.map(({ key }) => key)).toEqual(['tcp/ping-pong/64B/block'])
    expect(text).toMatch(
      /^stream: goodput by size\nsize +tcp\/block +udp\/block\n 64B +512 kbit\/s +512 kbit\/s\n256B .*\n1KiB .*\n4KiB +32\.8 Mbit\/s\n\n/m,
    )
    expect(text).toMatch(/^tcp\/ping-pong\/64B\/block /m)
    expect(text).not.toMatch(/^tcp\/stream/m)
    expect(text).not.toContain('lost by size')
  })

  test('marks a cell that has a flag of its own, and says which', () => {
    const marked = structuredClone(doc)
    for (const one of marked.cases.slice(0, 1)) {
      one.flags = ['cpu-saturated']
      for (const repetition of one.repetitions) repetition.flags = ['cpu-saturated']
    }
    const shown = renderTable(marked, { width: 80, color: false })
    expect(shown).toMatch(/^1KiB +8\.19 Mbit\/s\* +8\.19 Mbit\/s$/m)
    expect(shown).toMatch(/^\* cpu-saturated: tcp\/block 1KiB$/m)
    expect(shown).toMatch(/^cpu-saturated {2}a sleeping wait/m)
  })

  test.each([60, 80, 120])('stays within %i columns', (width) => {
    const widest = renderTable(doc, { width, color: false }).split('\n')
    expect(Math.max(...widest.map((line) => line.length))).toBeLessThanOrEqual(width)
  })
})

test('two values are two rows', () => {
  expect(sweepsOf(documentOf(streams('tcp', [64, 256])).cases).sweeps).toEqual([])
})

test('a sweep over rates ends with no limit, which is the highest', () => {
  const cases = [0, 8e6, 4e6].map((rateBitsPerSec) => ({
    case: {
      ...caseOf('udp', 'stream', { messageSizeBytes: 1_000, rateBitsPerSec }),
      key: `udp/stream/1000B/block${rateBitsPerSec === 0 ? '' : `/rate=${rateBitsPerSec / 1e6}M`}`,
    },
    report: streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000 }),
  }))
  const [sweep] = sweepsOf(documentOf(cases).cases).sweeps
  expect(sweep?.rows.map(({ value }) => value)).toEqual(['4Mbit/s', '8Mbit/s', 'no limit'])
  expect(sweep?.series).toEqual(['udp/block'.replace('/', '/1000B/')])
})
