import type { WorkloadName } from '../../addon/addon.js'
import { runsOverMessages } from '../../options/workloads.js'
import type { TransportName } from '../../plan/case.js'
import type { RemoteParameters } from '../wire/client-messages.js'
import { KIB, linksOf, longestMessageBytes } from './asked.js'
import { datagramBufferBytes } from './datagram-buffers.js'
import { opensslBufferBytes, quicBufferBytes } from './quic-buffers.js'
import { rdmaBufferBytes } from './rdma-buffers.js'

/** native/transport/socket/byte_stream_link.h, native/transport/message/byte_stream_messages.h */
const INPUT_BYTES = 256 * KIB
/** native/transport/message/message_contents.h */
const HEAD_BYTES = 4 * KIB
/** native/transport/tls/tls_session.h */
const TLS_INPUT_BYTES = 128 * KIB

/**
 * What the agent's end of a repetition buffers at the most, bytes; what the kernel grants its sockets apart, which it limits itself. The same as
 * native/transport/buffer_bytes.h, without native code, which is for processes of a client's own.
 */
export function bufferedBytes(
  transport: TransportName,
  workload: WorkloadName,
  parameters: RemoteParameters,
): number {
  switch (transport) {
    case 'tcp':
    case 'unix':
      return inByteStreams(workload, parameters)
    case 'tls': {
      // A run of connects begins with one that stays.
      const sessions = workload === 'connect' ? 2 : linksOf(parameters).all
      return inByteStreams(workload, parameters) + sessions * TLS_INPUT_BYTES
    }
    case 'shm':
      return inByteStreams(workload, parameters) + inSharedMemory(workload, parameters)
    case 'udp':
      return datagramBufferBytes(workload, parameters)
    case 'quic':
      return quicBufferBytes(workload, parameters)
    case 'quic:openssl':
      return opensslBufferBytes(workload, parameters)
    case 'rdma':
      return rdmaBufferBytes(workload, parameters)
  }
}

function inByteStreams(workload: WorkloadName, p: RemoteParameters): number {
  if (runsOverMessages(workload)) return INPUT_BYTES + HEAD_BYTES + longestMessageBytes(p)
  if (workload !== 'stream') return p.messageSizeBytes
  const { receivers, senders } = linksOf(p)
  return receivers * Math.max(p.messageSizeBytes, INPUT_BYTES) + senders * p.messageSizeBytes
}

/** native/transport/shm/shm_layout.h: two rings for each connection, and where each side sleeps. */
function inSharedMemory(workload: WorkloadName, p: RemoteParameters): number {
  const apart = 128
  const message = runsOverMessages(workload) ? 4 + 40 + longestMessageBytes(p) : p.messageSizeBytes
  const piece = Math.min(message, 64 * KIB)
  const header = piece + 8 <= apart ? 8 : apart
  const slot = Math.ceil((header + piece) / apart) * apart
  const powerOfTwo = 2 ** (31 - Math.clz32((640 * KIB) / slot))
  const takesTurns = workload === 'ping-pong' && piece === message
  const slots = takesTurns ? 1 : Math.min(Math.max(powerOfTwo, 4), 64)
  return 2 * linksOf(p).all * (3 * apart + slots * slot) + 2 * apart
}
