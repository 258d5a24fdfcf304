import {
  LOOPBACK_UDP_PAYLOAD_BYTES,
  MAX_UDP_PAYLOAD_BYTES,
  MIN_UDP_PAYLOAD_BYTES,
} from '../../plan/secure-words.js'
import { sizeWithin } from './size.js'

/** A size, or `loopback` for the largest that it is good for. @throws {XrbenchError} exit 2 */
export function parseUdpPayload(text: string, label: string): number {
  if (text === 'loopback') return LOOPBACK_UDP_PAYLOAD_BYTES
  return sizeWithin(MIN_UDP_PAYLOAD_BYTES, MAX_UDP_PAYLOAD_BYTES)(text, label)
}
