import { allFlags } from '../results/document/document.js'
import { CIRCUMSTANCES, FLAG_SENTENCES, type Flag } from '../results/schema/flag-names.js'
import type { ResultDocument } from '../results/schema/schema.js'

/** The flags of a result that make `--strict` fail. */
export function doubtful(document: ResultDocument): Flag[] {
  return allFlags(document).filter((flag) => !CIRCUMSTANCES.includes(flag))
}

/** What each of the flags means, in one line. */
export function doubtSentences(flags: readonly Flag[]): string {
  return flags.map((flag) => `${flag}: ${FLAG_SENTENCES[flag]}`).join('; ')
}
