import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RawHistogram } from '../../addon/addon.js'
import { fc } from '../../fixtures/property.js'
import {
  countsOf,
  denseCounts,
  encodeReference,
  recordLatencies,
  recordReference,
} from '../fixtures/histograms.js'
import { PERCENTILES } from '../schema/measures.js'
import { countSamples, decodeBuckets, decodeHistogram, encodeHistogram } from './codec.js'
import { histogramOfCounts } from './histogram.js'
import { COUNTS_LENGTH, HIGHEST_TRACKABLE_NS } from './layout.js'
import { valueAtQuantile } from './percentiles.js'

const counts = fc.uniqueArray(
  fc.tuple(
    fc.nat(COUNTS_LENGTH - 1),
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 44 })),
  ),
  { selector: ([index]) => index, maxLength: 300 },
)

const rawHistogram = counts.map((entries): RawHistogram => {
  const sorted = entries.toSorted(([a], [b]) => a - b)
  return {
    indices: Int32Array.from(sorted, ([index]) => index),
    counts: Float64Array.from(sorted, ([, count]) => count),
    count: sorted.reduce((sum, [, count]) => sum + count, 0),
    overflow: 0,
    minNs: null,
    maxNs: null,
    sumNs: 0,
  }
})

const encode = (values: readonly number[]) => encodeHistogram(recordLatencies(values).inRange)

test('decoding gives back every count', () => {
  fc.assert(
    fc.property(rawHistogram, (raw) => {
      const encoded = encodeHistogram(histogramOfCounts(raw).inRange)
      const back = decodeHistogram(encoded)
      expect(back.totalCount).toBe(raw.count)
      expect(countsOf(back)).toEqual(denseCounts(raw))
      // Without a histogram of them, the same.
      expect(countSamples(encoded)).toBe(raw.count)
      const buckets = decodeBuckets(encoded)
      expect([...buckets.indices]).toEqual([...raw.indices])
      expect([...buckets.counts]).toEqual([...raw.counts])
    }),
    { numRuns: 50 },
  )
})

test('the counts of hdr-histogram-js are read back, with the header that it writes', () => {
  const reference = recordReference(
    Array.from({ length: 5_000 }, (_, i) => 700 + ((i * 7_919) % 90_000)),
  )
  expect(countsOf(decodeHistogram(encodeReference(reference)))).toEqual(countsOf(reference))
})

test('the words are those hdr-histogram-js writes', () => {
  const values = [0, 1, 3, 2_047, 2_048, 50_000, 50_000, HIGHEST_TRACKABLE_NS]
  const words = (base64: string) =>
    inflateSync(Buffer.from(base64, 'base64').subarray(8)).subarray(40)
  const ours = words(encode(values))
  expect(ours).toEqual(words(encodeReference(recordReference(values))))
})

test('begins as every HDR V2 payload does', () => {
  expect(encode([1_000])).toMatch(/^HISTFAAAA/)
})

test('an empty histogram survives', () => {
  expect(decodeHistogram(encode([])).totalCount).toBe(0)
})

describe('a reader that shares nothing with us', () => {
  const script = fileURLToPath(new URL('../fixtures/read_histogram.py', import.meta.url))
  const quantiles = PERCENTILES.map(({ oneIn }) => `${oneIn - 1}/${oneIn}`).join(' ')

  test('decodes the same percentiles and a plain header', () => {
    const values = Array.from(
      { length: 120_000 },
      (_, i) => 9_000 + ((i * 7_919) % 40_000) + (i % 997 ? 0 : i * 900),
    )
    const latencies = recordLatencies(values)
    const input = `${encodeHistogram(latencies.inRange)}\n${quantiles}\n`
    const read = JSON.parse(execFileSync('python3', [script], { input, encoding: 'utf8' }))
    expect(read).toEqual({
      count: latencies.count,
      max: valueAtQuantile(latencies, Number.POSITIVE_INFINITY),
      values: PERCENTILES.map(({ oneIn }) => valueAtQuantile(latencies, oneIn)),
      lowest: 1,
      highest: HIGHEST_TRACKABLE_NS,
      digits: 3,
      offset: 0,
      ratio: 1,
    })
  })
})

describe('refuses', () => {
  const refusal = expect.objectContaining({ code: 'XRB_BAD_HISTOGRAM', exitCode: 2 })
  const wrap = (payload: Buffer): string => {
    const deflated = deflateSync(payload)
    const head = Buffer.alloc(8)
    head.writeInt32BE(0x1c849314, 0)
    head.writeInt32BE(deflated.length, 4)
    return Buffer.concat([head, deflated]).toString('base64')
  }
  const payload = (words: number[], change: (head: Buffer) => void = () => {}): string => {
    const head = Buffer.alloc(40)
    head.writeInt32BE(0x1c849313, 0)
    head.writeInt32BE(words.length, 4)
    head.writeInt32BE(3, 12)
    head.writeBigInt64BE(1n, 16)
    head.writeBigInt64BE(BigInt(HIGHEST_TRACKABLE_NS), 24)
    change(head)
    return wrap(Buffer.concat([head, Buffer.from(words)]))
  }
  const LARGE = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]
  const refused: [string, string][] = [
    ['nothing', ''],
    ['what is not base64', '!!!! not a histogram !!!!'],
    ['another cookie', Buffer.alloc(64).toString('base64')],
    ['a payload cut short', encode([1, 500, 90_000]).slice(0, 40)],
    [
      'data that does not inflate',
      Buffer.from('1c84931400000004ffffffff', 'hex').toString('base64'),
    ],
    ['a payload that inflates without end', wrap(Buffer.alloc(50_000_000))],
    ['text beyond every histogram', 'A'.repeat(1_000_000)],
    ['another resolution', payload([2], (head) => head.writeInt32BE(2, 12))],
    ['another unit', payload([2], (head) => head.writeBigInt64BE(1_000n, 16))],
    ['another range', payload([2], (head) => head.writeBigInt64BE(3_600_000_000_000n, 24))],
    ['words beyond the payload', payload([2], (head) => head.writeInt32BE(99, 4))],
    ['a negative length', payload([2], (head) => head.writeInt32BE(-1, 4))],
    ['a word cut short', payload([0x80])],
    ['a count beyond 2^53', payload([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    // Each is 2^52.
    ['counts beyond 2^53 together', payload([...LARGE, ...LARGE])],
    ['a value above the range', payload([0xff, 0xff, 0xff, 0x7f, 2])],
    ['zeros without end', payload([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ]

  test.each(refused)('%s', (_, text) => {
    expect(() => decodeHistogram(text)).toThrowError(refusal)
    expect(() => decodeBuckets(text)).toThrowError(refusal)
  })

  test('any text, or reads it, and never fails in another way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const body = wrap(Buffer.concat([Buffer.from('1c849313', 'hex'), Buffer.from(bytes)]))
        try {
          decodeHistogram(body)
        } catch (error) {
          expect(error).toEqual(refusal)
        }
      }),
    )
  })
})
