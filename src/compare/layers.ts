import type { CaseResult, ResultDocument } from '../results/schema/schema.js'
import { levelOf } from './layer-level.js'
import { type Addition, additionOf, sharedRounds } from './layer-rounds.js'
import { CHAINS, type Step, WITHOUT_NETWORK } from './layer-steps.js'
import { questionOf } from './question.js'

/** One transport of a chain in which each stands on the one before. */
interface Layer {
  name: string
  /** Of its case. */
  key: string
  /** The figure of its case, as the table has it: p50 of all repetitions together; of streams the CPU of the median one. */
  value: number
  /** What it costs more than the layer before, formed within each round; `null` for the first. */
  adds: Addition | null
}

/** What each layer of a chain adds to a round trip, or to the work for a byte. Derived from the cases' repetitions, not stored. */
export interface LayerChain {
  place: NonNullable<CaseResult['place']>
  workload: CaseResult['workload']
  wait: CaseResult['parameters']['requested']['wait']
  /** `null` for streams of one size each, which differs between transports. */
  messageSizeBytes: number | null
  /** `round-trip`: p50, nanoseconds; `cpu-per-byte`: CPU time of both ends, nanoseconds per byte of payload. */
  measure: 'round-trip' | 'cpu-per-byte'
  layers: Layer[]
}

/** The chains of which a result has two layers or more. */
export function layersOf(doc: ResultDocument): LayerChain[] {
  // Whoever spins is busy all the time, whatever the layer costs.
  const measured = doc.cases.filter(
    ({ summary, workload, parameters }) =>
      // Of a connect a layer is a handshake, which its own rows tell; of requests their number counts as well.
      summary !== null &&
      workload !== 'connect' &&
      workload !== 'rr' &&
      (workload === 'ping-pong' || parameters.requested.wait === 'block'),
  )
  const bySize = haveSeveralSizes(measured.filter(({ workload }) => workload === 'stream'))
  const groups = new Map<string, CaseResult[]>()
  for (const c of measured) {
    const name = groupOf(c, bySize || c.workload === 'ping-pong')
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [c])
    else group.push(c)
  }
  return [...groups.values()].flatMap((cases) =>
    longestOf(
      CHAINS.flatMap((steps) => {
        const chain = chainOf(steps, cases, bySize)
        return chain === null ? [] : [chain]
      }),
    ),
  )
}

/** Of chains that begin alike those that go on, and of equal ones the first. */
function longestOf(chains: readonly LayerChain[]): LayerChain[] {
  const begins = (a: LayerChain, b: LayerChain) =>
    a.layers.every(({ key }, i) => b.layers[i]?.key === key)
  return chains.filter(
    (chain, i) =>
      !chains.some(
        (other, j) => i !== j && begins(chain, other) && (!begins(other, chain) || j < i),
      ),
  )
}

/** Whether sizes were asked for by name, as then one transport has more than one. */
function haveSeveralSizes(cases: readonly CaseResult[]): boolean {
  const others = new Set(
    cases.map(({ place, variant, transport, parameters: { requested } }) =>
      JSON.stringify([place, variant, transport, { ...requested, messageSizeBytes: null }]),
    ),
  )
  return others.size < cases.length
}

/** What cases must have in common so that their difference is the layer's. */
function groupOf(c: CaseResult, bySize: boolean): string {
  const { messageSizeBytes, ...asked } = questionOf(c)
  return JSON.stringify([c.place, c.variant, c.workload, bySize ? messageSizeBytes : 0, asked])
}

function chainOf(
  steps: readonly [Step, ...Step[]],
  cases: readonly CaseResult[],
  bySize: boolean,
): LayerChain | null {
  const find = (some: readonly Step[]) =>
    some.flatMap(({ name, matches }) => {
      const c = cases.find(matches)
      return c === undefined ? [] : [{ name, c }]
    })
  // Without what it stands on, a layer adds nothing that could be told.
  const isFounded = cases.some(steps[0].matches)
  const found = [...find(WITHOUT_NETWORK), ...(isFounded ? find(steps) : [])]
  const [first] = found
  if (first === undefined || found.length < 2) return null
  const { place, workload, parameters } = first.c
  const { wait, messageSizeBytes } = parameters.requested
  const isPingPong = workload === 'ping-pong'
  const rounds = sharedRounds(found.map(({ c }) => c))
  const base = levelOf(first.c)
  if (base === null) return null
  const layers: Layer[] = [{ name: first.name, key: first.c.key, value: base, adds: null }]
  for (const [i, { name, c }] of found.slice(1).entries()) {
    const [lower, upper] = rounds.slice(i, i + 2)
    const adds = lower && upper ? additionOf(lower, upper) : null
    const value = levelOf(c)
    if (adds === null || value === null) return null
    layers.push({ name, key: c.key, value, adds })
  }
  return {
    ...{ place: place ?? 'host', workload, wait, layers },
    messageSizeBytes: isPingPong || bySize ? messageSizeBytes : null,
    measure: isPingPong ? 'round-trip' : 'cpu-per-byte',
  }
}
