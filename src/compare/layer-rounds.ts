import { percentileWithLoss } from '../results/histogram/percentile-with-loss.js'
import { completedOf } from '../results/repetition/completed.js'
import type { CaseResult, Repetition } from '../results/schema/schema.js'
import { CONFIDENCE } from './level.js'
import { type Shift, shiftWithin } from './statistics/shift.js'

/** A Hodges-Lehmann estimate over rounds, with its interval. */
export interface Addition extends Pick<Shift, 'estimate' | 'low' | 'high' | 'confidence'> {
  rounds: number
}

/** By its index, what a case took in a round. */
export type Rounds = ReadonlyMap<number, number>

/** What each of some cases took in the rounds that all of them have: figures of other rounds do not add up. */
export function sharedRounds(cases: readonly CaseResult[]): Rounds[] {
  const all = cases.map(roundsOf)
  const isShared = (index: number) => all.every((rounds) => rounds.has(index))
  return all.map((rounds) => new Map([...rounds].filter(([index]) => isShared(index))))
}

/** What one case takes more than another, formed within each round; `null` where they have no round in common. */
export function additionOf(below: Rounds, above: Rounds): Addition | null {
  return estimateOf(differencesOf(below, above))
}

/** Repetitions of one round ran next to one another: a machine that drifts does so in both. */
function differencesOf(below: Rounds, above: Rounds): number[] {
  const found = [...above].flatMap(([index, value]) => {
    const other = below.get(index)
    return other === undefined ? [] : [{ index, value: value - other }]
  })
  return balanced(found).map(({ value }) => value)
}

interface Round {
  index: number
  value: number
}

function roundsOf(c: CaseResult): Rounds {
  return new Map(
    completedOf(c.repetitions).flatMap((one): [number, number][] => {
      const value = figure(c, one)
      return value === null ? [] : [[one.index, value]]
    }),
  )
}

/**
 * As many rounds that ran forwards as backwards, in pairs that follow one another (A B B A): what a steady drift adds in one it
 * takes away in the other. A round without its pair would leave its drift in the result; where there is no pair, what there is.
 */
function balanced(rounds: readonly Round[]): Round[] {
  const has = new Set(rounds.map(({ index }) => index))
  const paired = rounds.filter(({ index }) => has.has(index % 2 === 0 ? index + 1 : index - 1))
  return paired.length > 0 ? paired : [...rounds]
}

function estimateOf(values: readonly number[]): Addition | null {
  const shift = shiftWithin(values, CONFIDENCE)
  if (shift === null) return null
  const { estimate, low, high, confidence } = shift
  return { estimate, low, high, confidence, rounds: values.length }
}

/** p50 of a round trip, ns; of streams what both ends' CPUs take for a byte, ns. */
function figure({ workload, parameters }: CaseResult, one: Repetition): number | null {
  if (workload === 'ping-pong') return finite(one.latency && percentileWithLoss(one.latency, 'p50'))
  const ends = [one.cpu.client?.perMessageNs, one.cpu.server?.perMessageNs]
  const [client, server] = ends
  if (client == null || server == null) return null
  return (client + server) / parameters.requested.messageSizeBytes
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
