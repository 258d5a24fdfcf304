import { isEvidence } from '../../compare/level.js'
import { preciseProbability } from '../../compare/probability-words.js'
import { smallestP } from '../../compare/statistics/smallest-p.js'
import { CIRCUMSTANCES, type Flag } from '../../results/schema/flag-names.js'
import type { Collected } from '../digest/collect.js'
import type { CaseDigest } from '../digest/digest.js'
import { listed } from './words.js'

const ENOUGH = 8
/** They say where it was measured; sentences of their own do that. */
const PLACES: readonly Flag[] = [...CIRCUMSTANCES, 'emulated-cpu', 'few-repetitions']

/** How far the figures can be trusted, in plain words. */
export function trustOf({ digests }: Collected): string[] {
  const cases = digests.flatMap((one) => one.cases)
  return [
    ...repetitionWords(cases),
    ...placeWords(cases),
    ...flagWords(cases),
    ...digests.flatMap(({ name, status }) =>
      status === 'completed'
        ? []
        : [`${name} did not run to its end (${status}): it holds what was measured until then.`],
    ),
    ...troubleWords(digests.flatMap(({ troubles }) => troubles)),
  ]
}

function repetitionWords(cases: readonly CaseDigest[]): string[] {
  const counts = cases.map(({ values }) =>
    Math.max(values.p50.length, values.goodput.length, values.messages.length),
  )
  if (counts.length === 0) return []
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const n = least === most ? `${least}` : `${least} to ${most}`
  const unit = most === 1 ? 'repetition' : 'repetitions'
  const base = `Every figure is the median of ${n} ${unit}, each on fresh connections in fresh processes`
  const p = smallestP(least, least, 'interleaved')
  if (!isEvidence(p)) {
    return [
      `${base}. So few cannot show that one transport is better than another: the smallest p that ${least} can give is ${preciseProbability(p)}. Measure with --repeat ${ENOUGH} or more.`,
    ]
  }
  return [`${base}; intervals and verdicts come from their scatter.`]
}

function placeWords(cases: readonly CaseDigest[]): string[] {
  const has = (flag: Flag) => cases.some(({ flags }) => flags.includes(flag))
  const isLab = cases.some(({ place }) => place === 'lab')
  const isMixed = isLab && cases.some(({ place }) => place === 'host')
  return [
    ...(cases.some(({ path }) => path === 'loopback')
      ? [
          'What ran over loopback crossed no network: it shows the cost of the software, not of a link.',
        ]
      : []),
    ...(isLab
      ? [
          `What ran in the lab (virtual machines${has('emulated-cpu') ? ' with an emulated CPU' : ''}) may be compared within the lab only, not with a real machine${isMixed ? '; it is never put beside the rows of this machine' : ''}.`,
        ]
      : []),
    ...(!isLab && has('virtual-machine')
      ? ['An end ran in a virtual machine, whose host can delay it unseen.']
      : []),
  ]
}

function flagWords(cases: readonly CaseDigest[]): string[] {
  const counts = new Map<Flag, number>()
  for (const flag of cases.flatMap(({ flags }) => flags)) {
    if (!PLACES.includes(flag)) counts.set(flag, (counts.get(flag) ?? 0) + 1)
  }
  if (counts.size === 0) return ['No case has a flag that makes its figures doubtful.']
  const told = [...counts].map(([flag, count]) => `${flag} (${count} of ${cases.length} cases)`)
  return [
    `Doubts that were found while measuring: ${listed(told)}. What they mean stands under “Flags”.`,
  ]
}

const MOST_TROUBLES = 6

function troubleWords(troubles: readonly string[]): string[] {
  const more = troubles.length - MOST_TROUBLES
  return [
    ...troubles.slice(0, MOST_TROUBLES),
    ...(more > 0 ? [`${more} more cases were not run or failed.`] : []),
  ]
}
