import type { Circumstances } from '../options/option.js'
import type { QueuePairType } from '../options/rdma.js'
import type { WorkloadName } from '../options/workloads.js'
import type { Case } from './case.js'
import type { TransportName } from './transports.js'

/** A case of which nothing was said: what is known of another is put over it. */
export const MIN_CIRCUMSTANCES: Circumstances = {
  ...{ transport: 'tcp', workload: 'ping-pong', messageSizeBytes: 1 },
  ...{ messages: null, queuePair: null, udpPayloadBytes: null },
  lastsNs: Number.POSITIVE_INFINITY,
}

/** What of a case its options depend on. */
export function circumstancesOf({
  transport,
  workload,
  parameters: p,
}: Pick<Case, 'transport' | 'workload' | 'parameters'>): Circumstances {
  return {
    transport,
    workload,
    messageSizeBytes: p.messageSizeBytes,
    messages: p.quic?.messages ?? null,
    queuePair: p.rdma?.queuePair ?? null,
    udpPayloadBytes: p.quic?.udpPayloadBytes ?? null,
    lastsNs: p.iterations > 0 ? Number.POSITIVE_INFINITY : p.warmupCapNs + p.durationNs,
  }
}

/** … before its options have values. */
export function beforeOptions(
  transport: TransportName,
  workload: WorkloadName,
  {
    rdma,
    quic,
  }: {
    readonly rdma: { readonly queuePair: QueuePairType }
    readonly quic: { readonly udpPayloadBytes: number }
  },
): Circumstances {
  return {
    ...MIN_CIRCUMSTANCES,
    transport,
    workload,
    messages: transport === 'quic' ? 'stream' : null,
    queuePair: transport === 'rdma' ? rdma.queuePair : null,
    udpPayloadBytes: transport === 'quic' ? quic.udpPayloadBytes : null,
  }
}
