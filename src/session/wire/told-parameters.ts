import { told, untold } from '../../options/known.js'
import { MEASURE } from '../../options/measure.js'
import { QUIC } from '../../options/quic.js'
import { RDMA } from '../../options/rdma.js'
import { SOCKET } from '../../options/socket.js'
import { TLS } from '../../options/tls.js'
import type { RemoteParameters } from './client-messages.js'

/** As agents of all versions of the protocol understand it: without what came later and stands where it would without being told. */
export function toldParameters(p: RemoteParameters): RemoteParameters {
  return withGroups(p, told)
}

/** What was told, with all that was not. */
export function heardParameters(p: RemoteParameters): RemoteParameters {
  return withGroups(p, untold)
}

function withGroups(p: RemoteParameters, change: typeof told): RemoteParameters {
  return {
    ...change(MEASURE, p),
    socket: change(SOCKET, p.socket),
    rdma: p.rdma && change(RDMA, p.rdma),
    tls: p.tls && change(TLS, p.tls),
    quic: p.quic && change(QUIC, p.quic),
  }
}
