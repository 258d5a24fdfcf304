import { preciseProbability } from '../../compare/probability-words.js'
import type { CaseDigest } from '../digest/digest.js'
import type { Times } from './groups.js'
import type { Question } from './question.js'
import { factorWords, listed } from './words.js'

/** A case among others of its size: its median, and how it stands to the first. */
interface Ranked {
  one: CaseDigest
  value: number
  times: Times | null
}

/** Of those not shown to be behind `first`. */
export function undecided(
  first: Omit<Ranked, 'times'>,
  rest: readonly Ranked[],
  question: Question,
): string {
  const { at, words } = question
  const named = ({ one, value }: Omit<Ranked, 'times'>) => `${one.variant} (${words(value)})`
  const untested = rest.find(({ times }) => times === null || times.missing !== null)
  if (untested !== undefined) {
    const why = untested.times?.missing?.replace(/ of the (base|new result)/, '')
    return `${at} there is no verdict between ${listed([first, ...rest].map(named))}${why ? `: ${why}` : ''}`
  }
  // All one way, and yet so few that it may be chance.
  const leaning = rest.filter(({ times }) => times !== null && (times.low > 1 || times.high < 1))
  const level = rest.filter((one) => !leaning.includes(one))
  const withRatios = (some: readonly Ranked[]) =>
    listed(
      some.map(({ one, value, times }, i) => {
        const ratio = factorWords(times ?? { low: 0, high: 0 })
        return `${one.variant} (${words(value)}, ${i === 0 ? 'ratio ' : ''}${ratio})`
      }),
    )
  const parts = [
    level.length === 0
      ? ''
      : `${named(first)} cannot be told apart from ${withRatios(level)}: ${basisWords(level)}`,
    leaning.length === 0
      ? ''
      : `${level.length === 0 ? named(first) : first.one.variant} was ahead of ${withRatios(leaning)}, but that may be chance: ${basisWords(leaning)}, ${chanceWords(leaning)}`,
  ]
  return `${at} ${parts.filter((part) => part !== '').join('; ')}`
}

/** What the ratios rest on, said once for all of them. Few repetitions do not give an interval of 95 %. */
function basisWords(some: readonly Ranked[]): string {
  const known = some.flatMap(({ times }) => times ?? [])
  const percent = Math.floor(Math.min(...known.map(({ confidence }) => confidence)) * 100)
  const counts = known.map(({ n }) => n)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const n = least === most ? `${least}` : `${least} to ${most}`
  return `${Math.min(95, percent)} % ${known.length === 1 ? 'interval' : 'intervals'}, n = ${n}`
}

function chanceWords(some: readonly Ranked[]): string {
  const all = some.flatMap(({ times }) => times?.p ?? []).sort((a, b) => a - b)
  const [least, most] = [all[0], all.at(-1)].map((p) => preciseProbability(p ?? 1))
  return least === most ? `p = ${least}` : `p = ${least} to ${most}`
}
