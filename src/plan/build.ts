import type { WaitPolicy, WorkloadName } from '../addon/addon.js'
import { usageError } from '../errors.js'
import { ofCase, waysOf } from '../options/fill.js'
import { MEASURE } from '../options/measure.js'
import type { Circumstances, OfCase } from '../options/option.js'
import { QUIC } from '../options/quic.js'
import { SOCKET } from '../options/socket.js'
import { TLS } from '../options/tls.js'
import { runsOverMessages } from '../options/workloads.js'
import type { Case, CaseParameters, Plan, TransportName } from './case.js'
import { MIN_CIRCUMSTANCES } from './circumstances.js'
import { canWait, carries } from './connects.js'
import { defaultSizeBytes } from './defaults.js'
import { caseKey } from './key.js'
import {
  checkQuicOpenssl,
  checkQuicRetry,
  checkQuicSize,
  checkRate,
  checkSize,
  checkUnixSize,
  MAX_CASES,
} from './limits.js'
import { quicOpensslOptions } from './quic.js'
import { checkRdma } from './rdma.js'
import type { PlanRequest } from './request.js'
import { usesTls } from './transports.js'

/** What multiplies and is no axis of every transport: those are walked in the order in which rows are read. */
const { workloads: _, sizesBytes: __, waits: ___, ...OF_ONE_TRANSPORT } = MEASURE

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
  refuseIdleStreams(cases, requests)
  refuseIdleWaits(cases, requests)
  return Object.freeze({ cases: Object.freeze(cases), repetitions: requests[0].repetitions })
}

function refuseIdleWaits(cases: readonly Case[], requests: readonly PlanRequest[]): void {
  const idle = requests[0]?.waits.find((wait) => !cases.some((c) => c.parameters.wait === wait))
  if (idle === undefined || requests.every(({ transports }) => transports.length === 0)) return
  throw usageError(
    'XRB_USAGE',
    `Nothing that is to be measured can wait by ${idle}.`,
    'it is for ping-pongs and streams over TCP, TLS and UDP: --transport tcp',
  )
}

function refuseIdleStreams(cases: readonly Case[], requests: readonly PlanRequest[]): void {
  const isAsked = requests.some(
    ({ transports, quic }) => transports.includes('quic') && quic.messages.includes('stream-each'),
  )
  if (!isAsked || cases.some((c) => c.parameters.quic?.messages === 'stream-each')) return
  throw usageError(
    'XRB_USAGE',
    'Nothing that is to be measured has a QUIC stream for each message: stream-each is for rr.',
    '--workload rr, or --quic-messages stream',
  )
}

function casesOf(request: PlanRequest): Case[] {
  const cases: Case[] = []
  for (const workload of request.workloads) {
    for (const size of request.sizesBytes ?? [null]) {
      for (const wait of request.waits) {
        const able = request.transports.filter(
          (one) => carries(one, workload) && canWait(wait, one, workload),
        )
        for (const transport of able) {
          for (const way of waysTo(transport, workload, request)) {
            const unixType = way.own.unixType ?? 'stream'
            const messages = way.quic.messages ?? 'stream'
            const messageSizeBytes =
              size ?? defaultSizeBytes(transport, workload, request.rdma, { messages, unixType })
            checkSize(transport, workload, messageSizeBytes, request.family)
            if (transport === 'unix') {
              checkUnixSize(unixType, workload, messageSizeBytes)
              const answer = workload === 'rr' ? request.responseSizeBytes : null
              if (answer !== null) checkUnixSize(unixType, workload, answer, '--response-size')
            }
            if (transport === 'quic:openssl') checkQuicOpenssl(request.quic)
            cases.push(makeCase(request, transport, workload, messageSizeBytes, wait, way))
          }
        }
      }
    }
  }
  return cases
}

/** What of a case its options depend on, before they have values. */
function beforeOptions(
  transport: TransportName,
  workload: WorkloadName,
  request: PlanRequest,
): Circumstances {
  return {
    ...MIN_CIRCUMSTANCES,
    transport,
    workload,
    messages: transport === 'quic' ? 'stream' : null,
    queuePair: transport === 'rdma' ? request.rdma.queuePair : null,
    udpPayloadBytes: transport === 'quic' ? request.quic.udpPayloadBytes : null,
  }
}

/** One of several ways to carry a message: a value of each option that multiplies. */
interface Way {
  readonly own: Partial<OfCase<typeof MEASURE>>
  readonly tls: Partial<OfCase<typeof TLS>>
  readonly quic: Partial<OfCase<typeof QUIC>>
}

function waysTo(transport: TransportName, workload: WorkloadName, request: PlanRequest): Way[] {
  const c = beforeOptions(transport, workload, request)
  const none = [{}]
  const tls = usesTls(transport) ? waysOf(TLS, request.tls, c) : none
  const quic = transport === 'quic' ? waysOf(QUIC, request.quic, c) : none
  return waysOf(OF_ONE_TRANSPORT, request, c).flatMap((own) =>
    tls.flatMap((ofTls) => quic.map((ofQuic) => ({ own, tls: ofTls, quic: ofQuic }))),
  )
}

function makeCase(
  request: PlanRequest,
  transport: TransportName,
  workload: WorkloadName,
  messageSizeBytes: number,
  wait: WaitPolicy,
  way: Way,
): Case {
  const c: Circumstances = {
    ...beforeOptions(transport, workload, request),
    messageSizeBytes,
    messages: transport === 'quic' ? (way.quic.messages ?? 'stream') : null,
  }
  const {
    workload: _,
    repetitions: __,
    ...own
  } = ofCase(MEASURE, request, { ...way.own, workload, messageSizeBytes, wait }, c)
  const { verify } = own
  const parameters: CaseParameters = Object.freeze({
    ...own,
    connectTimeoutNs: request.connectTimeoutNs,
    socket: ofCase(SOCKET, request.socket, {}, c),
    rdma: transport === 'rdma' ? Object.freeze({ ...request.rdma, verify }) : null,
    tls: usesTls(transport) ? ofCase(TLS, request.tls, way.tls, c) : null,
    quic:
      transport === 'quic'
        ? Object.freeze({ ...ofCase(QUIC, request.quic, way.quic, c), verify })
        : null,
    quicOpenssl:
      transport === 'quic:openssl'
        ? Object.freeze({ ...quicOpensslOptions(request.quic, workload), verify })
        : null,
  })
  if (parameters.rdma !== null) checkRdma({ ...parameters, rdma: parameters.rdma, workload })
  if (workload === 'stream') checkRate(parameters)
  if (parameters.quic !== null) checkQuicRetry(parameters.quic)
  if (parameters.quic !== null && !runsOverMessages(workload)) {
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
