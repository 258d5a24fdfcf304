import { usageError, type XrbenchError } from './errors.js'

/** Largest message any transport is asked to carry. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Longest time that can be asked for. */
export const MAX_DURATION_NS = 24 * 3600e9

const SIZE_UNITS = new Map(
  Object.entries({
    '': 1,
    b: 1,
    k: 1024,
    ki: 1024,
    kib: 1024,
    m: 1024 ** 2,
    mi: 1024 ** 2,
    mib: 1024 ** 2,
    g: 1024 ** 3,
    gi: 1024 ** 3,
    gib: 1024 ** 3,
  }),
)

const DURATION_UNITS_NS = new Map(
  Object.entries({
    ns: 1,
    us: 1e3,
    µs: 1e3,
    μs: 1e3,
    ms: 1e6,
    s: 1e9,
    m: 60e9,
    min: 60e9,
    h: 3600e9,
  }),
)

const RATE_UNITS = new Map(Object.entries({ '': 1, k: 1e3, m: 1e6, g: 1e9 }))

/**
 * Bytes of `64`, `4k`, `1MiB`: the letters are powers of 1,024. `kB` and `MB` are refused, because half of their
 * readers take them for powers of 1,000.
 * @param option the flag or variable the text came from, for the error
 * @throws {XrbenchError} `XRB_BAD_SIZE` when it is not a whole number of bytes
 */
export function parseSize(text: string, option: string): number {
  const { value, unit } = split(text) ?? fail('XRB_BAD_SIZE', option, text, 'a size', '4k')
  if (/^[kmg]b$/i.test(unit)) {
    const sane = `${value}${unit.charAt(0)}`
    throw usageError(
      'XRB_BAD_SIZE',
      `${option}: '${text}' may mean powers of 1,000 or of 1,024.`,
      `write ${sane.toLowerCase()} or ${value}${unit.charAt(0).toUpperCase()}iB for powers of 1,024, or the bytes in full`,
    )
  }
  const factor = SIZE_UNITS.get(unit.toLowerCase())
  if (factor === undefined)
    throw badUnit('XRB_BAD_SIZE', option, text, unit, 'B, k, M, G, KiB, MiB')
  const bytes = value * factor
  if (!Number.isSafeInteger(bytes)) {
    throw usageError(
      'XRB_BAD_SIZE',
      `${option}: '${text}' is not a whole number of bytes.`,
      'use for example 64, 4k or 1MiB',
    )
  }
  return bytes
}

/**
 * Nanoseconds of `10s`, `500ms`, `1.5us`. A bare number has no unit and is refused, except 0.
 * @throws {XrbenchError} `XRB_BAD_DURATION`
 */
export function parseDuration(text: string, option: string): number {
  const { value, unit } = split(text) ?? fail('XRB_BAD_DURATION', option, text, 'a time', '10s')
  if (unit === '') {
    if (value === 0) return 0
    throw usageError(
      'XRB_BAD_DURATION',
      `${option}: '${text}' has no unit.`,
      `${option} ${value}s for seconds, ${option} ${value}ms for milliseconds`,
    )
  }
  const factor = DURATION_UNITS_NS.get(unit)
  if (factor === undefined) {
    throw badUnit('XRB_BAD_DURATION', option, text, unit, 'ns, us, ms, s, m, h')
  }
  const ns = Math.round(value * factor)
  if (!Number.isSafeInteger(ns)) {
    throw usageError('XRB_BAD_DURATION', `${option}: '${text}' is too long.`, `${option} 10s`)
  }
  return ns
}

/**
 * Bits per second of `500M`, `2.5G`, `10Mbit/s`, or of bytes, `125MB/s`: powers of 1,000. `MBps` is refused, because a `B` in it is as often a bit
 * as a byte.
 * @throws {XrbenchError} `XRB_BAD_RATE`
 */
export function parseRate(text: string, option: string): number {
  const { value, unit } = split(text) ?? fail('XRB_BAD_RATE', option, text, 'a rate', '500M')
  const [, unclear] = /^([kmgKMG]?)(?:b\/s|[Bb]PS|Bps)$/.exec(unit) ?? []
  if (unclear !== undefined) {
    const [bytes, bits] = [`${value}${unclear}B/s`, `${value}${unclear}bit/s`]
    throw usageError(
      'XRB_BAD_RATE',
      `${option}: '${text}' may mean bits or bytes.`,
      `${option} ${bytes} for bytes, ${option} ${bits} for bits`,
    )
  }
  const [letter, bitsOf] = unit.endsWith('B/s')
    ? [unit.slice(0, -'B/s'.length), 8]
    : [unit.replace(/(bit\/s|bits\/s|bps|bit)$/i, ''), 1]
  const factor = RATE_UNITS.get(letter.toLowerCase())
  if (factor === undefined)
    throw badUnit(
      'XRB_BAD_RATE',
      option,
      text,
      unit,
      'k, M, G (bits per second), or MB/s for bytes',
    )
  const rate = Math.round(value * bitsOf * factor)
  if (!Number.isSafeInteger(rate)) {
    throw usageError('XRB_BAD_RATE', `${option}: '${text}' is too much.`, `${option} 500M`)
  }
  return rate
}

/**
 * A whole number, digits only.
 * @throws {XrbenchError} `XRB_BAD_NUMBER` when it is none or outside `min`–`max`
 */
export function parseWhole(text: string, option: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) {
    throw usageError(
      'XRB_BAD_NUMBER',
      `${option}: '${text}' is not a whole number.`,
      `${option} takes ${min} to ${max}`,
    )
  }
  if (value < min || value > max) {
    throw usageError(
      'XRB_BAD_NUMBER',
      `${option}: ${text} is outside ${min} to ${max}.`,
      `choose a number from ${min} to ${max}`,
    )
  }
  return value
}

/** Exact and shortest: `64B`, `4KiB`, `1MiB`. Read back by {@link parseSize}. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return `${bytes}B`
}

/** Exact: `3s`, `1500ms`, `250us`. Read back by {@link parseDuration}. */
export function formatDuration(ns: number): string {
  for (const [unit, factor] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const) {
    if (ns >= factor && ns % factor === 0) return `${ns / factor}${unit}`
  }
  return ns === 0 ? '0' : `${ns}ns`
}

/** Exact: `500M`, `2500k`. Bits per second; read back by {@link parseRate}. */
export function formatRate(bitsPerSec: number): string {
  for (const [unit, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (bitsPerSec >= factor && bitsPerSec % factor === 0) return `${bitsPerSec / factor}${unit}`
  }
  return `${bitsPerSec}`
}

function split(text: string): { value: number; unit: string } | null {
  const match = /^(\d+(?:\.\d+)?|\.\d+) ?([a-zA-Zµμ/]*)$/.exec(text.trim())
  if (match === null) return null
  return { value: Number(match[1]), unit: match[2] ?? '' }
}

function fail(
  code: 'XRB_BAD_SIZE' | 'XRB_BAD_DURATION' | 'XRB_BAD_RATE',
  option: string,
  text: string,
  what: string,
  example: string,
): never {
  throw usageError(code, `${option}: '${text}' is not ${what}.`, `${option} ${example}`)
}

function badUnit(
  code: XrbenchError['code'],
  option: string,
  text: string,
  unit: string,
  known: string,
): XrbenchError {
  return usageError(
    code,
    `${option}: '${text}' has the unknown unit '${unit}'.`,
    `units are ${known}`,
  )
}
