import { deflateSync, inflateSync } from 'node:zlib'
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { usageError } from '../errors.js'
import {
  COUNTS_LENGTH,
  HIGHEST_TRACKABLE_NS,
  LOWEST_DISCERNIBLE_NS,
  SIGNIFICANT_DIGITS,
} from './histogram-layout.js'

// HdrHistogram's V2 format; 0x10 says that counts are ZigZag LEB128 words of at most nine bytes.
const COOKIE = 0x1c849303 | 0x10
const COMPRESSED_COOKIE = 0x1c849304 | 0x10
const COMPRESSED_HEADER_BYTES = 8
const HEADER_BYTES = 40
const WORD_BYTES = 9
const MAX_PAYLOAD_BYTES = HEADER_BYTES + COUNTS_LENGTH * WORD_BYTES
// Deflate expands what it cannot compress by less than 0.1 %, base64 by a third.
const MAX_BASE64_CHARS = Math.ceil(MAX_PAYLOAD_BYTES * 1.5)

/**
 * HDR V2 compressed base64 (`HISTFAAAA…`), as every HdrHistogram library reads it. Overflow, exact
 * minimum, maximum and sum are not part of that format.
 *
 * Two header fields are set right: hdr-histogram-js 3.0.1 (`dist/JsHistogram.encoding.js`,
 * `encodeIntoByteBuffer`) writes 1 as the normalizing index offset, and the whole number 1 where the
 * conversion ratio is a double. It ignores both when it reads; HdrHistogram_c applies the offset and would
 * take every value from the bucket next to its own.
 */
export function encodeHistogram(histogram: Histogram): string {
  // Level 1, for this compression is undone at once.
  const encoded = Buffer.from(encodeIntoCompressedBase64(histogram, 1), 'base64')
  const payload = inflateSync(encoded.subarray(COMPRESSED_HEADER_BYTES))
  payload.writeInt32BE(0, 8)
  payload.writeDoubleBE(1, 32)

  const deflated = deflateSync(payload)
  const head = Buffer.alloc(COMPRESSED_HEADER_BYTES)
  head.writeInt32BE(COMPRESSED_COOKIE, 0)
  head.writeInt32BE(deflated.length, 4)
  return Buffer.concat([head, deflated]).toString('base64')
}

/**
 * Reads what {@link encodeHistogram} or another HdrHistogram library wrote for the layout of a result. The
 * library trusts its input, so that is checked first: time and memory are bounded whatever it is.
 * @throws XrbenchError `XRB_BAD_HISTOGRAM`
 */
export function decodeHistogram(base64: string): Histogram {
  const data = checkedBytes(base64)
  checkPayload(inflatePayload(data))
  const histogram = decodeChecked(data)
  if (!Number.isSafeInteger(histogram.totalCount)) throw bad('its counts are too large')
  return histogram
}

/**
 * Calls `visit` for every bucket of an encoded histogram that is not empty, in the order of their values, without making a
 * histogram of them: what is needed to check thousands.
 * @throws XrbenchError `XRB_BAD_HISTOGRAM`, perhaps after some visits
 */
export function eachBucket(base64: string, visit: (index: number, count: number) => void): void {
  checkPayload(inflatePayload(checkedBytes(base64)), visit)
}

function checkedBytes(base64: string): Buffer {
  if (base64.length > MAX_BASE64_CHARS) throw bad('it is too long')
  return Buffer.from(base64, 'base64')
}

function inflatePayload(data: Buffer): Buffer {
  if (data.length < COMPRESSED_HEADER_BYTES || data.readInt32BE(0) !== COMPRESSED_COOKIE)
    throw bad('it is not HDR V2 compressed')
  const end = COMPRESSED_HEADER_BYTES + data.readInt32BE(4)
  if (end < COMPRESSED_HEADER_BYTES || end > data.length) throw bad('it is cut short')
  try {
    return inflateSync(data.subarray(COMPRESSED_HEADER_BYTES, end), {
      maxOutputLength: MAX_PAYLOAD_BYTES,
    })
  } catch {
    throw bad('it does not inflate')
  }
}

function checkPayload(payload: Buffer, visit?: (index: number, count: number) => void): void {
  if (payload.length < HEADER_BYTES || payload.readInt32BE(0) !== COOKIE)
    throw bad('it is not HDR V2')
  const end = HEADER_BYTES + payload.readInt32BE(4)
  if (end < HEADER_BYTES || end > payload.length) throw bad('it is cut short')
  const expected =
    payload.readInt32BE(12) === SIGNIFICANT_DIGITS &&
    payload.readBigInt64BE(16) === BigInt(LOWEST_DISCERNIBLE_NS) &&
    payload.readBigInt64BE(24) === BigInt(HIGHEST_TRACKABLE_NS)
  if (!expected) throw bad('its range is not 1 ns to 2^36 - 1 ns with 3 digits')
  if (eachCount(payload.subarray(HEADER_BYTES, end), visit) > COUNTS_LENGTH)
    throw bad('it holds values above the range')
}

/**
 * Calls `visit` for every count that is not 0, and returns how many counts `words` stand for, runs of zeros included:
 * hdr-histogram-js steps through as many as they claim, without end for a run of 2^50, and drops what has no place.
 */
function eachCount(words: Buffer, visit?: (index: number, count: number) => void): number {
  let filled = 0
  for (let offset = 0; offset < words.length; ) {
    let byte = words[offset++] ?? 0
    let word = byte % 128
    for (let i = 1, scale = 128; byte >= 128 && i < WORD_BYTES; i++, scale *= 128) {
      const next = words[offset++]
      if (next === undefined) throw bad('a count is cut short')
      byte = next
      word += (byte % 128) * scale
    }
    if (word % 2 === 0) {
      if (word > 0) visit?.(filled, word / 2)
      filled += 1
    } else {
      filled += (word + 1) / 2
    }
  }
  return filled
}

function decodeChecked(data: Buffer): Histogram {
  try {
    // From the bytes that were checked: base64 readers differ in what they skip.
    return decodeFromCompressedBase64(data.toString('base64'), 64)
  } catch {
    throw bad('a count is too large')
  }
}

function bad(reason: string): Error {
  return usageError('XRB_BAD_HISTOGRAM', `A histogram cannot be read: ${reason}.`)
}
