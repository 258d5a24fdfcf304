import { CONFIDENCE_WORDS } from '../../compare/level.js'
import { sizeWords } from '../charts/ticks.js'
import type { CaseDigest } from '../digest/digest.js'
import { bitRate, percentage, time } from '../words/quantity.js'
import { type CaseGroup, groupsBySize, middle, type Ratios, timesOf } from './groups.js'
import { QUESTIONS, type Question } from './question.js'
import { undecided } from './undecided.js'
import { factorWords, listed } from './words.js'

/** A sentence about one size, and what it is about. */
export interface Finding {
  about: string
  sentences: string[]
}

/** Workloads of which one transport can be ahead of another. */
const COMPARED = ['ping-pong', 'rr', 'stream'] as const

const TITLES: Readonly<Record<CaseDigest['workload'], string>> = {
  'ping-pong': 'Round trips',
  rr: 'Requests',
  stream: 'Streams',
  connect: 'Connections',
}

const LEADS: Readonly<Record<(typeof COMPARED)[number], (name: string, sizes: string) => string>> =
  {
    'ping-pong': (name, sizes) => `${name} has the shortest median round trip with ${sizes}`,
    rr: (name, sizes) => `${name} answers requests of ${sizes} soonest`,
    stream: (name, sizes) => `${name} carries the most in messages of ${sizes}`,
  }

/** Which variants are ahead beyond chance, and with which sizes; `null`: none stood beside another. */
export function leadOf(cases: readonly CaseDigest[], ratios: Ratios): string | null {
  const told = COMPARED.flatMap((workload) => {
    const [question] = QUESTIONS[workload]
    if (question === undefined) return []
    const won = new Map<string, { sizes: string[]; lost: number }>()
    for (const group of groupsBySize(cases.filter((one) => one.workload === workload))) {
      const { first, behind, equal } = rank(group, ratios, question)
      if (first === undefined || behind === undefined || equal.length > 0) continue
      const known = won.get(first.one.variant) ?? { sizes: [], lost: 0 }
      won.set(first.one.variant, known)
      known.sizes.push(sizeWords(group.bytes))
      known.lost = Math.max(known.lost, first.one.lostFraction ?? 0)
    }
    return [...won].map(([name, { sizes, lost }]) => {
      const but = lost > 0 ? `, but loses up to ${percentage(lost)} of them` : ''
      return `${LEADS[workload](name, listed(sizes))}${but}`
    })
  })
  const isAlone = (workload: CaseDigest['workload']) =>
    groupsBySize(cases.filter((one) => one.workload === workload)).every(
      (one) => one.cases.length < 2,
    )
  if (COMPARED.every(isAlone)) return null
  return told.length === 0
    ? 'No transport is shown to be ahead of the others.'
    : `${told.join('; ')}.`
}

/** Which variant is ahead at one place, for every size and question, and whether that could be chance. */
export function findingsOf(
  cases: readonly CaseDigest[],
  ratios: Ratios,
  workload: CaseDigest['workload'],
): Finding[] {
  const groups = groupsBySize(cases.filter((one) => one.workload === workload))
  const alone = groups.filter(({ cases: own }) => own.length === 1).flatMap(({ cases: own }) => own)
  const shared = groups.filter(({ cases: own }) => own.length > 1)
  const what = TITLES[workload]
  const showsWait = new Set(shared.map(({ wait }) => wait)).size > 1
  return [
    ...shared.map((group) => ({
      about: `${what} with ${sizeWords(group.bytes)}${showsWait ? `, ${group.wait}` : ''}`,
      sentences: [
        ...QUESTIONS[workload].flatMap((question) => answer(group, ratios, question)),
        ...lossWords(group.cases, workload),
      ],
    })),
    ...aloneWords(alone, workload, what),
  ]
}

/** From the best to the worst; `equal`: not shown to be behind the first. */
function rank({ cases }: CaseGroup, ratios: Ratios, question: Question) {
  const ranked = cases
    .flatMap((one) => {
      const value = middle(one.values[question.value])
      return value === null ? [] : [{ one, value }]
    })
    // Those that lost too much are all equally, and infinitely, late.
    .sort((a, b) => {
      if (a.value === b.value) return 0
      return question.better === 'lower' ? a.value - b.value : b.value - a.value
    })
  const [first, ...others] = ranked
  const against = others.map(({ one, value }) => ({
    one,
    value,
    times: first === undefined ? null : timesOf(ratios, first.one, one, question.metric),
  }))
  const equal = against.filter(({ times }) => times?.differs !== true)
  const [behind, ...further] = against.filter(({ times }) => times?.differs === true)
  return { first, equal, behind, further }
}

function answer(group: CaseGroup, ratios: Ratios, question: Question): string[] {
  const { first, equal, behind, further } = rank(group, ratios, question)
  if (first === undefined || (behind === undefined && equal.length === 0)) return []
  const lead =
    equal.length === 0
      ? question.wins(first.one.variant, question.words(first.value))
      : undecided(first, equal, question)
  if (behind?.times == null) return [`${capital(lead)}.`]
  const { n } = behind.times
  const factor = factorWords(behind.times)
  const rest =
    further.length === 0
      ? ''
      : `; further behind ${further.length === 1 ? 'is' : 'are'} ${listed(further.map(({ one, value }) => `${one.variant} (${question.words(value)})`))}`
  const of = equal.length === 0 ? '' : `, compared with ${first.one.variant},`
  return [
    `${capital(lead)}; ${question.loses(`${behind.one.variant} (${question.words(behind.value)})${of}`, factor)} (${CONFIDENCE_WORDS} interval, n = ${n})${rest}.`,
  ]
}

function aloneWords(
  alone: readonly CaseDigest[],
  workload: CaseDigest['workload'],
  what: string,
): Finding[] {
  if (alone.length === 0) return []
  const told = alone.flatMap((one) => {
    const value = middle(one.values[workload === 'stream' ? 'goodput' : 'p50'])
    if (value === null) return []
    const lost = one.lostFraction ? `, ${percentage(one.lostFraction)} lost` : ''
    const figure =
      workload === 'stream'
        ? bitRate(value)
        : `${time(value)} at p50, ${time(middle(one.values.p99))} at p99`
    return [`${one.variant} ${figure} (messages of ${sizeWords(one.bytes)}${lost})`]
  })
  if (told.length === 0) return []
  const isOneSize = new Set(alone.map(({ bytes }) => bytes)).size === 1
  const apart = isOneSize ? 'waiting in different ways' : 'with messages of different sizes'
  const verdict =
    told.length === 1 ? '' : ` These were measured ${apart}, so none of them is declared ahead.`
  return [{ about: what, sentences: [`${listed(told)}.${verdict}`] }]
}

function lossWords(cases: readonly CaseDigest[], workload: CaseDigest['workload']): string[] {
  const lossy = cases.filter(({ lostFraction }) => (lostFraction ?? 0) > 0)
  if (lossy.length === 0) return []
  const told = lossy.map(
    ({ variant, lostFraction }) => `${variant} lost ${percentage(lostFraction)}`,
  )
  const counted =
    workload === 'stream'
      ? 'its goodput covers only those that arrived'
      : 'those count as infinitely late'
  return [`${listed(told)} of its messages: ${counted}.`]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
