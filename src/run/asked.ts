import { usageError } from '../errors.js'
import { filled, filledInLab } from '../options/fill.js'
import { CONNECT_TIMEOUT, DEFAULT_MESSAGE_TIMEOUT_NS, MEASURE } from '../options/measure.js'
import { QUIC } from '../options/quic.js'
import { RDMA } from '../options/rdma.js'
import { SOCKET } from '../options/socket.js'
import { TLS } from '../options/tls.js'
import type { TransportName } from '../plan/case.js'
import { DEFAULT_REQUEST, type PlanRequest } from '../plan/request.js'
import type { OptionNames } from './names.js'
import type { MeasureRequest } from './request.js'

type RequestAnywhere = Omit<PlanRequest, 'transports' | 'place'>

/** At least, of a measured phase of which nobody said how finely it is cut. */
const INTERVALS = 12

/** A request with all its defaults, before it is known what this machine can do. */
export interface AskedRun {
  /** `all`: whatever this machine can do. */
  readonly transports: readonly TransportName[] | 'all'
  readonly plan: RequestAnywhere
  /** The same with the defaults of the lab. */
  readonly labPlan: RequestAnywhere
}

/** @throws {XrbenchError} `XRB_USAGE` for options that exclude one another */
export function complete(request: MeasureRequest, { label }: Pick<OptionNames, 'label'>): AskedRun {
  const { durationNs, iterations } = request
  if (durationNs !== undefined && iterations !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${label('duration')} and ${label('iterations')} exclude one another.`,
      'give one of them',
    )
  }
  const groups = {
    family: request.family ?? DEFAULT_REQUEST.family,
    socket: filled(SOCKET, request.socket),
    rdma: filled(RDMA, request.rdma),
    tls: filled(TLS, request.tls),
    quic: filled(QUIC, request.quic),
  }
  // A number of messages in place of a time.
  const length = iterations === undefined ? {} : { durationNs: 0 }
  const own = filled(MEASURE, request)
  const plan: RequestAnywhere = {
    ...own,
    ...length,
    ...groups,
    intervalNs: interval(request, { ...own, ...length }),
    messageTimeoutNs: messageTimeout(request, own.idleTimeoutNs, label),
    connectTimeoutNs: DEFAULT_REQUEST.connectTimeoutNs,
  }
  const inLab = filledInLab(MEASURE, request)
  const labPlan = {
    ...inLab,
    ...length,
    ...groups,
    intervalNs: interval(request, { ...inLab, ...length }),
    messageTimeoutNs: messageTimeout(request, inLab.idleTimeoutNs, label),
    connectTimeoutNs: CONNECT_TIMEOUT.inLab,
  }
  return { transports: request.transports, plan, labPlan }
}

/** What is measured briefly has as many intervals as it takes to tell whether it began before the path was steady. */
function interval(
  { intervalNs }: MeasureRequest,
  usual: Pick<RequestAnywhere, 'intervalNs' | 'durationNs'>,
): number {
  if (intervalNs !== undefined || usual.durationNs === 0) return usual.intervalNs
  const share = Math.ceil(usual.durationNs / INTERVALS)
  return Math.max(MEASURE.intervalNs.kind.min, Math.min(usual.intervalNs, share))
}

/** @throws {XrbenchError} `XRB_USAGE` where it was given and is not shorter than the other */
function messageTimeout(
  { messageTimeoutNs }: MeasureRequest,
  idleTimeoutNs: number,
  label: OptionNames['label'],
): number {
  if (messageTimeoutNs === undefined) {
    return Math.min(DEFAULT_MESSAGE_TIMEOUT_NS, Math.max(1e6, Math.floor(idleTimeoutNs / 2)))
  }
  if (messageTimeoutNs < idleTimeoutNs) return messageTimeoutNs
  throw usageError(
    'XRB_USAGE',
    `${label('messageTimeout')} has to be shorter than ${label('timeout')}, or one loss would end a repetition.`,
    'for example --message-timeout 1s --timeout 5s',
  )
}
