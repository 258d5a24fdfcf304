import { filled } from '../options/fill.js'
import { MEASURE } from '../options/measure.js'
import type { Filled } from '../options/option.js'
import type { RDMA } from '../options/rdma.js'
import type { SOCKET } from '../options/socket.js'
import type { Place, TransportName } from './case.js'
import { DEFAULT_CONNECT_TIMEOUT_NS, DEFAULT_SOCKET } from './defaults.js'
import { DEFAULT_QUIC, DEFAULT_TLS_REQUEST, type QuicRequest, type TlsRequest } from './quic.js'
import { DEFAULT_RDMA } from './rdma.js'

/** What a user asked to be measured, with defaults filled in; {@link buildPlan} makes the cases of it. */
export interface PlanRequest extends Filled<typeof MEASURE> {
  readonly transports: readonly TransportName[]
  readonly place: Place
  readonly connectTimeoutNs: number
  readonly socket: Filled<typeof SOCKET>
  readonly rdma: Filled<typeof RDMA>
  readonly tls: TlsRequest
  readonly quic: QuicRequest
  /** Address family the messages will use: UDP's limit depends on it. */
  readonly family: 4 | 6
}

/** The request of a run without flags on a machine that can do TCP and UDP. */
export const DEFAULT_REQUEST = Object.freeze<PlanRequest>({
  ...filled(MEASURE),
  transports: ['tcp', 'udp'],
  place: 'host',
  connectTimeoutNs: DEFAULT_CONNECT_TIMEOUT_NS,
  socket: DEFAULT_SOCKET,
  rdma: DEFAULT_RDMA,
  tls: DEFAULT_TLS_REQUEST,
  quic: DEFAULT_QUIC,
  family: 4,
})
