import { describe, expect, test } from 'vitest'
import { XrbenchError } from './errors.js'
import { fc } from './fixtures/property.js'
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
  parseWhole,
} from './units.js'

function refusal(act: () => unknown): XrbenchError {
  try {
    act()
  } catch (error) {
    if (error instanceof XrbenchError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('sizes', () => {
  test.each([
    ['64', 64],
    ['64B', 64],
    ['4k', 4096],
    ['4K', 4096],
    ['4KiB', 4096],
    ['1.5k', 1536],
    ['1MiB', 1_048_576],
    ['2 G', 2_147_483_648],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text, '--size')).toBe(bytes))

  test.each(['', 'k', '-1', '4x', '4kB', '0.3', '1e3', '0x10', '4k4', '９'])(
    '%j is refused',
    (text) => {
      const error = refusal(() => parseSize(text, '--size'))
      expect(error).toMatchObject({ code: 'XRB_BAD_SIZE', exitCode: 2 })
      expect(error.message).toContain('--size')
      expect(error.hint).toBeTruthy()
    },
  )

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
        expect(parseSize(formatSize(bytes), '--size')).toBe(bytes)
      }),
    )
  })
})

describe('times', () => {
  test.each([
    ['3s', 3e9],
    ['500ms', 5e8],
    ['1.5us', 1500],
    ['2µs', 2000],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['0', 0],
    ['0s', 0],
  ])('%s is %d ns', (text, ns) => expect(parseDuration(text, '--duration')).toBe(ns))

  test.each(['', '3', '-3s', '3 parsecs', 's', '1e99s', '9999999999h'])('%j is refused', (text) => {
    expect(refusal(() => parseDuration(text, '--duration'))).toMatchObject({
      code: 'XRB_BAD_DURATION',
      exitCode: 2,
    })
  })

  test('a bare number is answered with what it may have meant', () => {
    expect(refusal(() => parseDuration('3', '--duration')).hint).toContain('--duration 3s')
  })

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 }), (ns) => {
        expect(parseDuration(formatDuration(ns), '--duration')).toBe(ns)
      }),
    )
  })
})

describe('rates', () => {
  test.each([
    ['500M', 5e8],
    ['2.5G', 2.5e9],
    ['10Mbit/s', 1e7],
    ['64kbps', 64e3],
    ['1000', 1000],
    ['125MB/s', 1e9],
    ['1.5 kB/s', 12_000],
    ['64B/s', 512],
  ])('%s is %d bit/s', (text, rate) => expect(parseRate(text, '--rate')).toBe(rate))

  test.each(['', 'fast', '5Q', '1MiB/s', '1MB', '-1M'])('%j is refused', (text) => {
    expect(refusal(() => parseRate(text, '--rate')).code).toBe('XRB_BAD_RATE')
  })

  test.each(['125MBps', '125Mb/s'])(
    '%s may be bits or bytes, and is told how to say which',
    (text) => {
      const { message, hint } = refusal(() => parseRate(text, '--rate'))
      expect(message).toMatch(/bits or bytes/)
      expect(hint).toBe('--rate 125MB/s for bytes, --rate 125Mbit/s for bits')
    },
  )

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (rate) => {
        expect(parseRate(formatRate(rate), '--rate')).toBe(rate)
      }),
    )
  })
})

describe('whole numbers', () => {
  test.each(['', '1.5', '-1', 'ten', '1e3', '99999999999999999999'])('%j is refused', (text) => {
    expect(refusal(() => parseWhole(text, '--repeat', 1, 1000)).code).toBe('XRB_BAD_NUMBER')
  })

  test('the range is part of the refusal', () => {
    const error = refusal(() => parseWhole('0', '--repeat', 1, 1000))
    expect(error.message).toBe('--repeat: 0 is outside 1 to 1000.')
  })
})

test('no text makes a parser throw anything but an XrbenchError', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseSize, parseDuration, parseRate]) {
        try {
          const value = parse(text, '--x')
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(XrbenchError)
        }
      }
    }),
  )
})
