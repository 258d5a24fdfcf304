import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { type SteadyCalls, tracePingPong } from './fixtures/system-calls.js'
import { WIRES } from './fixtures/wires.js'

const hasStrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0

const SOCKETS = WIRES.filter(({ transport }) => ['tcp', 'udp', 'tls', 'unix'].includes(transport))
const QUIC = WIRES.filter(({ transport }) => transport === 'quic')
const SHARED = WIRES.filter(({ transport }) => transport === 'shm')
const N = 1500
/** A responder reads its own CPU time, and for UDP its drops, not more often than this. */
const MARK_PERIOD_SECONDS = 0.025

/** Calls that are made by the clock, not by the message: within their allowance they are dropped. */
function withoutMarks({ counts, seconds }: SteadyCalls): SteadyCalls['counts'] {
  // At the start, at each period, at the end; and one that was due when the first send was late.
  const allowance = Math.ceil(seconds / MARK_PERIOD_SECONDS) + 2
  const isMark = (name: string, calls: number) =>
    ['getrusage', 'getsockopt'].includes(name) && calls <= allowance
  return Object.fromEntries(Object.entries(counts).filter(([name, n]) => !isMark(name, n)))
}

describe.each(SOCKETS)('a round trip by $name', (wire) => {
  beforeEach(({ skip }) => {
    skip(!hasStrace, 'strace does not run here (apt-get install strace)')
  })

  // From the first send to the last there is one receive less than there are sends.
  it('is one send and one recv at the client, in block, and nothing else', async () => {
    const { counts } = await tracePingPong(wire, 'client', { iterations: N, intervalNs: 60e9 })
    expect(counts).toEqual({ sendto: N, recvfrom: N - 1 })
  })

  it('is one recv and one send at the server, in block, and nothing else', async () => {
    const calls = await tracePingPong(wire, 'server', { iterations: N, intervalNs: 60e9 })
    expect(withoutMarks(calls)).toEqual({ sendto: N, recvfrom: N - 1 })
  })

  it.each(['client', 'server'] as const)(
    'is nothing but send and recv at the %s, in spin',
    async (end) => {
      const changes = { wait: 'spin', iterations: N / 10, intervalNs: 60e9 } as const
      const { sendto, recvfrom, ...others } = withoutMarks(await tracePingPong(wire, end, changes))
      expect({ sendto, ...others }).toEqual({ sendto: N / 10 })
      expect(recvfrom).toBeGreaterThanOrEqual(N / 10 - 1)
    },
  )
})

describe.each(QUIC)('a round trip by $name', (wire) => {
  beforeEach(({ skip }) => {
    skip(!hasStrace, 'strace does not run here (apt-get install strace)')
  })

  // The protocol has timers of its own, which may send a probe where a peer is slow, as under strace.
  it.each(['client', 'server'] as const)(
    'is one send and one recv at the %s, in block, but for its timers',
    async (end) => {
      const calls = await tracePingPong(wire, end, { iterations: N, intervalNs: 60e9 })
      const { sendto = 0, recvfrom = 0, ppoll = 0, ...others } = withoutMarks(calls)
      expect(others).toEqual({})
      expect(sendto).toBeLessThan(1.1 * N)
      expect(recvfrom).toBeLessThan(1.1 * N)
      expect(ppoll).toBeLessThan(0.1 * N)
    },
  )
})

describe.each(SHARED)('a round trip by $name', (wire) => {
  beforeEach(({ skip }) => {
    skip(!hasStrace, 'strace does not run here (apt-get install strace)')
  })

  // Whoever finds its message there already sleeps not, and whoever does not sleep is not woken.
  it.each(['client', 'server'] as const)(
    'is one sleep and one wake-up at the %s at most, in block, and nothing else',
    async (end) => {
      const changes = { iterations: N, intervalNs: 60e9 }
      const calls = await tracePingPong(wire, end, changes, 'futex')
      const { futex = 0, recvfrom = 0, ...others } = withoutMarks(calls)
      expect(others).toEqual({})
      expect(futex).toBeGreaterThan(0)
      expect(futex).toBeLessThanOrEqual(2 * N + recvfrom)
      // Who sleeps for long looks whether the other is still there.
      expect(recvfrom).toBeLessThanOrEqual(Math.ceil(calls.seconds / 0.02))
    },
  )
})
