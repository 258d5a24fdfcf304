import type { QueuePairType, RdmaOperation, WaitPolicy, WorkloadName } from '../addon/addon.js'
import { usageError } from '../errors.js'
import { filled } from '../options/fill.js'
import type { Filled } from '../options/option.js'
import { ATOMIC_BYTES, RDMA, RDMA_OPERATIONS } from '../options/rdma.js'

export const DEFAULT_RDMA: Filled<typeof RDMA> = filled(RDMA)

/** What each service carries (InfiniBand Architecture, volume 1, section 9). */
const OPERATIONS_OF: Readonly<Record<QueuePairType, readonly RdmaOperation[]>> = {
  rc: RDMA_OPERATIONS,
  uc: ['send', 'write', 'write-imm'],
  ud: ['send'],
}

export function isAtomic(operation: RdmaOperation): boolean {
  return operation === 'fetch-add' || operation === 'compare-swap'
}

/** What of an RDMA case has to fit together. */
interface RdmaCase {
  rdma: Filled<typeof RDMA>
  workload: WorkloadName
  wait: WaitPolicy
  messageSizeBytes: number
  rateBitsPerSec: number
}

/** @throws {XrbenchError} `XRB_RDMA_COMBINATION` when the standard, or what a workload means, does not allow it */
export function checkRdma({
  rdma,
  workload,
  wait,
  messageSizeBytes,
  rateBitsPerSec,
}: RdmaCase): void {
  const { queuePair, operation, connectBy } = rdma
  const allowed = OPERATIONS_OF[queuePair]
  if (!allowed.includes(operation)) {
    throw refused(
      `${queuePair.toUpperCase()} queue pairs have no ${operation}, only ${allowed.join(', ')}.`,
      `--qp rc --operation ${operation}`,
    )
  }
  if (connectBy === 'rdma-cm' && queuePair !== 'rc') {
    throw refused(
      `rdma-cm connects RC queue pairs, not ${queuePair.toUpperCase()} ones.`,
      '--connect-by exchange, or --qp rc',
    )
  }
  if (workload === 'rr') checkRequests(rdma)
  if (isAtomic(operation) && workload === 'stream') {
    throw refused(`A ${operation} has no stream.`, '--workload ping-pong')
  }
  if (isAtomic(operation) && messageSizeBytes !== ATOMIC_BYTES) {
    throw refused(
      `A ${operation} works on ${ATOMIC_BYTES} B, so ${messageSizeBytes} B cannot be measured.`,
      `--size ${ATOMIC_BYTES}`,
    )
  }
  if (operation === 'write' && workload === 'ping-pong' && wait === 'block') {
    throw refused(
      'A write ping-pong polls memory, where nothing wakes a sleeper.',
      '--wait spin, or --operation write-imm',
    )
  }
  if (operation === 'write' && workload === 'stream' && queuePair === 'uc') {
    throw refused(
      'A write stream over UC leaves no trace of what is lost.',
      '--operation write-imm, or --qp rc',
    )
  }
  if (operation === 'read' && workload === 'stream' && rateBitsPerSec > 0) {
    throw refused('A read stream is drawn by its receiver and has no rate.', 'leave out --rate')
  }
}

/** Requests and answers are messages with immediate data, in which both ends tell of their receives. */
function checkRequests({ queuePair, operation }: RdmaCase['rdma']): void {
  if (operation !== 'send' && operation !== 'write-imm') {
    throw refused(
      `A ${operation} carries no requests and answers.`,
      '--operation send or write-imm',
    )
  }
  if (operation === 'write-imm' && queuePair !== 'rc') {
    throw refused(
      'Where a write can be lost nobody knows which: requests go by write-imm over RC alone.',
      '--qp rc, or --operation send',
    )
  }
}

function refused(sentence: string, hint: string) {
  return usageError('XRB_RDMA_COMBINATION', sentence, hint)
}
