import type { MEASURE } from '../options/measure.js'
import type { Asked } from '../options/option.js'
import type { QUIC } from '../options/quic.js'
import type { RDMA } from '../options/rdma.js'
import type { SOCKET } from '../options/socket.js'
import type { TLS } from '../options/tls.js'
import type { TransportName } from '../plan/case.js'

/** What to measure. Lists multiply: one case for each transport, workload, size and way to wait. Times are nanoseconds. */
export interface MeasureRequest extends Asked<typeof MEASURE> {
  /** In the order of the result; `all`: whatever this machine can do, a row that says why for each that it cannot. */
  readonly transports: readonly TransportName[] | 'all'
  /** Address family. Default: that of the peer's address, else 4. */
  readonly family?: 4 | 6 | undefined
  /** Of the sockets; what is left out is the kernel's own. */
  readonly socket?: Asked<typeof SOCKET> | undefined
  /** Of RDMA; what is left out is chosen by size, or found by the route. */
  readonly rdma?: Asked<typeof RDMA> | undefined
  /** Of TLS and QUIC. */
  readonly tls?: Asked<typeof TLS> | undefined
  /** Of QUIC. */
  readonly quic?: Asked<typeof QUIC> | undefined
}
