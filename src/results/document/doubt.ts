import { CIRCUMSTANCES, FLAG_SENTENCES, type Flag } from '../schema/flag-names.js'
import type { ResultDocument } from '../schema/schema.js'
import { allFlags } from './document.js'

/** A flag that speaks against the figures of a result, and what it means, in one line. */
export interface Doubt {
  /** By its name in the file. */
  readonly flag: Flag
  /** What it means, and what it speaks against. */
  readonly sentence: string
}

/**
 * What speaks against the figures of a result, each once; none where they can be trusted: for these `xrbench run --strict` ends with exit code 6. That
 * both ends were on one machine, or in virtual ones, is not among them: it says where it was measured.
 */
export function doubts(document: ResultDocument): Doubt[] {
  return allFlags(document)
    .filter((flag) => !CIRCUMSTANCES.includes(flag))
    .map((flag) => ({ flag, sentence: FLAG_SENTENCES[flag] }))
}
