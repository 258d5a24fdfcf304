import type { EffectiveSettings } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import type { RepetitionReport } from './report.js'

const IPV4_AND_UDP_BYTES = 28
const IPV6_AND_UDP_BYTES = 48
/** In front of a message of `rr`, and of each datagram that it is cut into (native/workload/message_head.h). */
const MESSAGE_HEAD_BYTES = 40
const FRAGMENT_HEAD_BYTES = 16

/** Whether an end sent datagrams that its path does not carry whole. UDP alone: TCP cuts its segments to the path, and QUIC its packets. */
export function sendsFragments(c: Case, { client, server }: RepetitionReport): boolean {
  if (c.transport !== 'udp') return false
  const { messageSizeBytes: size, responseSizeBytes } = c.parameters
  return [client, server].some(({ outcome }) => {
    const room = roomOf(outcome?.effective)
    if (outcome == null || room === null) return false
    if (c.workload === 'rr') {
      const payload = outcome === client.outcome ? size : (responseSizeBytes ?? size)
      return isCutLarger(payload, outcome.effective, room)
    }
    return outcome.links.some(({ role }) => role !== 'receiver') && size > room
  })
}

/** Bytes of a datagram that crosses the path whole; `null`: the kernel does not tell. */
function roomOf(effective: EffectiveSettings | undefined): number | null {
  const { localAddress, pathMtuBytes } = effective ?? {}
  if (localAddress === undefined || pathMtuBytes == null) return null
  return pathMtuBytes - (localAddress.includes(':') ? IPV6_AND_UDP_BYTES : IPV4_AND_UDP_BYTES)
}

/**
 * A message of `rr` is cut to what the path was known to carry when the ends connected. How large its datagrams were nobody tells, but how many they
 * were: each has a head. Fewer than the path takes now (`FragmentWriter::fragments_of`, native/transport/message/fragment_writer.h) were too large
 * for it; as many may have been so too, and are given the benefit of the doubt.
 */
function isCutLarger(payload: number, { headerBytes }: EffectiveSettings, room: number): boolean {
  if (headerBytes == null) return false
  const datagrams = (headerBytes - MESSAGE_HEAD_BYTES) / FRAGMENT_HEAD_BYTES
  return datagrams < Math.ceil((payload + MESSAGE_HEAD_BYTES) / (room - FRAGMENT_HEAD_BYTES))
}
