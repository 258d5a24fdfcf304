import { usageError } from '../../errors.js'
import type { Kind } from '../../options/kind.js'
import { formatSize, parseSize } from '../../units.js'

/** What others write between the ends of a range. */
const NEARLY = /^([\d.]+ ?[a-z]*) ?(?:-|:|\.{3,}|…|–|to) ?([\d.]+ ?[a-z]*)$/i

/**
 * The items that an item of a list of sizes stands for: of `64..1M` each doubling from the first on, and the last. Any other is itself.
 * @throws {XrbenchError} `XRB_BAD_RANGE`, with the range that was meant where it can be told
 */
export function itemsOf(kind: Kind, item: string, label: string): string[] {
  if (kind.is !== 'bytes') return [item]
  const ends = item.split('..').map((end) => end.trim())
  const [low = '', high = ''] = ends
  if (ends.length === 2 && /^[^.]/.test(high) && low !== '') return doublings(low, high, label)
  const [, first = '', last = ''] = NEARLY.exec(item) ?? []
  const isRange = first !== '' || ends.length > 1
  if (!isRange) return [item]
  throw usageError(
    'XRB_BAD_RANGE',
    `${label}: '${item}' is no range: two sizes with '..' between them.`,
    first === '' ? `${label} ${low || '64'}..${high || '1M'}` : `${label} ${first}..${last}`,
  )
}

/**
 * Of a number that a run has one of.
 * @throws {XrbenchError} `XRB_BAD_RANGE` for two with `..` between them
 */
export function refuseRange(kind: Kind, text: string, label: string): void {
  if (kind.is !== 'count' && kind.is !== 'rate') return
  const [, low, high] = /^([^.]+(?:\.\d+[a-z]*)?) ?\.{2,} ?(.+)$/i.exec(text.trim()) ?? []
  if (low === undefined || high === undefined) return
  throw usageError(
    'XRB_BAD_RANGE',
    `${label}: '${text}' is a range, and a run has one value of it.`,
    `a run for each: ${label} ${low}, then ${label} ${high}`,
  )
}

function doublings(low: string, high: string, label: string): string[] {
  const [from, until] = [parseSize(low, label), parseSize(high, label)]
  if (from < 1)
    throw usageError(
      'XRB_BAD_RANGE',
      `${label}: a range begins with 1 B or more.`,
      `${label} 1..${high}`,
    )
  if (from >= until) {
    throw usageError(
      'XRB_BAD_RANGE',
      `${label}: '${low}..${high}' does not go up.`,
      from === until ? `${label} ${low}` : `${label} ${high}..${low}`,
    )
  }
  const sizes: number[] = []
  for (let size = from; size < until; size *= 2) sizes.push(size)
  return [...sizes, until].map(formatSize)
}
