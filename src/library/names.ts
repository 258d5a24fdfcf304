import type { OptionNames } from '../run/names.js'
import type { Variation } from './request.js'

/** Where a request has what the command line has as an option of another name. */
const MEMBERS: Readonly<Record<string, string>> = {
  rate: 'rateBitsPerSec',
  duration: 'durationNs',
  messageTimeout: 'messageTimeoutNs',
  timeout: 'idleTimeoutNs',
  nodelay: 'socket.noDelay',
  congestion: 'socket.congestionControl',
  gso: 'socket.segmentationOffload',
  qp: 'rdma.queuePair',
  operation: 'rdma.operation',
  device: 'rdma.device',
  port: 'rdma.port',
  gidIndex: 'rdma.gidIndex',
  txDepth: 'rdma.txDepth',
  rxDepth: 'rdma.rxDepth',
  signalEvery: 'rdma.signalEvery',
  postList: 'rdma.postList',
  inline: 'rdma.inlineBytes',
  connectBy: 'rdma.connectBy',
  cipher: 'tls.cipher',
  handshake: 'tls.handshakes',
  ktls: 'tls.kernel',
  quicMessages: 'quic.messages',
  quicStreams: 'quic.streams',
  quicPayload: 'quic.udpPayloadBytes',
  quicWindow: 'quic.windowBytes',
  quicCongestion: 'quic.congestionControl',
  ackThreshold: 'quic.ackThreshold',
  quicRetry: 'quic.retry',
  quicPacing: 'quic.pacing',
  quicKeyUpdate: 'quic.keyUpdateNs',
  quicNullCrypto: 'quic.nullCrypto',
}

/** Options by the names of their members, and which of them `request` gives. */
export function memberNames(request: Variation): OptionNames {
  const label = (option: string) => MEMBERS[option] ?? option
  return { label, isGiven: (option) => valueAt(request, label(option)) !== undefined }
}

function valueAt(request: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], request)
}
