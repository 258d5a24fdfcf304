import { CIRCUMSTANCES, FLAG_SENTENCES, type Flag } from '../schema/flag-names.js'
import type { ResultDocument } from '../schema/schema.js'
import { allFlags } from './document.js'

/** The flags of a result that make `--strict` fail. */
export function doubtful(document: ResultDocument): Flag[] {
  return allFlags(document).filter((flag) => !CIRCUMSTANCES.includes(flag))
}

/** What each of the flags means, in one line. */
export function doubtSentences(flags: readonly Flag[]): string {
  return flags.map((flag) => `${flag}: ${FLAG_SENTENCES[flag]}`).join('; ')
}
