import { compareResults } from '../compare/compare.js'
import { parseGate } from '../compare/gate.js'
import { refuseMeaningless } from '../compare/meaning.js'
import type { CompareDocument, Studied } from '../compare/schema.js'
import type { Source } from '../compare/source.js'
import { refuseUnusable } from '../results/document/usable.js'
import type { ResultDocument } from '../results/schema/schema.js'

/** How {@link compare} holds results against one another. */
export interface CompareOptions {
  /**
   * The difference that is studied: `host`, `transport` or `version`; `variant`: the two configurations of one {@link ab}.
   * Default: none; all but the numbers should be the same.
   */
  readonly across?: Studied | undefined
  /** What may not become worse by more than how much, as `p99:+5%` or `throughput@tcp/*:-3%`: `gateVerdict` says. Default: none. */
  readonly gates?: readonly string[] | undefined
  /** Compares also what differs so much that it means nothing. Default: false. */
  readonly force?: boolean | undefined
  /** What the results are called, the base first. Default: `base`, `new 1`, `new 2` … */
  readonly names?: readonly string[] | undefined
}

/**
 * Holds results against a base: what differs, by how much, and whether it could be chance. Without others, the base against itself: for
 * `across: 'transport'` or `'variant'`.
 * @throws {XrbenchError} `XRB_RESULT_FILE` for a result that contradicts itself, or holds nothing that was measured; `XRB_NOTHING_TO_COMPARE`,
 * `XRB_SAME_RESULT`, `XRB_BAD_GATE` (exit 2), `XRB_NOT_COMPARABLE` (exit 3)
 */
export function compare(
  base: ResultDocument,
  others: readonly ResultDocument[] = [],
  { across, gates = [], force = false, names = [] }: CompareOptions = {},
): CompareDocument {
  const source: Source = { file: names[0] ?? 'base', doc: base }
  const sources = others.map((doc, i) => ({ file: names[i + 1] ?? `new ${i + 1}`, doc }))
  for (const { file, doc } of [source, ...sources]) refuseUnusable(doc, file, 'validate tells all')
  const document = compareResults(source, sources.length === 0 ? [source] : sources, {
    across: across ?? null,
    forced: force,
    gates: gates.map(parseGate),
  })
  if (!force) refuseMeaningless(document)
  return document
}
