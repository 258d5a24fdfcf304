import { flagShare } from '../../results/repetition/flag-share.js'
import { FLAG_SENTENCES, type Flag, sortFlags } from '../../results/schema/flag-names.js'
import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { type Palette, wrap } from './text.js'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** The flags of the cases, with the letter that stands for each. */
export function letterFlags(doc: ResultDocument): Map<Flag, string> {
  const flags = sortFlags(doc.cases.flatMap((one) => one.flags))
  return new Map(flags.map((flag, i) => [flag, LETTERS[i] ?? '?']))
}

/** The letters of one case; after one that not all of its repetitions have, how many have it: `ad e3/8`. */
export function marksOf(letters: Map<Flag, string>): (result: CaseResult) => string {
  return (result) => {
    const marks = result.flags.flatMap((flag) => {
      const letter = letters.get(flag)
      return letter === undefined ? [] : [{ letter, share: flagShare(result, flag) }]
    })
    const whole = marks.filter(({ share }) => share === null).map(({ letter }) => letter)
    const partial = marks.flatMap(({ letter, share }) => (share === null ? [] : letter + share))
    return [whole.join(''), ...partial].filter((part) => part !== '').join(' ')
  }
}

/** The flags that concern the run as a whole, and no row by its letter. */
function wholeRunFlags(doc: ResultDocument, letters: Map<Flag, string>): Flag[] {
  return doc.flags.filter((flag) => !letters.has(flag))
}

/** What each flag that occurs means, in plain words. */
export function renderFlags(
  doc: ResultDocument,
  letters: Map<Flag, string>,
  width: number,
  style: Palette,
): string[] {
  const entries: [string, Flag][] = [
    ...[...letters].map(([flag, letter]): [string, Flag] => [letter, flag]),
    ...wholeRunFlags(doc, letters).map((flag): [string, Flag] => ['*', flag]),
  ]
  const nameWidth = Math.max(0, ...entries.map(([, flag]) => flag.length))
  return entries.flatMap(([mark, flag]) => {
    const indent = 2 + nameWidth + 2
    const [first, ...rest] = wrap(FLAG_SENTENCES[flag], width - indent)
    return [
      `${style.warning(mark)} ${flag.padEnd(nameWidth)}  ${first}`,
      ...rest.map((line) => ' '.repeat(indent) + line),
    ]
  })
}
