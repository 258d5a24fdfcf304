import type { RdmaOptions, WorkloadName } from '../../addon/addon.js'
import { runsOverMessages } from '../../options/workloads.js'
import { FRAGMENT_HEAD_BYTES, MESSAGE_HEAD_BYTES } from '../../plan/limits.js'
import type { RemoteParameters } from '../wire/client-messages.js'
import { fitting, KIB, linksOf, longestMessageBytes, MIB } from './asked.js'

// The memory of lanes as native/transport/rdma/connect/lane_shape.cc lays it out.

const CONTROL_BYTES = 4 * KIB
const CACHE_LINE_BYTES = 64
/** In front of a datagram of UD. */
const GRH_BYTES = 40
/** Buffers of a stream. */
const WARM_BYTES = 256 * KIB
/** … where each message needs one of its own. */
const MOST_BYTES = 64 * MIB
const MOST_QUEUED = 8192
const MOST_SLOTS = 64
const TX_DEPTH = 128
const RX_DEPTH = 512
const LISTED_BYTES = 4 * KIB
/** Over messages: the longest part of a message, the longest packet, and all of one direction. */
const PART_BYTES = 32 * KIB
const PACKET_BYTES = 4 * KIB
const MESSAGES_BYTES = 8 * MIB
const HEAD_BYTES = MESSAGE_HEAD_BYTES + FRAGMENT_HEAD_BYTES

interface Slots {
  receive: number
  send: number
  /** Words that tell how far a sender has come. */
  marks: number
}

type Asked = RemoteParameters & { rdma: NonNullable<RemoteParameters['rdma']> }

/** Of all lanes of an agent's end. */
export function rdmaBufferBytes(workload: WorkloadName, parameters: RemoteParameters): number {
  const { rdma } = parameters
  // The addon refuses it.
  if (rdma === null) return 0
  const asked = { ...parameters, rdma }
  const stride = strideOf(workload, asked)
  const lane = ({ receive, send, marks }: Slots) =>
    CONTROL_BYTES + (receive + send) * stride + marks * 8
  const { receivers, senders, all } = linksOf(parameters)
  if (workload !== 'stream') {
    const slots = runsOverMessages(workload) ? ofMessages(stride, rdma) : ofPingPong(stride, rdma)
    return all * lane(slots)
  }
  return receivers * lane(ofReceiver(stride, asked, all)) + senders * lane(ofSender(stride, rdma))
}

function strideOf(workload: WorkloadName, p: Asked): number {
  const isUd = p.rdma.queuePair === 'ud'
  const part = isUd ? PACKET_BYTES : Math.min(PART_BYTES, longestMessageBytes(p) + HEAD_BYTES)
  const bytes = (runsOverMessages(workload) ? part : p.messageSizeBytes) + (isUd ? GRH_BYTES : 0)
  return Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}

function ofPingPong(stride: number, { operation, signalEvery }: RdmaOptions): Slots {
  if (operation !== 'write') return { receive: 1, send: 1, marks: 0 }
  // The peer may still fetch a buffer whose message it has answered.
  const every = Math.min(
    signalEvery ?? fitting(WARM_BYTES / 2, stride, 1, 16),
    fitting(MOST_BYTES / 2, stride, 1, MOST_QUEUED),
  )
  return { receive: 1, send: 2 * every, marks: 0 }
}

function ofSender(stride: number, { operation, txDepth }: RdmaOptions): Slots {
  const depth = txDepth ?? TX_DEPTH
  const slots = fitting(WARM_BYTES, stride, 2, MOST_SLOTS)
  return {
    receive: slots,
    send: Math.min(slots, depth),
    marks: operation === 'write' ? depth : 0,
  }
}

function ofReceiver(stride: number, p: Asked, lanes: number): Slots {
  const { operation, verify } = p.rdma
  const usual = { ...ofSender(stride, p.rdma), marks: 0 }
  if (!verify || (operation !== 'send' && operation !== 'write-imm')) return usual
  // Each message has a buffer of its own, of which four lists must fit.
  const most = fitting(Math.floor(MOST_BYTES / lanes), stride, 4, MOST_QUEUED)
  const half = Math.max(1, Math.floor((p.rdma.txDepth ?? TX_DEPTH) / 2))
  const list = p.rdma.postList ?? (p.messageSizeBytes <= LISTED_BYTES ? 16 : 1)
  const ofLists = 4 * Math.min(half, list, Math.floor(most / 4))
  const depth = Math.max(Math.min(p.rdma.rxDepth ?? RX_DEPTH, most), ofLists)
  return { ...usual, receive: Math.floor(depth / 4) * 4 }
}

/** Each slot has a message. */
function ofMessages(stride: number, { txDepth, rxDepth }: RdmaOptions): Slots {
  const most = fitting(MESSAGES_BYTES, stride, 16, RX_DEPTH)
  const send = txDepth ?? Math.min(most, TX_DEPTH)
  return {
    receive: Math.floor(Math.max(8, rxDepth ?? most) / 4) * 4,
    send: Math.min(Math.max(send, 4), MOST_QUEUED),
    marks: 0,
  }
}
