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
import { beforeOptions } from './circumstances.js'
import { canWait, carries } from './connects.js'
import { defaultSizeBytes } from './defaults.js'
import { refuseIdleValues } from './idle-values.js'
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
 * @throws {XrbenchError} when a transport cannot carry a size, there are too many cases, or a word of a list would have none
 */
export function buildPlan(...requests: [PlanRequest, ...PlanRequest[]]): Plan {
  const plan = planOf(...requests)
  refuseIdleValues(plan.cases, requests)
  return plan
}

/** … whatever of the lists no case has. */
export function planOf(...requests: [PlanRequest, ...PlanRequest[]]): Plan {
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
