import { peerError } from '../../errors.js'
import { formatRate, formatSize } from '../../units.js'
import type { PrepareMessage } from '../wire/client-messages.js'
import { longestMessageBytes } from './asked.js'

/** Unless an operator says otherwise: as fast as the fastest links of most machines. */
const DEFAULT_MAX_RATE_BITS_PER_SEC = 400e9

/** What may be under way at once of messages that wait for each other: as much as a stream at a rate sends in one go. */
const BURST_SECONDS = 100e-6

/**
 * The rate that a client is held to; `null`: none. Streams that are held to a rate are paced, so that the default is for those alone who could exceed
 * it: where the link is no faster, it is the limit.
 * @param maxBitsPerSec what an operator said; `null`: nothing
 * @param linkBitsPerSec of the link that the client comes by; `null`: not known
 */
export function rateLimit(
  maxBitsPerSec: number | null,
  linkBitsPerSec: number | null,
): number | null {
  if (maxBitsPerSec !== null) return maxBitsPerSec
  const isFaster = (linkBitsPerSec ?? 0) > DEFAULT_MAX_RATE_BITS_PER_SEC
  return isFaster ? DEFAULT_MAX_RATE_BITS_PER_SEC : null
}

/** @throws {XrbenchError} `XRB_PEER_LIMIT` for what would, or could, go faster */
export function checkAskedRate(
  { workload, parameters }: PrepareMessage,
  maxBitsPerSec: number,
): void {
  if (workload === 'stream') {
    const { rateBitsPerSec: rate } = parameters
    if (rate > 0 && rate <= maxBitsPerSec) return
    throw peerError(
      'XRB_PEER_LIMIT',
      `The agent allows streams ${formatRate(maxBitsPerSec)} at most.`,
      { hint: `--rate ${maxBitsPerSec}` },
    )
  }
  // Connections carry nothing.
  if (workload === 'connect') return
  const { inflight, streams } = parameters
  const most = Math.floor((maxBitsPerSec / 8) * BURST_SECONDS)
  const asked = longestMessageBytes(parameters) * (inflight ?? 1) * streams
  if (asked <= most) return
  throw peerError(
    'XRB_PEER_LIMIT',
    `The agent’s --max-rate of ${formatRate(maxBitsPerSec)} leaves ${formatSize(most)} of messages and answers under way at a time, and that is ${formatSize(asked)}.`,
    {
      hint: 'use a smaller --size or --inflight, or start the agent with a higher --max-rate',
    },
  )
}
