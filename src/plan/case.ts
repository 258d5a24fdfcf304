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
/** `host`: this machine, and its peer; `lab`: guests of the lab. */
export type Place = (typeof PLACES)[number]

/** Of two configurations that are measured in turn, the first and the second. */
export const VARIANTS = ['a', 'b'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is measured in one row of the result: a transport × a workload × one set of parameters. Frozen. */
export interface Case {
  /** Canonical, same on every machine, unique in a plan for each place and variant: `tcp/ping-pong/64B/block`, further parts only where they differ from the default. */
  readonly key: string
  /** By which it is measured. */
  readonly transport: TransportName
  /** What is measured. */
  readonly workload: WorkloadName
  /** Where both ends run. */
  readonly place: Place
  /** As requested, after defaults. */
  readonly parameters: CaseParameters
  /** Absent: there is one configuration only. */
  readonly variant?: Variant
}

/** A case that is going to be left out, and why. */
export interface SkippedCase {
  /** What would have been measured. */
  readonly case: Case
  /** Why it is not. */
  readonly reason: {
    /** Stable: `XRB_…`. */
    readonly code: string
    /** One sentence. */
    readonly message: string
    /** One thing to do, which can be pasted; `null`: none is known. */
    readonly hint: string | null
  }
}

type Measured = OfCase<typeof MEASURE>

/** As requested, after defaults. Times are nanoseconds; `durationNs` 0 = `iterations` decides, and the other way round; a rate of 0 = unlimited. */
export interface CaseParameters extends Readonly<Omit<Measured, 'workload' | 'repetitions'>> {
  /** Limit on setting the connections up, ns: 5e9, which no request changes. */
  readonly connectTimeoutNs: number
  /** As asked for; `null` leaves the kernel's own. */
  readonly socket: Readonly<SocketOptions>
  /** Of RDMA; `null` for other transports. */
  readonly rdma: Readonly<RdmaOptions> | null
  /** Of TLS and QUIC; `null` for other transports. */
  readonly tls: Readonly<TlsOptions> | null
  /** Of QUIC by ngtcp2; `null` for other transports. */
  readonly quic: Readonly<QuicOptions> | null
  /** Of QUIC by OpenSSL; `null` for other transports. */
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
