import { describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { caseOf, streamReport } from '../../results/fixtures/reports.js'
import { renderCurve } from './curve.js'

describe('a percentile curve in text', () => {
  const { cases } = documentOf(mixedCases(), 2)

  test('shows each ping-pong over logarithmic nines', async () => {
    await expect(`${renderCurve(cases, 100).join('\n')}\n`).toMatchFileSnapshot(
      'fixtures/curve.txt',
    )
  })

  test.each([40, 60, 80, 200])('stays within %i columns', (width) => {
    expect(
      Math.max(
        ...renderCurve(cases.slice(0, 1), width)
          .slice(1)
          .map((l) => l.length),
      ),
    ).toBeLessThanOrEqual(width)
  })

  test('is not there without round trips', () => {
    const report = streamReport({ messagesPerSec: 23_000, sizeBytes: 1_400 })
    const streams = documentOf([{ case: caseOf('tcp', 'stream'), report }], 1)
    expect(renderCurve(streams.cases, 100)).toEqual([])
  })
})
