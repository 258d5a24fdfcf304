import type { Across } from './schema.js'
import type { MeasuredCase } from './source.js'

/** Something about a side that its numbers depend on. */
export interface Fact {
  name: string
  /** Of which machine; absent: of the whole. */
  end?: End | undefined
  /** `null`: not known, and so not held against anything. */
  value: string | null
  /** Where the value is a list; a text may have commas of its own. */
  items: readonly string[] | null
  /** stop: where it differs, the numbers do not answer the same question. */
  weight: 'stop' | 'note'
  /** What is studied where it is meant to differ. */
  of: Across | 'settings'
}

export type End = 'client' | 'server'

const maker =
  (weight: Fact['weight'], of: Fact['of'], end: End | undefined) =>
  (
    name: string,
    value: string | number | boolean | readonly string[] | null | undefined,
  ): Fact => ({
    name,
    end,
    value: textOf(value),
    items: Array.isArray(value) ? value : null,
    weight,
    of,
  })

function textOf(value: string | number | boolean | readonly string[] | null | undefined) {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? value.join(', ') : String(value)
}

const makersOf = (end?: End) => ({
  stop: maker('stop', 'settings', end),
  note: maker('note', 'settings', end),
  stopHost: maker('stop', 'host', end),
  noteHost: maker('note', 'host', end),
  stopTransport: maker('stop', 'transport', end),
  noteTransport: maker('note', 'transport', end),
  noteVersion: maker('note', 'version', end),
})

export const WHOLE = makersOf()
export const AT = { client: makersOf('client'), server: makersOf('server') }

/** Facts of the whole result. */
export function factsOfSource({ source, place }: MeasuredCase): Fact[] {
  const { tool } = source.doc
  const { sanitizer, compiler, flags } = tool.build ?? {}
  const { stop, stopHost, noteVersion } = WHOLE
  return [
    noteVersion('xrbench', tool.version),
    noteVersion('commit', tool.commit?.slice(0, 12)),
    noteVersion('compiler', compiler),
    noteVersion('compiler flags', flags),
    stop('sanitizer build', tool.build === null ? null : (sanitizer ?? 'none')),
    stopHost('place', place),
  ]
}

/** A record as a list, whatever the order of its members. */
export function wordsOf(record: Record<string, string | boolean>): string[] {
  return Object.keys(record)
    .sort()
    .map((name) => `${name}=${record[name]}`)
}
