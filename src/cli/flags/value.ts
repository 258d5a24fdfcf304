import { usageError } from '../../errors.js'
import { type Kind, MAX_RATE_BITS_PER_SEC } from '../../options/kind.js'
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
  parseWhole,
} from '../../units.js'
import { parseWord } from './list.js'
import { parsePin } from './pin.js'

/**
 * Text as the value of an option of that kind.
 * @param label what the user wrote to set it, for errors
 * @throws {XrbenchError} exit 2
 */
export function parseValue(kind: Kind, text: string, label: string): unknown {
  switch (kind.is) {
    case 'count':
      return parseWhole(text, label, kind.min, kind.max)
    case 'bytes':
      return kind.words?.[text] ?? parseBytes(kind, text, label)
    case 'mebibytes':
      return Math.floor(parseBytes({ min: kind.min * MIB, max: kind.max * MIB }, text, label) / MIB)
    case 'time':
      return parseTime(kind, text, label)
    case 'rate':
      return parsePositiveRate(text, label)
    case 'word':
      return parseWord(text, label, kind.noun, kind.words, kind.code)
    case 'name':
      return parseName(kind, text, label)
    // Who uses it knows what is wrong with it.
    case 'text':
      return text
    case 'pin':
      return parsePin(text, label)
    case 'switch':
      throw new TypeError('a switch has no text')
  }
}

const MIB = 1024 * 1024

type Range = { readonly min: number; readonly max: number }

function parseBytes({ min, max }: Range, text: string, label: string): number {
  const bytes = parseSize(text, label)
  if (bytes >= min && bytes <= max) return bytes
  throw usageError(
    'XRB_BAD_SIZE',
    `${label}: '${text}' is outside ${formatSize(min)} to ${formatSize(max)}.`,
    `${label} ${formatSize(bytes < min ? min : max)}`,
  )
}

function parseTime({ min, max }: Range, text: string, label: string): number {
  const ns = parseDuration(text, label)
  if (ns >= min && ns <= max) return ns
  if (ns === 0) {
    throw usageError(
      'XRB_BAD_DURATION',
      `${label} has to be longer than 0.`,
      'for example 500ms, 3s or 1m',
    )
  }
  throw usageError(
    'XRB_BAD_DURATION',
    `${label}: '${text}' is outside ${timeText(min)} to ${timeText(max)}.`,
    `${label} ${timeText(ns < min ? min : max)}`,
  )
}

function timeText(ns: number): string {
  const hours = ns / 3600e9
  return Number.isInteger(hours) && hours > 0 ? `${hours}h` : formatDuration(ns)
}

function parsePositiveRate(text: string, label: string): number {
  const rate = parseRate(text, label)
  if (rate > MAX_RATE_BITS_PER_SEC) {
    throw usageError(
      'XRB_BAD_RATE',
      `${label}: '${text}' is above ${formatRate(MAX_RATE_BITS_PER_SEC)}, the highest rate that can be asked for.`,
      'leave it out for no limit',
    )
  }
  if (rate > 0) return rate
  throw usageError('XRB_BAD_RATE', `${label} has to be more than 0.`, 'leave it out for no limit')
}

function parseName(
  { pattern, noun, hint }: Extract<Kind, { is: 'name' }>,
  text: string,
  label: string,
): string {
  if (pattern.test(text)) return text
  throw usageError('XRB_BAD_WORD', `${label}: '${text}' is not the name of a ${noun}.`, hint)
}
