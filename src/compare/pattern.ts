import { caseTitle } from '../results/document/case-name.js'
import type { CaseRef } from './schema.js'

/**
 * Whether `pattern`, in which `*` stands for anything, is the whole of the key of a case; configuration and place may stand beside it, as in
 * `A: tcp/*` and `* (lab)`.
 */
export function matches(pattern: string, ref: CaseRef): boolean {
  return [ref.key, caseTitle(ref)].some(
    (name) => isWhole(pattern, name) || isWhole(pattern, placed(name, ref)),
  )
}

/** What stands between the stars has to come one after the other: the first place where each fits leaves most to the next. */
function isWhole(pattern: string, name: string): boolean {
  const [first = '', ...parts] = pattern.split('*')
  const last = parts.pop()
  if (last === undefined) return name === pattern
  const end = name.length - last.length
  if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let from = first.length
  for (const part of parts) {
    const at = name.indexOf(part, from)
    if (at < 0 || at + part.length > end) return false
    from = at + part.length
  }
  return true
}

/** A name that no other case of the document has, even to who reads only its beginning. */
export function fullName(ref: CaseRef): string {
  return placed(caseTitle(ref), ref)
}

function placed(name: string, { place }: CaseRef): string {
  return `${name} (${place})`
}
