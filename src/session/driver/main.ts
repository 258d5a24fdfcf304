/** The client's end of a session in a guest of the lab, driven over standard input and output; ends with its input. */
import { Duplex } from 'node:stream'
import { Channel } from '../wire/channel.js'
import { trusting } from '../wire/message-check.js'
import {
  CLIENT_FRAME_MAX_BYTES,
  DRIVER_FRAME_MAX_BYTES,
  DRIVER_HEARTBEAT_MS,
} from '../wire/protocol.js'
import { drive } from './driver.js'

const stdio = Duplex.from({ readable: process.stdin, writable: process.stdout })
const channel: Parameters<typeof drive>[0] = new Channel(stdio, {
  incoming: trusting(),
  maxOutgoingBytes: DRIVER_FRAME_MAX_BYTES,
  peer: 'host',
  heartbeatMs: DRIVER_HEARTBEAT_MS,
  // The host that stops for a while goes on later; when it ends, the guest ends.
  silenceMs: Number.POSITIVE_INFINITY,
})
channel.maxIncomingBytes = CLIENT_FRAME_MAX_BYTES
await drive(channel)
process.exit()
