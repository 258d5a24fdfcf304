import { describe, expect, test } from 'vitest'
import { textWidth } from './text-width.js'

describe('the width of a text', () => {
  // As DejaVu Sans sets them at 12 px.
  test.each([
    ['quic/ping-pong/64B/block/stream, throughput', 274.6],
    ['QUIC datagram, 1400 B', 143.1],
    ['100 µs', 40.5],
  ])('%s is no less than that of a wide font, and not much more', (text, measured) => {
    expect(textWidth(text)).toBeGreaterThanOrEqual(measured * 0.985)
    expect(textWidth(text)).toBeLessThan(measured * 1.08)
  })

  test('takes letters of East Asia for squares', () => {
    expect(textWidth('国', 17)).toBe(17)
  })

  test('grows with the font', () => {
    expect(textWidth('p50', 24)).toBeCloseTo(2 * textWidth('p50'))
    expect(textWidth('p50', 12, true)).toBeGreaterThan(textWidth('p50'))
  })
})
