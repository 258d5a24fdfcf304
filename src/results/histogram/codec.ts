import { deflateSync, inflateSync } from 'node:zlib'
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { usageError } from '../../errors.js'
import {
  COUNTS_LENGTH,
  HIGHEST_TRACKABLE_NS,
  LOWEST_DISCERNIBLE_NS,
  SIGNIFICANT_DIGITS,
} from './layout.js'

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

/** The buckets of a histogram that are not empty, in the order of their values. */
interface Buckets {
  indices: Uint32Array
  counts: Float64Array
}

/**
 * The buckets of an encoded histogram, without making a histogram of them: what is needed to check thousands.
 * @throws XrbenchError `XRB_BAD_HISTOGRAM`
 */
export function decodeBuckets(base64: string): Buckets {
  const used = checkPayload(inflatePayload(checkedBytes(base64)))
  const counts = COUNTS.slice(0, used)
  if (!Number.isSafeInteger(counts.reduce((sum, count) => sum + count, 0)))
    throw bad('its counts are too large')
  return { indices: INDICES.slice(0, used), counts }
}

/**
 * How many samples an encoded histogram holds.
 * @throws XrbenchError `XRB_BAD_HISTOGRAM`
 */
export function countSamples(base64: string): number {
  const used = checkPayload(inflatePayload(checkedBytes(base64)))
  let count = 0
  for (let i = 0; i < used; i++) count += COUNTS[i] ?? 0
  return count
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
      // Most are smaller; the default of 16 KiB for each of thousands keeps the garbage collector busy.
      chunkSize: 4096,
    })
  } catch {
    throw bad('it does not inflate')
  }
}

/** Puts the buckets into {@link INDICES} and {@link COUNTS}, and returns how many there are. */
function checkPayload(payload: Buffer): number {
  if (payload.length < HEADER_BYTES || payload.readInt32BE(0) !== COOKIE)
    throw bad('it is not HDR V2')
  const end = HEADER_BYTES + payload.readInt32BE(4)
  if (end < HEADER_BYTES || end > payload.length) throw bad('it is cut short')
  const expected =
    payload.readInt32BE(12) === SIGNIFICANT_DIGITS &&
    payload.readBigInt64BE(16) === BigInt(LOWEST_DISCERNIBLE_NS) &&
    payload.readBigInt64BE(24) === BigInt(HIGHEST_TRACKABLE_NS)
  if (!expected) throw bad('its range is not 1 ns to 2^36 - 1 ns with 3 digits')
  const { filled, used } = readCounts(payload, end)
  if (filled > COUNTS_LENGTH) throw bad('it holds values above the range')
  return used
}

// Room for the largest histogram, used again and again.
const INDICES = new Uint32Array(COUNTS_LENGTH)
const COUNTS = new Float64Array(COUNTS_LENGTH)

/**
 * Reads the words up to `end`, and counts for how many counts they stand, runs of zeros included: hdr-histogram-js
 * steps through as many as they claim, without end for a run of 2^50, and drops what has no place. `used` are not 0.
 */
function readCounts(payload: Buffer, end: number): { filled: number; used: number } {
  let [filled, used] = [0, 0]
  for (let offset = HEADER_BYTES; offset < end; ) {
    let byte = payload[offset++] ?? 0
    let word = byte & 127
    for (let i = 1, scale = 128; byte >= 128 && i < WORD_BYTES; i++, scale *= 128) {
      if (offset >= end) throw bad('a count is cut short')
      byte = payload[offset++] ?? 0
      word += (byte & 127) * scale
    }
    if (word % 2 !== 0) {
      filled += (word + 1) / 2
      continue
    }
    if (word > 0) {
      INDICES[used] = filled
      COUNTS[used] = word / 2
      used += 1
    }
    filled += 1
  }
  return { filled, used }
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
