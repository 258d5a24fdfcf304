import { caseTitle } from '../results/case-name.js'
import type { CaseRef } from './schema.js'

/**
 * Whether `pattern`, in which `*` stands for anything, is the whole of the key of a case; configuration and place may stand beside it, as in
 * `A: tcp/*` and `* (lab)`.
 */
export function matches(pattern: string, ref: CaseRef): boolean {
  const escaped = pattern.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll(/\*+/g, '.*')
  const whole = new RegExp(`^${escaped}$`, 's')
  return [ref.key, caseTitle(ref)].some((name) => whole.test(name) || whole.test(placed(name, ref)))
}

/** A name that no other case of the document has, even to who reads only its beginning. */
export function fullName(ref: CaseRef): string {
  return placed(caseTitle(ref), ref)
}

function placed(name: string, { place }: CaseRef): string {
  return `${name} (${place})`
}
