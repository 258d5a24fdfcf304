import type { WorkloadName } from '../../addon/addon.js'
import { runsOverMessages } from '../../options/workloads.js'
import type { RemoteParameters } from '../wire/client-messages.js'
import { fitting, KIB, linksOf, longestMessageBytes, MIB } from './asked.js'
import { packetBufferBytes } from './datagram-buffers.js'

/** native/transport/quic/quic_pump.h, native/transport/quic/quic_port.h */
const MOST_PACKET_BYTES = 64 * KIB
/** native/transport/pattern.h, native/transport/quic/quic_stream_links.h */
const RING_BYTES = 256 * KIB
/** native/transport/quic/quic_stream_messages.h, native/transport/message/message_contents.h */
const MESSAGE_RING_BYTES = 4 * MIB
const HEAD_BYTES = 4 * KIB
/** native/transport/quic/quic_outgoing_messages.h: messages on streams of their own, all alike or each its own. */
const FILLER_BYTES = 64 * KIB
const VERIFIED_BYTES = 32 * MIB
const MOST_INFLIGHT = 4096
/** native/transport/quic_openssl/openssl_pump.h, native/transport/quic_openssl/openssl_stream_links.h, native/transport/message/byte_stream_messages.h */
const OPENSSL_PACKET_BYTES = 1500
const OPENSSL_INPUT_BYTES = 256 * KIB

/** By ngtcp2. */
export function quicBufferBytes(workload: WorkloadName, p: RemoteParameters): number {
  const { quic } = p
  // The addon refuses it.
  if (quic === null) return 0
  // A run of connects begins with one that stays. What has come behind a hole waits in the library.
  const windows = (workload === 'connect' ? 2 : linksOf(p).all) * quic.windowBytes
  if (workload === 'connect') return windows + 2 * MOST_PACKET_BYTES + p.messageSizeBytes
  const { segmentationOffload: offload } = p.socket
  const packets = packetBufferBytes(quic.udpPayloadBytes, MOST_PACKET_BYTES, offload)
  return windows + linksOf(p).all * packets + inMessages(workload, p, quic)
}

function inMessages(
  workload: WorkloadName,
  p: RemoteParameters,
  { messages, udpPayloadBytes, verify }: NonNullable<RemoteParameters['quic']>,
): number {
  if (runsOverMessages(workload)) {
    const longest = longestMessageBytes(p)
    if (messages === 'stream') return MESSAGE_RING_BYTES + HEAD_BYTES + longest
    if (messages === 'datagram') return udpPayloadBytes
    if (!p.verify) return FILLER_BYTES
    return fitting(VERIFIED_BYTES, longest, 1, MOST_INFLIGHT) * longest
  }
  if (workload !== 'stream') return 2 * p.messageSizeBytes
  const { senders, all } = linksOf(p)
  if (messages === 'datagram') return senders * p.messageSizeBytes
  return (senders + (verify ? all : 0)) * RING_BYTES
}

/** By OpenSSL, of whose own buffers nobody can tell. */
export function opensslBufferBytes(workload: WorkloadName, p: RemoteParameters): number {
  const { receivers, senders, all } = linksOf(p)
  const { segmentationOffload: offload } = p.socket
  const packets = all * packetBufferBytes(OPENSSL_PACKET_BYTES, OPENSSL_PACKET_BYTES, offload)
  if (runsOverMessages(workload))
    return packets + OPENSSL_INPUT_BYTES + HEAD_BYTES + longestMessageBytes(p)
  if (workload !== 'stream') return packets + 2 * p.messageSizeBytes
  const patterns = p.quicOpenssl?.verify ? all * RING_BYTES : 0
  return packets + receivers * OPENSSL_INPUT_BYTES + senders * p.messageSizeBytes + patterns
}
