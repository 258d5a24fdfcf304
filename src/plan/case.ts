import type {
  QuicOpensslOptions,
  QuicOptions,
  RdmaOptions,
  SocketOptions,
  TlsOptions,
  WorkloadName,
} from '../addon/addon.js'
import type { MEASURE } from '../options/measure.js'
import type { OfCase } from '../options/option.js'
import type { TransportName } from './transports.js'

export { TRANSPORT_NAMES, type TransportName } from './transports.js'

/** Where a case has its ends: this machine (and its peer), or guests of the lab. In the order in which they are measured. */
export const PLACES = ['host', 'lab'] as const
export type Place = (typeof PLACES)[number]

/** Of two configurations that are measured in turn, the first and the second. */
export const VARIANTS = ['a', 'b'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is measured in one row of the result: a transport × a workload × one set of parameters. Frozen. */
export interface Case {
  /** Canonical, same on every machine, unique in a plan for each place and variant: `tcp/ping-pong/64B/block`, further parts only where they differ from the default. */
  readonly key: string
  readonly transport: TransportName
  readonly workload: WorkloadName
  readonly place: Place
  readonly parameters: CaseParameters
  /** Absent: there is one configuration only. */
  readonly variant?: Variant
}

/** A case that is going to be left out, and why. */
export interface SkippedCase {
  readonly case: Case
  readonly reason: {
    readonly code: string
    readonly message: string
    readonly hint: string | null
  }
}

type Measured = OfCase<typeof MEASURE>

/** As requested, after defaults. Times are nanoseconds; `durationNs` 0 = `iterations` decides, and the other way round; a rate of 0 = unlimited. */
export interface CaseParameters extends Readonly<Omit<Measured, 'workload' | 'repetitions'>> {
  readonly connectTimeoutNs: number
  readonly socket: Readonly<SocketOptions>
  /** `null` for other transports. */
  readonly rdma: Readonly<RdmaOptions> | null
  /** TLS and QUIC; `null` for other transports. */
  readonly tls: Readonly<TlsOptions> | null
  /** `null` for other transports. */
  readonly quic: Readonly<QuicOptions> | null
  /** `null` for other transports. */
  readonly quicOpenssl: Readonly<QuicOpensslOptions> | null
}

/** All that a run is going to do, in order. */
export interface Plan {
  /** Those of one place together, in the order of `PLACES`. */
  readonly cases: readonly Case[]
  /** Rows of the result that say why they are empty. */
  readonly skipped?: readonly SkippedCase[]
  /** Repetitions of each case, 1–1000. */
  readonly repetitions: number
}
