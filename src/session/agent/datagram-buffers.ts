import type { WorkloadName } from '../../addon/addon.js'
import { runsOverMessages } from '../../options/workloads.js'
import type { RemoteParameters } from '../wire/client-messages.js'
import { fitting, KIB, linksOf } from './asked.js'

/** native/transport/datagram/datagram_batch.h: so many at once, or a few that the kernel has merged. */
const DATAGRAMS = 64
const MERGED_BYTES = 4 * 64 * KIB
/** What one send carries, which the kernel cuts into segments. */
const MOST_SEND_BYTES = 65_507
/** native/transport/udp/udp_messages.h */
const MOST_DATAGRAM_BYTES = 65_535
/** native/transport/udp/udp_stream_link.h: what is handed over at once where nothing is cut. */
const BATCH_BYTES = 128 * KIB

/** Of UDP. */
export function datagramBufferBytes(workload: WorkloadName, p: RemoteParameters): number {
  if (runsOverMessages(workload)) return MOST_SEND_BYTES + MOST_DATAGRAM_BYTES
  // One byte more: a longer datagram shows as one.
  const longest = p.messageSizeBytes + 1
  if (workload !== 'stream') return p.messageSizeBytes + longest
  const { receivers, senders } = linksOf(p)
  const { segmentationOffload: offload } = p.socket
  return (
    receivers * receivedBytes(longest, offload) +
    senders * batchOf(p.messageSizeBytes, offload) * p.messageSizeBytes
  )
}

/** Of both directions of a connection that an engine has the packets of (native/transport/datagram/packet_exchange.h). */
export function packetBufferBytes(sent: number, received: number, offload: boolean): number {
  const hasRuns = offload && 2 * sent <= MOST_SEND_BYTES
  return (hasRuns ? MOST_SEND_BYTES : sent) + sent + receivedBytes(received, offload)
}

/** Whether the kernel merges datagrams where that is asked for, nobody knows beforehand. */
function receivedBytes(largest: number, offload: boolean): number {
  return Math.max(DATAGRAMS * largest, offload ? MERGED_BYTES : 0)
}

/** Messages that a sender hands over at once: two runs of segments, or as many as where the kernel cuts none. */
function batchOf(messageBytes: number, offload: boolean): number {
  const segments = offload ? fitting(MOST_SEND_BYTES, messageBytes, 1, DATAGRAMS) : 1
  const uncut = fitting(BATCH_BYTES, messageBytes, 1, DATAGRAMS)
  return segments > 1 ? Math.max(2 * segments, uncut) : uncut
}
