/**
 * The typed face of the native addon. What is written here is what `native/binding` builds;
 * nothing else crosses between JavaScript and C++.
 */

import type { MEASURE } from '../options/measure.js'
import type { OfCase } from '../options/option.js'
import type { QUIC } from '../options/quic.js'
import type { RDMA } from '../options/rdma.js'
import type { SOCKET } from '../options/socket.js'
import type { TLS, TlsCipher } from '../options/tls.js'
import type { TransportName } from '../plan/transports.js'
import type { Confinement, EffectiveSettings } from './effective.js'
import type { ClockReport, NativeFault, RawHistogram, RunOutcome } from './outcome.js'
import type { RdmaLink, RdmaPort } from './rdma.js'

export type { Direction, UnixType, WaitPolicy } from '../options/measure.js'
export type { QuicCongestion, QuicMessages } from '../options/quic.js'
export type { ConnectBy, QueuePairType, RdmaOperation } from '../options/rdma.js'
export type { KernelTls, TlsCipher, TlsHandshake } from '../options/tls.js'
export type { WorkloadName } from '../options/workloads.js'
export type * from './effective.js'
export type * from './outcome.js'
export type * from './rdma.js'
export type * from './secure.js'

/** Transports this addon was built with. `loopback` joins two endpoints of one process: the floor of the loop itself. */
export type NativeTransport = 'loopback' | TransportName

/** Options of the sockets of one case as requested; `null` leaves the kernel's own. */
export type SocketOptions = OfCase<typeof SOCKET>
/** Messages have a pattern, which the receiver checks. */
type Verified = Pick<OfCase<typeof MEASURE>, 'verify'>
/** … of RDMA; `null` leaves the choice to the addon, which tells what it is. */
export type RdmaOptions = OfCase<typeof RDMA> & Verified
/** … of TLS 1.3, for TLS and QUIC. */
export type TlsOptions = OfCase<typeof TLS>
/** … of QUIC by ngtcp2. */
export type QuicOptions = OfCase<typeof QUIC> & Verified
/** … by Node's own OpenSSL, which lets neither windows nor packets, acknowledgements or congestion control be chosen. */
export type QuicOpensslOptions = Pick<QuicOptions, 'streams' | 'verify'>

/** Which port of which device one end uses: each end's own affair, for the other may be another machine. */
export type OwnRdmaPort = Pick<RdmaOptions, 'device' | 'port' | 'gidIndex'>

/** Ports that are open for data, 1 to 65,535, first and last included. UDP links that have no port each share. */
export interface DataPorts {
  first: number
  last: number
  /** One endpoint takes so many at most: others may need some at the same time. */
  atMost: number
}

/** What of a case is measured, each with its limits in the table of options; the CPUs are those of this end, named. */
type Measured = Omit<OfCase<typeof MEASURE>, 'repetitions' | 'pin'>

/** One end of one repetition. All times are nanoseconds, below 2^53. */
export interface EndpointSpec extends Measured {
  transport: NativeTransport
  role: 'client' | 'server'
  /** Numeric IPv4 or IPv6 address to bind to. The port is the kernel's choice, but for `dataPorts`. */
  localAddress: string
  /**
   * Numeric address at which this end reaches the host of the other, with this end's zone where it is link-local, and the only one whose data a server
   * takes; `null`: the other's own, and anybody's.
   */
  peerAddress?: string | null
  /** Both ends know challenges, and numbers of datagrams that begin where nobody else knows; `false`: the other is of before them. Default: they do. */
  isGuarded?: boolean
  /** Ports that a server may take; `null`: any. */
  dataPorts?: DataPorts | null
  /** Limit on `connect()`. */
  connectTimeoutNs: number
  /** CPUs the measuring threads are pinned to, in turn; empty = unpinned. */
  cpus: number[]
  socket: SocketOptions
  /** `null` for other transports. */
  rdma: RdmaOptions | null
  /** TLS and QUIC; `null` for other transports. */
  tls: TlsOptions | null
  /** `null` for other transports. */
  quic: QuicOptions | null
  /** `null` for other transports. */
  quicOpenssl: QuicOpensslOptions | null
}

/** How far an end is: the sum over its links that decide, in the phase of the least advanced of them. */
export interface Standing {
  /** `idle` as long as no link that decides has begun, and where there is none. */
  phase: 'idle' | 'warmup' | 'measure' | 'done'
  messages: number
  bytes: number
  lost: number
  /** Version of the newest window that all of them are through with; 0 = none. */
  through: number
}

/** One end of a connection (or of N of them). `open` → `connect` → `run` → `close`; each once. */
export interface Endpoint {
  /** Binds, and returns what the peer needs to connect: opaque, at most 4,096 bytes. Throws {@link NativeFault}. */
  open(): Uint8Array
  /** Connects all links on a thread of its own. Rejects with {@link NativeFault} within `connectTimeoutNs`, or at once on `stop()`. */
  connect(peer: Uint8Array): Promise<void>
  /**
   * Runs the workload on threads of its own. Never rejects once the loop has begun. `onMeasured` is called when every initiator or receiver of this
   * end is through with a window by itself (never after a failure, never where there is none); the promise settles when the senders and
   * responders of this end have ended too, which takes a `stop()`.
   * @param isDirected links wait for the window that `schedule` names, and go on behind it until `stop()`. Otherwise each initiator and receiver ends
   * its own warm-up, and its loop with its own measured phase.
   */
  run(onMeasured?: (() => void) | null, isDirected?: boolean): Promise<RunOutcome>
  /**
   * Names the measured phase of all links of this end, from `startNs` of CLOCK_MONOTONIC (process.hrtime()) on. Another call with the next
   * version replaces what was named before, whatever has been measured of it.
   * @param version 1, 2 … 15
   * @returns false when that is not far enough ahead: then nothing has changed
   */
  schedule(version: number, startNs: number): boolean
  /** Any time. */
  progress(): Standing
  /**
   * Bytes sent by this end that wait at their peers behind a hole, to be handed over when what was lost has come again; 0 unless `run` is under way, and
   * where the transport does not know (all but TCP, TLS and QUIC by ngtcp2, which tells of when it was asked before). It asks the kernel about every connection: not while something is measured.
   */
  waitingBytes(): number
  /** Ends `connect` or `run` soon, also where it sleeps in the kernel. May be called at any time, any number of times. */
  stop(): void
  effective(): EffectiveSettings
  /** Closes all sockets. Idempotent; `stop()`s first when something is under way. */
  close(): void
}

/** What the driver of a network device says of itself and of how it is set; `null` where it does not say. */
interface DeviceSettings {
  driverVersion: string | null
  firmware: string | null
  /** By the names that `ethtool -k` gives them. */
  offloads: Record<string, boolean> | null
  /** By the names that `ethtool -c` gives them; those that are 0 are left out but for the four that each driver has. */
  coalescing: Record<string, number> | null
  adaptiveReceive: boolean
  adaptiveTransmit: boolean
}

export interface Addon {
  /** Build facts for the result file. */
  readonly build: {
    version: string
    compiler: string
    flags: string
    sanitizer: string | null
    /** Of the first file alone; TLS and QUIC are in a second. */
    transports: NativeTransport[]
  }
  /** The OpenSSL of this process, and the first function that `quic:openssl` wants and it has not; `null`: all are there. */
  readonly openssl: { version: string; missing: string | null }
  Endpoint: {
    new (spec: EndpointSpec): Endpoint
    /** What its buffers would take at the most; of TLS and QUIC only their own addon file knows. For tests. */
    bufferBytes(spec: EndpointSpec): number
  }
  /** The RDMA ports that can be used here, or what is in the way. Opens each device (milliseconds). */
  rdmaDevices(): { ports: RdmaPort[]; problem: NativeFault | null }
  /** Of a network device by its name, SIOCETHTOOL (linux/ethtool.h). */
  deviceSettings(device: string): DeviceSettings
  /** Why the kernel of this machine does not take the records of TLS (kTLS), for each cipher; `null`: it does, or nobody knows. */
  kernelTlsProblems(): Record<TlsCipher, string | null>
  readonly rdmaLink: RdmaLink
  /** Confines this process for good, as far as the kernel can. Of files outside the system's folders only those in `readable` can be read from then on. */
  confine(readable: readonly string[]): Confinement
  /** Of a process that is confined, takes sockets of AF_UNIX away; those that `accepts` is true for can still listen, and connect to nobody. `false`: it cannot. */
  confineLocalSockets(accepts: boolean): boolean
  /** From now on no core of this process is written, and no other program of its user can read its memory. `false`: nothing was done. */
  makeMemoryPrivate(): boolean
  /** Chooses the clock as a run would and measures it (about 20 ms). */
  clockReport(): ClockReport
  /** Highest value the histograms hold before overflow is counted. */
  readonly highestTrackableNs: number
  /** Records `values` (ns) into a native histogram and gives it back: for tests and `bench/`. `elapsedNs` covers the recording alone. */
  recordValues(values: Float64Array): { histogram: RawHistogram; elapsedNs: number }
  /** Cost of `rounds` × (two clock readings + one record) and of the readings alone: for `bench/`. */
  recordingCost(rounds: number): { pairNs: number; pairAndRecordNs: number; histogramBytes: number }
}
