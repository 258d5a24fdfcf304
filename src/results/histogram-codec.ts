import { deflateSync, inflateSync } from 'node:zlib'
import type { RawHistogram } from '../addon/addon.js'
import { usageError } from '../errors.js'
import {
  COUNTS_LENGTH,
  HIGHEST_TRACKABLE_NS,
  highestValueAt,
  lowestValueAt,
  middleValueAt,
  SIGNIFICANT_DIGITS,
} from './histogram.js'
import { readZigZag, writeZigZag } from './zigzag.js'

// HdrHistogram's V2 format; 0x10 says that counts are ZigZag LEB128 words.
const COOKIE = 0x1c849303 | 0x10
const COMPRESSED_COOKIE = 0x1c849304 | 0x10
const HEADER_BYTES = 40
const MAX_PAYLOAD_BYTES = HEADER_BYTES + COUNTS_LENGTH * 9
// Deflate expands what it cannot compress by less than 0.1 %, base64 by a third.
const MAX_BASE64_CHARS = Math.ceil(MAX_PAYLOAD_BYTES * 1.5)

/**
 * HDR V2 compressed base64 (`HISTFAAAA…`), as every HdrHistogram library reads it. Overflow, exact
 * minimum, maximum and sum are not part of that format.
 *
 * Written here because hdr-histogram-js 3.0.1 writes 1 as the normalizing index offset, which
 * HdrHistogram_c takes at its word: it would read every value from the bucket next to its own.
 */
export function encodeHistogram(histogram: RawHistogram): string {
  const words: number[] = []
  let next = 0
  histogram.indices.forEach((index, i) => {
    const zeros = index - next
    if (zeros > 0) writeZigZag(words, zeros === 1 ? 0 : -zeros)
    writeZigZag(words, histogram.counts[i] ?? 0)
    next = index + 1
  })
  if (next === 0) writeZigZag(words, 0)

  const payload = Buffer.alloc(HEADER_BYTES + words.length)
  payload.writeInt32BE(COOKIE, 0)
  payload.writeInt32BE(words.length, 4)
  payload.writeInt32BE(0, 8) // normalizing index offset
  payload.writeInt32BE(SIGNIFICANT_DIGITS, 12)
  payload.writeBigInt64BE(1n, 16) // lowest discernible value
  payload.writeBigInt64BE(BigInt(HIGHEST_TRACKABLE_NS), 24)
  payload.writeDoubleBE(1, 32) // integer to double conversion ratio
  payload.set(words, HEADER_BYTES)

  const deflated = deflateSync(payload)
  const head = Buffer.alloc(8)
  head.writeInt32BE(COMPRESSED_COOKIE, 0)
  head.writeInt32BE(deflated.length, 4)
  return Buffer.concat([head, deflated]).toString('base64')
}

/**
 * Reads what {@link encodeHistogram} or another HdrHistogram library wrote for 1 ns and 3 digits. Minimum,
 * maximum and sum are those of the buckets, exact to 0.1 %; overflow is 0. Memory is bounded whatever the input.
 * @throws XrbenchError `XRB_BAD_HISTOGRAM`
 */
export function decodeHistogram(base64: string): RawHistogram {
  const payload = inflatePayload(base64)
  if (payload.length < HEADER_BYTES || payload.readInt32BE(0) !== COOKIE)
    throw bad('it is not HDR V2')
  const wordsLength = payload.readInt32BE(4)
  if (wordsLength < 0 || HEADER_BYTES + wordsLength > payload.length) throw bad('it is cut short')
  if (payload.readInt32BE(12) !== SIGNIFICANT_DIGITS || payload.readBigInt64BE(16) !== 1n) {
    throw bad('its resolution is not 1 ns with 3 digits')
  }
  return readCounts(payload.subarray(HEADER_BYTES, HEADER_BYTES + wordsLength))
}

function inflatePayload(base64: string): Buffer {
  if (base64.length > MAX_BASE64_CHARS) throw bad('it is too long')
  const data = Buffer.from(base64, 'base64')
  if (data.length < 8 || data.readInt32BE(0) !== COMPRESSED_COOKIE)
    throw bad('it is not HDR V2 compressed')
  const length = data.readInt32BE(4)
  if (length < 0 || 8 + length > data.length) throw bad('it is cut short')
  try {
    return inflateSync(data.subarray(8, 8 + length), { maxOutputLength: MAX_PAYLOAD_BYTES })
  } catch {
    throw bad('it does not inflate')
  }
}

function readCounts(words: Buffer): RawHistogram {
  const indices: number[] = []
  const counts: number[] = []
  let count = 0
  let sumNs = 0
  let index = 0
  for (let offset = 0; offset < words.length; ) {
    const word = readZigZag(words, offset)
    if (word === null || !Number.isSafeInteger(word.value)) throw bad('a count is malformed')
    offset = word.next
    if (word.value < 0) {
      index -= word.value
      continue
    }
    if (index >= COUNTS_LENGTH) throw bad('it holds values above the range')
    if (word.value > 0) {
      indices.push(index)
      counts.push(word.value)
      count += word.value
      sumNs += word.value * middleValueAt(index)
    }
    index++
  }
  if (!Number.isSafeInteger(count)) throw bad('its counts are too large')
  const [first, last] = [indices[0], indices.at(-1)]
  return {
    indices: Int32Array.from(indices),
    counts: Float64Array.from(counts),
    count,
    overflow: 0,
    minNs: first === undefined ? null : lowestValueAt(first),
    maxNs: last === undefined ? null : highestValueAt(last),
    sumNs,
  }
}

function bad(reason: string): Error {
  return usageError('XRB_BAD_HISTOGRAM', `A histogram cannot be read: ${reason}.`)
}
