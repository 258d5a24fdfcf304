import type {
  KernelTls,
  QuicMessages,
  SocketOptions,
  TlsHandshake,
  UnixType,
  WaitPolicy,
  WorkloadName,
} from '../addon/addon.js'
import { usageError } from '../errors.js'
import type { Case, CaseParameters, Plan, TransportName } from './case.js'
import { carries } from './connects.js'
import { defaultReceiveBufferBytes, defaultSizeBytes } from './defaults.js'
import { caseKey } from './key.js'
import {
  checkQuicOpenssl,
  checkQuicRetry,
  checkQuicSize,
  checkSize,
  checkUnixSize,
  MAX_CASES,
} from './limits.js'
import { runsOverTcp } from './over-tcp.js'
import { quicOpensslOptions, quicOptions } from './quic.js'
import { usesTls } from './quic-family.js'
import { checkRdma } from './rdma.js'
import type { PlanRequest } from './request.js'
import { rrParameters } from './rr.js'
import { TRANSPORTS } from './transports.js'

/**
 * The cases of requests, one for each place, frozen; how often they are repeated is that of the first. Rows that are to be read against one
 * another stand together: workload, size, waiting, then transport.
 * @throws {XrbenchError} when a transport cannot carry a size, or there are too many cases
 */
export function buildPlan(...requests: [PlanRequest, ...PlanRequest[]]): Plan {
  const cases = requests.flatMap(casesOf)
  if (cases.length > MAX_CASES) {
    throw usageError(
      'XRB_TOO_MANY_CASES',
      `These lists make ${cases.length} cases, more than ${MAX_CASES}.`,
      'shorten --size or another list',
    )
  }
  return Object.freeze({ cases: Object.freeze(cases), repetitions: requests[0].repetitions })
}

function casesOf(request: PlanRequest): Case[] {
  const cases: Case[] = []
  for (const workload of request.workloads) {
    for (const size of request.sizesBytes ?? [null]) {
      for (const wait of request.waits) {
        for (const transport of request.transports.filter((one) => carries(one, workload))) {
          for (const way of waysOf(transport, workload, request)) {
            const messageSizeBytes =
              size ?? defaultSizeBytes(transport, workload, request.rdma, way)
            checkSize(transport, workload, messageSizeBytes, request.family)
            if (transport === 'unix') checkUnixSize(way.unixType, messageSizeBytes)
            if (transport === 'quic:openssl') checkQuicOpenssl(request.quic)
            cases.push(makeCase(request, transport, workload, messageSizeBytes, wait, way))
          }
        }
      }
    }
  }
  return cases
}

/** One of several ways to carry a message. A transport that has one only has no use for its names. */
interface Way {
  messages: QuicMessages
  nullCrypto: boolean
  kernel: KernelTls
  handshake: TlsHandshake
  unixType: UnixType
}

function waysOf(
  transport: TransportName,
  workload: WorkloadName,
  { quic, tls, unixTypes }: PlanRequest,
): Way[] {
  const plain: Way = {
    ...{ messages: 'stream', nullCrypto: false },
    ...{ kernel: 'off', handshake: 'full' },
    unixType: 'stream',
  }
  if (workload === 'connect') {
    if (transport === 'tcp') return [plain]
    // Data in the first packets is QUIC's.
    const handshakes = tls.handshakes.filter((one) => transport === 'quic' || one !== '0rtt')
    return handshakes.map((handshake) => ({ ...plain, handshake }))
  }
  if (transport === 'unix') return unixTypes.map((unixType) => ({ ...plain, unixType }))
  if (transport === 'tls') return tls.kernel.map((kernel) => ({ ...plain, kernel }))
  if (transport !== 'quic') return [plain]
  return quic.messages.flatMap((messages) =>
    quic.nullCrypto.map((nullCrypto) => ({ ...plain, messages, nullCrypto })),
  )
}

/** Settings of one transport are not asked of another: the request in the result stays true. */
function socketOptions(
  asked: PlanRequest['socket'],
  transport: TransportName,
  workload: WorkloadName,
): SocketOptions {
  const { socket } = TRANSPORTS[transport]
  const ofIp = <T>(value: T) => (socket === 'ip' ? value : null)
  const ofBuffers = <T>(value: T) => (socket === 'none' ? null : value)
  return {
    ...asked,
    sendBufferBytes: ofBuffers(asked.sendBufferBytes),
    receiveBufferBytes: ofBuffers(
      asked.receiveBufferBytes ?? defaultReceiveBufferBytes(transport, workload),
    ),
    congestionControl: runsOverTcp(transport) ? asked.congestionControl : null,
    dscp: ofIp(asked.dscp),
    busyPollUs: ofIp(asked.busyPollUs),
  }
}

function makeCase(
  request: PlanRequest,
  transport: TransportName,
  workload: WorkloadName,
  messageSizeBytes: number,
  wait: WaitPolicy,
  { messages, nullCrypto, kernel, handshake, unixType }: Way,
): Case {
  const isStream = workload === 'stream'
  const rdma = transport === 'rdma' ? Object.freeze({ ...request.rdma }) : null
  const quic =
    transport === 'quic'
      ? Object.freeze(quicOptions(request.quic, messages, workload, nullCrypto))
      : null
  const quicOpenssl =
    transport === 'quic:openssl' ? Object.freeze(quicOpensslOptions(request.quic, workload)) : null
  const parameters: CaseParameters = Object.freeze({
    messageSizeBytes,
    ...rrParameters(workload, messageSizeBytes, request),
    wait,
    direction: isStream ? request.direction : 'up',
    streams: isStream ? request.streams : 1,
    warmupCapNs: request.warmupCapNs,
    durationNs: request.durationNs,
    iterations: request.iterations,
    intervalNs: request.intervalNs,
    rateBitsPerSec: isStream ? request.rateBitsPerSec : 0,
    verify: (rdma ?? quic ?? quicOpenssl ?? request).verify,
    messageTimeoutNs: request.messageTimeoutNs,
    idleTimeoutNs: request.idleTimeoutNs,
    connectTimeoutNs: request.connectTimeoutNs,
    pin: request.pin,
    socket: Object.freeze(socketOptions(request.socket, transport, workload)),
    rdma,
    tls: usesTls(transport)
      ? Object.freeze({ cipher: request.tls.cipher, handshake, kernel })
      : null,
    quic,
    quicOpenssl,
    ...(transport === 'unix' ? { unixType } : {}),
  })
  if (parameters.rdma !== null) checkRdma({ ...parameters, rdma: parameters.rdma, workload })
  if (parameters.quic !== null) checkQuicRetry(parameters.quic)
  if (parameters.quic !== null && workload !== 'rr') {
    checkQuicSize(parameters.quic, messageSizeBytes)
  }
  return Object.freeze({
    key: caseKey({ transport, workload, parameters }),
    transport,
    workload,
    place: request.place,
    parameters,
  })
}
