import type {
  Direction,
  RdmaOptions,
  SocketOptions,
  UnixType,
  WaitPolicy,
  WorkloadName,
} from '../addon/addon.js'
import type { CaseParameters, Place, TransportName } from './case.js'
import {
  DEFAULT_CONNECT_TIMEOUT_NS,
  DEFAULT_DURATION_NS,
  DEFAULT_IDLE_TIMEOUT_NS,
  DEFAULT_INTERVAL_NS,
  DEFAULT_MESSAGE_TIMEOUT_NS,
  DEFAULT_REPETITIONS,
  DEFAULT_SOCKET,
  DEFAULT_WARMUP_CAP_NS,
} from './defaults.js'
import { DEFAULT_QUIC, DEFAULT_TLS_REQUEST, type QuicRequest, type TlsRequest } from './quic.js'
import { DEFAULT_RDMA } from './rdma.js'
import { DEFAULT_INFLIGHT } from './rr.js'

/** What a user asked to be measured, with defaults filled in; {@link buildPlan} makes the cases of it. */
export interface PlanRequest {
  readonly transports: readonly TransportName[]
  readonly place: Place
  readonly workloads: readonly WorkloadName[]
  /** `null`: each workload's own default. */
  readonly sizesBytes: readonly number[] | null
  /** Of answers; `null`: as long as their requests. */
  readonly responseSizeBytes: number | null
  /** Requests under way at once. */
  readonly inflight: number
  readonly waits: readonly WaitPolicy[]
  readonly direction: Direction
  readonly streams: number
  readonly warmupCapNs: number
  /** 0 = `iterations` decides. */
  readonly durationNs: number
  /** 0 = `durationNs` decides. */
  readonly iterations: number
  readonly intervalNs: number
  /** 0 = unlimited. */
  readonly rateBitsPerSec: number
  /** Of TCP, UDP and TLS; RDMA and QUIC have options of their own. */
  readonly verify: boolean
  readonly messageTimeoutNs: number
  readonly idleTimeoutNs: number
  readonly connectTimeoutNs: number
  readonly pin: CaseParameters['pin']
  readonly socket: Readonly<SocketOptions>
  readonly rdma: Readonly<RdmaOptions>
  readonly tls: Readonly<TlsRequest>
  readonly quic: Readonly<QuicRequest>
  /** One case of AF_UNIX for each. */
  readonly unixTypes: readonly UnixType[]
  readonly repetitions: number
  /** Address family the messages will use: UDP's limit depends on it. */
  readonly family: 4 | 6
}

/** The request of a run without flags on a machine that can do TCP and UDP. */
export const DEFAULT_REQUEST = Object.freeze<PlanRequest>({
  transports: ['tcp', 'udp'],
  place: 'host',
  workloads: ['ping-pong'],
  sizesBytes: null,
  responseSizeBytes: null,
  inflight: DEFAULT_INFLIGHT,
  waits: ['block'],
  direction: 'up',
  streams: 1,
  warmupCapNs: DEFAULT_WARMUP_CAP_NS,
  durationNs: DEFAULT_DURATION_NS,
  iterations: 0,
  intervalNs: DEFAULT_INTERVAL_NS,
  rateBitsPerSec: 0,
  verify: false,
  messageTimeoutNs: DEFAULT_MESSAGE_TIMEOUT_NS,
  idleTimeoutNs: DEFAULT_IDLE_TIMEOUT_NS,
  connectTimeoutNs: DEFAULT_CONNECT_TIMEOUT_NS,
  pin: 'auto',
  socket: DEFAULT_SOCKET,
  rdma: DEFAULT_RDMA,
  tls: DEFAULT_TLS_REQUEST,
  quic: DEFAULT_QUIC,
  unixTypes: ['stream'],
  repetitions: DEFAULT_REPETITIONS,
  family: 4,
})
