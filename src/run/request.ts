import type {
  Direction,
  RdmaOptions,
  SocketOptions,
  UnixType,
  WaitPolicy,
  WorkloadName,
} from '../addon/addon.js'
import type { CaseParameters, TransportName } from '../plan/case.js'
import type { QuicRequest, TlsRequest } from '../plan/quic.js'

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined }

/** What to measure. Lists multiply: one case for each transport, workload, size and way to wait. Times are nanoseconds. */
export interface MeasureRequest {
  /** In the order of the result; `all`: whatever this machine can do, a row that says why for each that it cannot. */
  readonly transports: readonly TransportName[] | 'all'
  /** Default: `['ping-pong']`. */
  readonly workloads?: readonly WorkloadName[] | undefined
  /**
   * Payload of a message, bytes, 1 to 64 MiB; UDP and QUIC datagrams less. Default: 64; of streams 256 KiB, over RDMA 64 KiB, in datagrams 1,400.
   */
  readonly sizesBytes?: readonly number[] | undefined
  /** Of `rr`: payload of an answer, bytes, 1 to 64 MiB. Default: that of the request. */
  readonly responseSizeBytes?: number | undefined
  /** Of `rr`: requests under way at once, 1 to 4,096. Default: 1. */
  readonly inflight?: number | undefined
  /** `block`: sleep in the kernel; `spin`: poll without sleeping. Default: `['block']`. */
  readonly waits?: readonly WaitPolicy[] | undefined
  /** Of streams: `up` (to the server), `down` or `both`. Default: `up`. */
  readonly direction?: Direction | undefined
  /** Connections of a stream in each direction, 1 to 64. Default: 1. */
  readonly streams?: number | undefined
  /** Offered load of streams, payload bits per second, more than 0. Default: no limit. */
  readonly rateBitsPerSec?: number | undefined
  /** Measured phase of a repetition, 1 to 24 h. Not together with `iterations`. Default: 3e9; in the lab 1e9. */
  readonly durationNs?: number | undefined
  /** Messages of the measured phase in place of a time, 1 to 1e12; of streams for each connection, on the average. */
  readonly iterations?: number | undefined
  /** Limit of the warm-up, which ends when it is steady; 0 to 24 h. Default: 4e9; in the lab 0.5e9. */
  readonly warmupCapNs?: number | undefined
  /** Of each case, on fresh connections and in fresh processes, interleaved; 1 to 1,000. Default: 6; 4 where the lab is used. */
  readonly repetitions?: number | undefined
  /** Step of the time series, 1e6 to 24 h. Default: 250e6. */
  readonly intervalNs?: number | undefined
  /** No progress for so long ends a repetition, 1e6 to 24 h. Default: 5e9; in the lab 15e9. */
  readonly idleTimeoutNs?: number | undefined
  /** An answer later than this is lost, where a transport loses; shorter than `idleTimeoutNs`. Default: 1e9. */
  readonly messageTimeoutNs?: number | undefined
  /** Every byte is checked where it arrives; slow. Of QUIC: ping-pongs over streams. Default: false. */
  readonly verify?: boolean | undefined
  /** CPUs of the measuring threads: `auto` (one for each end where there are enough), `none`, or lists of CPUs. Default: `auto`. */
  readonly pin?: CaseParameters['pin'] | undefined
  /** Address family. Default: that of the peer's address, else 4. */
  readonly family?: 4 | 6 | undefined
  /** Of the sockets; what is left out is the kernel's own. */
  readonly socket?: Optional<SocketOptions> | undefined
  /** Of RDMA; what is left out is chosen by size, or found by the route. */
  readonly rdma?: Optional<Omit<RdmaOptions, 'verify'>> | undefined
  /** Of TLS and QUIC. */
  readonly tls?: Optional<TlsRequest> | undefined
  /** Of QUIC. */
  readonly quic?: Optional<Omit<QuicRequest, 'verify'>> | undefined
  /** Of AF_UNIX: `stream` (bytes) or `seqpacket` (a packet for each message). Default: `['stream']`. */
  readonly unixTypes?: readonly UnixType[] | undefined
}
