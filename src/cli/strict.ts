import { allFlags } from '../results/document.js'
import { FLAG_SENTENCES, type Flag } from '../results/flag-names.js'
import type { ResultDocument } from '../results/schema.js'

/** Flags that say where it was measured, not that it was measured badly. */
const CIRCUMSTANCES: ReadonlySet<Flag> = new Set(['loopback', 'software-rdma', 'virtual-machine'])

/** The flags of a result that make `--strict` fail. */
export function doubtful(document: ResultDocument): Flag[] {
  return allFlags(document).filter((flag) => !CIRCUMSTANCES.has(flag))
}

/** What each of the flags means, in one line. */
export function doubtSentences(flags: readonly Flag[]): string {
  return flags.map((flag) => `${flag}: ${FLAG_SENTENCES[flag]}`).join('; ')
}
