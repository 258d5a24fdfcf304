import { usageError } from '../errors.js'
import type { TransportName } from '../plan/case.js'
import {
  LAB_CONNECT_TIMEOUT_NS,
  LAB_DURATION_NS,
  LAB_IDLE_TIMEOUT_NS,
  LAB_REPETITIONS,
  LAB_WARMUP_CAP_NS,
} from '../plan/defaults.js'
import { DEFAULT_REQUEST, type PlanRequest } from '../plan/request.js'
import type { OptionNames } from './names.js'
import type { MeasureRequest } from './request.js'

type RequestAnywhere = Omit<PlanRequest, 'transports' | 'place'>

/** A request with all its defaults, before it is known what this machine can do. */
export interface Asked {
  /** `all`: whatever this machine can do. */
  readonly transports: readonly TransportName[] | 'all'
  readonly plan: RequestAnywhere
  /** The same with the defaults of the lab. */
  readonly labPlan: RequestAnywhere
}

/** @throws {XrbenchError} `XRB_USAGE` for options that exclude one another */
export function complete(request: MeasureRequest, { label }: Pick<OptionNames, 'label'>): Asked {
  const { durationNs, iterations, verify = false } = request
  if (durationNs !== undefined && iterations !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${label('duration')} and ${label('iterations')} exclude one another.`,
      'give one of them',
    )
  }
  const plan: RequestAnywhere = {
    workloads: request.workloads ?? DEFAULT_REQUEST.workloads,
    sizesBytes: request.sizesBytes ?? null,
    responseSizeBytes: request.responseSizeBytes ?? null,
    inflight: request.inflight ?? DEFAULT_REQUEST.inflight,
    waits: request.waits ?? DEFAULT_REQUEST.waits,
    direction: request.direction ?? DEFAULT_REQUEST.direction,
    streams: request.streams ?? DEFAULT_REQUEST.streams,
    warmupCapNs: request.warmupCapNs ?? DEFAULT_REQUEST.warmupCapNs,
    durationNs: iterations === undefined ? (durationNs ?? DEFAULT_REQUEST.durationNs) : 0,
    iterations: iterations ?? 0,
    intervalNs: request.intervalNs ?? DEFAULT_REQUEST.intervalNs,
    rateBitsPerSec: request.rateBitsPerSec ?? 0,
    verify,
    messageTimeoutNs: request.messageTimeoutNs ?? DEFAULT_REQUEST.messageTimeoutNs,
    idleTimeoutNs: request.idleTimeoutNs ?? DEFAULT_REQUEST.idleTimeoutNs,
    connectTimeoutNs: DEFAULT_REQUEST.connectTimeoutNs,
    pin: request.pin ?? DEFAULT_REQUEST.pin,
    socket: { ...DEFAULT_REQUEST.socket, ...given(request.socket) },
    rdma: { ...DEFAULT_REQUEST.rdma, ...given(request.rdma), verify },
    tls: { ...DEFAULT_REQUEST.tls, ...given(request.tls) },
    quic: { ...DEFAULT_REQUEST.quic, ...given(request.quic), verify },
    unixTypes: request.unixTypes ?? DEFAULT_REQUEST.unixTypes,
    repetitions: request.repetitions ?? DEFAULT_REQUEST.repetitions,
    family: request.family ?? DEFAULT_REQUEST.family,
  }
  if (plan.messageTimeoutNs >= plan.idleTimeoutNs) {
    throw usageError(
      'XRB_USAGE',
      `${label('messageTimeout')} has to be shorter than ${label('timeout')}, or one loss would end a repetition.`,
      'for example --message-timeout 1s --timeout 5s',
    )
  }
  return { transports: request.transports, plan, labPlan: { ...plan, ...labDefaults(request) } }
}

/** What is otherwise in the lab, where the user did not say. */
function labDefaults(request: MeasureRequest): Partial<RequestAnywhere> {
  const isLengthGiven = request.durationNs !== undefined || request.iterations !== undefined
  return {
    connectTimeoutNs: LAB_CONNECT_TIMEOUT_NS,
    ...(isLengthGiven ? {} : { durationNs: LAB_DURATION_NS }),
    ...(request.warmupCapNs === undefined ? { warmupCapNs: LAB_WARMUP_CAP_NS } : {}),
    ...(request.idleTimeoutNs === undefined ? { idleTimeoutNs: LAB_IDLE_TIMEOUT_NS } : {}),
    ...(request.repetitions === undefined ? { repetitions: LAB_REPETITIONS } : {}),
  }
}

/** Without the members that are `undefined`, which would hide a default. */
function given<T extends object>(
  options: T | undefined,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
