import { basename } from 'node:path'
import type { Side } from '../../compare/schema.js'
import type { MeasuredCase, Source } from '../../compare/source.js'
import { TRANSPORTS } from '../../plan/transports.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { sizeWords } from '../charts/ticks.js'

const MOST_LETTERS = 40
const BEFORE_VARIANT = 4

/** `RDMA rc send`: what a case is a variant of, without workload and size; its wait only where a report has several. */
export function variantName(c: CaseResult, showsWait: boolean): string {
  const rest = c.key.split('/').slice(BEFORE_VARIANT)
  const wait = showsWait ? [c.parameters.requested.wait] : []
  // Of two configurations of one run, which: their names may be the same.
  const which = c.variant === undefined ? [] : [`${c.variant.toUpperCase()}:`]
  return clip([...which, c.transport.toUpperCase(), ...wait, ...rest].join(' '))
}

/** `RDMA rc send, 64 B`: for a legend, where the whole name of a case has no room. */
export function shortName(c: CaseResult, showsWait: boolean): string {
  return `${variantName(c, showsWait)}, ${sizeWords(sizeOf(c))}`
}

export function sizeOf({ parameters }: CaseResult): number {
  return parameters.requested.messageSizeBytes
}

/** Names for results, each another: the label, or the name of the file. */
export class FileNames {
  readonly #taken = new Set<string>()

  add({ file, doc }: Pick<Source, 'file' | 'doc'>): string {
    const wanted = clip(doc.label ?? basename(file).replace(/\.json(\.gz)?$/, ''))
    let name = wanted
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted} (${i})`
    this.#taken.add(name)
    return name
  }
}

/** Short enough to stand in a chart. The beginning and the end tell most. */
export function clip(text: string, most = MOST_LETTERS): string {
  const letters = [...text]
  if (letters.length <= most) return letters.join('')
  const half = Math.floor((most - 1) / 2)
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`
}

/** What a side of a comparison is called: as its result in the charts, or as its configuration where one result holds both. */
export function sideNamer(
  digests: readonly { file: string; name: string }[],
): (side: Side) => string {
  const names = new Map(digests.map(({ file, name }) => [file, name]))
  return ({ file, variant }) =>
    variant
      ? clip(`${variant.name.toUpperCase()} (${variant.options.join(' ')})`)
      : (names.get(file) ?? clip(file))
}

/** Transports first in an order that is always the same, so that they keep their colours. */
export function orderOf({ case: c }: MeasuredCase): number {
  return TRANSPORTS[c.transport].slot
}
