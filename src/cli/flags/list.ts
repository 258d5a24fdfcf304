import { usageError } from '../../errors.js'
import { nearest } from './suggest.js'

/**
 * Items of a comma-separated list, each read by `parse`; what stands for several is taken apart by `expand`.
 * @throws {XrbenchError} `XRB_BAD_LIST` for an empty item, or one that is there twice
 */
export function parseList<T>(
  text: string,
  option: string,
  parse: (item: string) => T,
  expand: (item: string) => string[] = (item) => [item],
): T[] {
  const items = text.split(',').map((item) => item.trim())
  const filled = items.filter((item) => item !== '')
  if (filled.length < items.length) {
    throw usageError(
      'XRB_BAD_LIST',
      filled.length === 0 ? `${option} is empty.` : `${option}: '${text}' has an empty item.`,
      filled.length === 0 ? 'see xrbench run --help' : `${option} ${filled.join(',')}`,
    )
  }
  const values: T[] = []
  const kept: string[] = []
  let twice: string | undefined
  for (const item of filled.flatMap(expand)) {
    const value = parse(item)
    if (values.includes(value)) {
      twice ??= item
    } else {
      values.push(value)
      kept.push(item)
    }
  }
  if (twice !== undefined) {
    throw usageError(
      'XRB_BAD_LIST',
      `${option}: '${twice}' is there twice.`,
      `${option} ${kept.join(',')}`,
    )
  }
  return values
}

/**
 * One of the known words.
 * @throws {XrbenchError} `code`, with the nearest word as a hint
 */
export function parseWord<T extends string>(
  text: string,
  option: string,
  noun: string,
  known: readonly T[],
  code: `XRB_${string}` = 'XRB_BAD_WORD',
): T {
  const found = known.find((word) => word === text)
  if (found !== undefined) return found
  const near = nearest(text, known)
  // `ways to connect`, `types of socket`
  const [, head = noun, rest = ''] = /^(.*?)( (?:of|to) .*)?$/.exec(noun) ?? []
  const plural = `${/[^aeiou]y$/.test(head) ? `${head.slice(0, -1)}ies` : `${head}s`}${rest}`
  const all = `${plural} are ${known.join(', ')}`
  throw usageError(
    code,
    `${option}: '${text}' is not a ${noun}.`,
    near === null ? all : `did you mean ${near}? ${all}`,
  )
}
