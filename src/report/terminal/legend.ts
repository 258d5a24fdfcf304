import { flagShare } from '../../results/repetition/flag-share.js'
import { FLAG_SENTENCES, type Flag, sortFlags } from '../../results/schema/flag-names.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { ownFlags, type SharedFacts } from './shared-facts.js'
import { type Palette, wrap } from './text.js'

const OF_PLACE = { host: 'Of all rows on this machine:', lab: 'Of all rows in the lab:' }

/** The flags of a row by their names; after one that not all of its repetitions have, how many have it: `loss, cpu-saturated 3/8`. */
export function flagWords(result: CaseResult, shared: SharedFacts): string {
  return ownFlags(result, shared)
    .map((flag) => [flag, flagShare(result, flag) ?? ''].join(' ').trim())
    .join(', ')
}

/** What holds of every row, or of every one of a place, in sentences. */
export function sharedLines(
  { ofAll, ofPlace }: SharedFacts,
  width: number,
  style: Palette,
): string[] {
  const blocks = [
    { title: 'Of all rows:', flags: ofAll },
    ...ofPlace.map(({ place, flags }) => ({ title: OF_PLACE[place], flags })),
  ]
  return blocks.flatMap(({ title, flags }) =>
    flags.length === 0 ? [] : [style.dim(title), ...sentences(flags, width, style)],
  )
}

/** What each flag that a row has for itself means, in plain words. */
export function ownLines(
  cases: readonly CaseResult[],
  shared: SharedFacts,
  width: number,
  style: Palette,
): string[] {
  return sentences(sortFlags(cases.flatMap((one) => ownFlags(one, shared))), width, style)
}

function sentences(flags: readonly Flag[], width: number, style: Palette): string[] {
  const nameWidth = Math.max(0, ...flags.map((flag) => flag.length))
  return flags.flatMap((flag) => {
    const indent = nameWidth + 2
    const [first = '', ...rest] = wrap(FLAG_SENTENCES[flag], width - indent)
    return [
      `${style.warning(flag)}${' '.repeat(indent - flag.length)}${first}`,
      ...rest.map((line) => ' '.repeat(indent) + line),
    ]
  })
}
