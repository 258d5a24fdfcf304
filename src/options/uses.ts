import { isQuic, runsOverTcp, TRANSPORTS, usesTls } from '../plan/transports.js'
import type { Circumstances, Use } from './option.js'
import { runsOverMessages } from './workloads.js'

export const LEAVE_OUT = 'leave it out'

const isLasting = ({ workload }: Circumstances) => workload !== 'connect'

/** Whether messages can be lost, so that they are numbered and losses counted. */
export function losesMessages({ transport, messages, queuePair }: Circumstances): boolean {
  return transport === 'udp' || messages === 'datagram' || (queuePair ?? 'rc') !== 'rc'
}

export const STREAMS: Use = {
  needs: 'a stream',
  holds: (c) => c.workload === 'stream',
  hint: '--workload stream',
}
export const REQUESTS: Use = {
  needs: 'rr',
  holds: (c) => c.workload === 'rr',
  hint: '--workload rr',
}
export const LOSSY_ANSWERS: Use = {
  needs: 'a ping-pong or rr that can lose messages',
  holds: (c) => losesMessages(c) && (c.workload === 'ping-pong' || c.workload === 'rr'),
  hint: LEAVE_OUT,
}
export const SOCKETS: Use = {
  needs: 'a socket',
  holds: (c) => TRANSPORTS[c.transport].socket !== 'none',
  hint: LEAVE_OUT,
}
export const NETWORKS: Use = {
  needs: 'a network',
  holds: (c) => TRANSPORTS[c.transport].socket === 'ip',
  hint: LEAVE_OUT,
}
export const TCP: Use = { needs: 'TCP', holds: (c) => runsOverTcp(c.transport), hint: LEAVE_OUT }
export const AF_UNIX: Use = {
  needs: 'AF_UNIX',
  holds: (c) => c.transport === 'unix',
  hint: '--transport unix',
}
export const SEGMENTED: Use = {
  needs: 'a UDP or QUIC stream',
  holds: (c) => (c.transport === 'udp' || isQuic(c.transport)) && c.workload === 'stream',
  hint: '--transport udp --workload stream',
}
export const RDMA_ONLY: Use = {
  needs: 'RDMA',
  holds: (c) => c.transport === 'rdma',
  hint: LEAVE_OUT,
}
export const ENCRYPTED: Use = {
  needs: 'TLS or QUIC',
  holds: (c) => usesTls(c.transport),
  hint: LEAVE_OUT,
}
export const HANDSHAKES: Use = {
  needs: 'a connect over TLS or QUIC',
  holds: (c) => c.workload === 'connect' && usesTls(c.transport),
  hint: '--transport tls,quic --workload connect',
}
export const TLS_ONLY: Use = { needs: 'TLS', holds: (c) => c.transport === 'tls', hint: LEAVE_OUT }
export const ANY_QUIC: Use = {
  needs: 'QUIC',
  holds: (c) => isQuic(c.transport),
  hint: LEAVE_OUT,
}
export const NGTCP2: Use = {
  needs: 'QUIC by ngtcp2',
  holds: (c) => c.transport === 'quic',
  hint: LEAVE_OUT,
}
/** After one that names the transport: a hint at another workload would be of no help to others. */
export const lasting = (what: string): Use => ({
  needs: `a ${what}`,
  holds: isLasting,
  hint: '--workload ping-pong',
})
export const QUIC_BYTES: Use = {
  needs: 'a stream of bytes over QUIC',
  holds: (c) => isQuic(c.transport) && c.workload === 'stream' && c.messages !== 'datagram',
  hint: '--workload stream --quic-messages stream',
}
/** Whose calls wait inside the kernel for the one socket, which is where it polls (socket(7), SO_BUSY_POLL). */
export const BUSY_POLLED: Use = {
  needs: 'ping-pongs and streams over TCP, TLS and UDP',
  holds: ({ transport, workload }) =>
    (workload === 'ping-pong' || workload === 'stream') &&
    (runsOverTcp(transport) || transport === 'udp'),
  hint: '--wait block or spin, or --transport tcp,tls,udp --workload ping-pong,stream',
}
/** Data in the first packets is QUIC's. */
export const EARLY_DATA: Use = {
  needs: 'quic',
  holds: ({ transport }) => transport === 'quic',
  hint: '--transport quic, or --handshake full,resumed',
}
/** Of a ping-pong one is under way, and a stream of bytes has no messages to be told apart. OpenSSL has no choice. */
export const SEVERAL_MESSAGES: Use = {
  needs: 'rr',
  holds: ({ transport, workload }) => runsOverMessages(workload) || transport !== 'quic',
  hint: '--workload rr, or --quic-messages stream',
}
