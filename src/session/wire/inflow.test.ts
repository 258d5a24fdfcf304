import { duplexPair } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stopTimers } from '../fixtures/scripted-agent.js'
import { Channel } from './channel.js'
import { encodeFrame } from './frame.js'
import { MAX_FRAMES_PER_BEAT } from './inflow.js'
import { trusting } from './message-check.js'
import { HEARTBEAT_MS } from './protocol.js'

beforeEach(stopTimers)
afterEach(() => {
  vi.useRealTimers()
})

interface Tagged {
  type: string
}

/** A channel, and a peer that writes what a test says. */
function flooded(maxIncomingBytes: number) {
  const [near, far] = duplexPair()
  const options = { incoming: trusting<Tagged>(), maxOutgoingBytes: 1024, peer: 'client' }
  const channel = new Channel<Tagged, Tagged>(near, options)
  channel.maxIncomingBytes = maxIncomingBytes
  far.resume()
  const says = async (message: object, times: number) => {
    far.write(Buffer.concat(Array(times).fill(encodeFrame(message, maxIncomingBytes))))
    await setImmediate()
  }
  return { channel, says }
}

it('a peer may say so much each second, and is done with when it says more', async () => {
  const { channel, says } = flooded(64 * 1024)
  for (let second = 0; second < 5; second++) {
    await says({ type: 'ping' }, MAX_FRAMES_PER_BEAT / 2)
    await says({ type: 'ping' }, MAX_FRAMES_PER_BEAT / 2)
    expect(channel.fault).toBeNull()
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS)
  }
  await says({ type: 'ping' }, MAX_FRAMES_PER_BEAT + 1)
  expect(channel.fault).toMatchObject({
    code: 'XRB_PROTOCOL',
    message: 'The client says more than anybody has to say at once.',
  })
})

it('nor may it fill its frames for nothing', async () => {
  const longest = 1024 ** 2
  const { channel, says } = flooded(longest)
  const filled = { type: 'ping', padding: 'x'.repeat(longest - 100) }
  await says(filled, 4)
  expect(channel.fault).toBeNull()
  await vi.advanceTimersByTimeAsync(HEARTBEAT_MS)
  await says(filled, 5)
  expect(channel.fault).toMatchObject({ code: 'XRB_PROTOCOL' })
})
