import { CONFIDENCE } from '../../compare/level.js'
import { type Shift, shiftWithin } from '../../compare/statistics/shift.js'
import { percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import { completedOf } from '../../results/repetition/completed.js'
import type { CaseResult, Repetition, ResultDocument } from '../../results/schema/schema.js'

/** One transport of a chain in which each stands on the one before. */
export interface Layer {
  name: string
  /** Of its case. */
  key: string
  /** Of the first, Hodges and Lehmann's middle of its rounds; of each other, that of the layer before and what it adds. */
  value: number
  /** What it costs more than the layer before, formed within each round; `null` for the first. */
  adds: Addition | null
}

/** A Hodges-Lehmann estimate over rounds, with its interval. */
export interface Addition extends Pick<Shift, 'estimate' | 'low' | 'high' | 'confidence'> {
  rounds: number
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

interface Step {
  name: string
  matches(c: CaseResult): boolean
}

const quic = (messages: string, nullCrypto: boolean, name: string): Step => ({
  name,
  matches: ({ transport, parameters: { requested } }) =>
    transport === 'quic' &&
    requested.quic?.messages === messages &&
    requested.quic.nullCrypto === nullCrypto,
})
const tls = (isKernel: boolean, name: string): Step => ({
  name,
  matches: ({ transport, parameters: { effective } }) =>
    transport === 'tls' && effective.client?.tls?.ktls === isKernel,
})
const plain = (transport: CaseResult['transport'], name: string): Step => ({
  name,
  matches: (c) => c.transport === transport,
})

/** What every chain may begin with: what two processes cost one another without a network. */
const WITHOUT_NETWORK: readonly Step[] = [plain('shm', 'Shared memory'), plain('unix', 'AF_UNIX')]

/** The first of each is what the others stand on. */
const CHAINS: readonly (readonly [Step, ...Step[]])[] = [
  ...['datagram', 'stream'].map((messages): [Step, ...Step[]] => [
    plain('udp', 'UDP'),
    quic(messages, true, `QUIC ${messages} without encryption`),
    quic(messages, false, `QUIC ${messages}`),
  ]),
  [plain('tcp', 'TCP'), tls(false, 'TLS'), tls(true, 'TLS by the kernel (kTLS)')],
]

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
function groupOf({ place, variant, workload, parameters }: CaseResult, bySize: boolean): string {
  const p = parameters.requested
  const size = bySize ? p.messageSizeBytes : 0
  return JSON.stringify([
    ...[place, variant, workload, p.wait, size],
    ...[p.direction, p.streams, p.rateBitsPerSec],
  ])
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
  const base = middleOf(roundsOf(first.c).map(({ value }) => value))
  if (base === null) return null
  const layers: Layer[] = [{ name: first.name, key: first.c.key, value: base.estimate, adds: null }]
  for (const [i, { name, c }] of found.slice(1).entries()) {
    const adds = middleOf(differencesOf(found[i]?.c ?? first.c, c))
    if (adds === null) return null
    const below = layers.at(-1)?.value ?? base.estimate
    layers.push({ name, key: c.key, value: below + adds.estimate, adds })
  }
  return {
    ...{ place: place ?? 'host', workload, wait, layers },
    messageSizeBytes: isPingPong || bySize ? messageSizeBytes : null,
    measure: isPingPong ? 'round-trip' : 'cpu-per-byte',
  }
}

/** Repetitions of one round ran next to one another: a machine that drifts does so in both. */
function differencesOf(below: CaseResult, above: CaseResult): number[] {
  const lower = new Map(roundsOf(below).map(({ index, value }) => [index, value]))
  const found = roundsOf(above).flatMap(({ index, value }) => {
    const other = lower.get(index)
    return other === undefined ? [] : [{ index, value: value - other }]
  })
  return balanced(found).map(({ value }) => value)
}

interface Round {
  index: number
  value: number
}

function roundsOf(c: CaseResult): Round[] {
  return completedOf(c.repetitions).flatMap((one) => {
    const value = figure(c, one)
    return value === null ? [] : [{ index: one.index, value }]
  })
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

function middleOf(values: readonly number[]): Addition | null {
  const shift = shiftWithin(values, CONFIDENCE)
  if (shift === null) return null
  const { estimate, low, high, confidence } = shift
  return { estimate, low, high, confidence, rounds: values.length }
}

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
