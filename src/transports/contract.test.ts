import { describe, expect, it } from 'vitest'
import type { EndpointSpec, LinkOutcome, RawHistogram, RunOutcome } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { connectedPair, measure, spec, start, WIRES } from './fixtures/pair.js'

/** What every transport owes, over every address family it has. */

const SIZES = [1, 2, 7, 63, 64, 1000, 4096, 65_507]
const MiB = 1024 ** 2
const WAITS = ['block', 'spin'] as const

function total(histogram: RawHistogram): number {
  return histogram.counts.reduce((sum, count) => sum + count, 0) + histogram.overflow
}

function only(outcome: RunOutcome, role: LinkOutcome['role']): LinkOutcome {
  const link = outcome.links.find((candidate) => candidate.role === role)
  if (link === undefined) throw new Error(`no ${role} among the links`)
  return link
}

function last<T>(list: readonly T[]): T {
  const item = list.at(-1)
  if (item === undefined) throw new Error('empty')
  return item
}

/** Messages and bytes between the first mark and the last. */
function done(link: LinkOutcome) {
  const [first] = link.marks
  const end = last(link.marks)
  return { messages: end.messages - (first?.messages ?? 0), bytes: end.bytes - (first?.bytes ?? 0) }
}

function expectLatency(link: LinkOutcome, iterations: number): void {
  const latency = link.latency as RawHistogram
  expect(latency.count).toBe(iterations)
  expect(total(latency)).toBe(iterations)
  expect(latency.minNs).toBeGreaterThan(0)
  expect(latency.maxNs).toBeGreaterThanOrEqual(latency.minNs as number)
  const mean = latency.sumNs / latency.count
  expect(mean).toBeGreaterThanOrEqual(latency.minNs as number)
  expect(mean).toBeLessThanOrEqual(latency.maxNs as number)
  expect([...latency.indices]).toEqual([...latency.indices].sort((a, b) => a - b))
  const parts = link.intervalLatencies
  expect(parts).toHaveLength(link.marks.length - 1)
  expect(parts.reduce((sum, part) => sum + total(part), 0)).toBe(iterations)
  expect(Math.min(...parts.map((part) => part.minNs ?? Infinity))).toBe(latency.minNs)
  expect(Math.max(...parts.map((part) => part.maxNs ?? 0))).toBe(latency.maxNs)
}

describe.each(WIRES)('$name', (wire) => {
  describe.each(WAITS)('ping-pong, %s', (wait) => {
    it.each([...SIZES, wire.maxMessageBytes].filter((size) => size <= 65_527))(
      'of %i B has exactly as many samples as asked for',
      async (messageSizeBytes) => {
        const iterations = wait === 'spin' ? 60 : 300
        const { client, server } = await measure(wire, { wait, messageSizeBytes, iterations })
        expect(client).toMatchObject({ status: 'completed', fault: null })
        expect(server.fault).toBeNull()
        const link = only(client, 'initiator')
        expectLatency(link, iterations)
        expect(done(link)).toEqual({ messages: iterations, bytes: iterations * messageSizeBytes })
        expect(last(only(server, 'responder').marks).messages).toBe(iterations)
      },
    )
  })

  const large = [
    [MiB, 20],
    [64 * MiB, 2],
  ].filter(([size = 0]) => size <= wire.maxMessageBytes) as [number, number][]
  it.each(large)('ping-pong of %i B, %i times', async (messageSizeBytes, iterations) => {
    const { client } = await measure(wire, { messageSizeBytes, iterations })
    expect(client).toMatchObject({ status: 'completed', fault: null })
    expectLatency(only(client, 'initiator'), iterations)
  })

  it('leaves warm-up out, and ends it', async () => {
    const changes = { warmupCapNs: 100e6, iterations: 500 }
    const { client, server } = await measure(wire, changes)
    const link = only(client, 'initiator')
    expectLatency(link, 500)
    expect(link.warmup?.durationNs).toBeGreaterThan(0)
    expect(last(only(server, 'responder').marks).messages).toBeGreaterThan(500)
  })

  it('measures for a duration, in intervals that follow one another', async () => {
    const { client } = await measure(wire, { iterations: 0, durationNs: 120e6, intervalNs: 30e6 })
    const link = only(client, 'initiator')
    expectLatency(link, done(link).messages)
    const times = link.marks.map((mark) => mark.timeNs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(last(times) - (times[0] ?? 0)).toBeGreaterThanOrEqual(120e6)
    expect(link.marks.length).toBeGreaterThan(2)
  })

  describe.each(WAITS)('stream, %s', (wait) => {
    it.each([
      ['up', 1],
      ['up', 3],
      ['down', 1],
      ['down', 3],
      ['both', 1],
      ['both', 3],
    ] as const)('%s over %i connections counts at the receiver', async (direction, streams) => {
      const { client, server } = await measure(wire, {
        ...{ workload: 'stream', direction, streams, wait, messageSizeBytes: 1400 },
        ...{ iterations: 0, durationNs: 150e6, idleTimeoutNs: 10e9 },
      })
      expect([client.fault, server.fault]).toEqual([null, null])
      const links = [...client.links, ...server.links]
      const receivers = links.filter(({ role }) => role === 'receiver')
      const senders = links.filter(({ role }) => role === 'sender')
      expect(receivers).toHaveLength(streams * (direction === 'both' ? 2 : 1))
      expect(senders).toHaveLength(receivers.length)
      for (const link of receivers) {
        const { messages, bytes } = done(link)
        expect(messages).toBeGreaterThan(0)
        expect(Math.abs(bytes - messages * 1400)).toBeLessThan(wire.transport === 'udp' ? 1 : 1400)
      }
      const sum = (of: LinkOutcome[]) => of.reduce((n, link) => n + last(link.marks).bytes, 0)
      expect(sum(receivers)).toBeLessThanOrEqual(sum(senders))
    })
  })

  it.each([
    ['the client', 'client'],
    ['the server', 'server'],
  ] as const)(
    'stop() of %s ends a blocked run soon, and keeps what there is',
    async (_who, end) => {
      const pair = await connectedPair(wire, {
        iterations: 0,
        durationNs: 60e9,
        idleTimeoutNs: 60e9,
      })
      const run = start({ ...pair })
      pair[end].stop()
      expect((await run[end]).status).toBe('stopped')
      pair.client.stop()
      pair.server.stop()
      await Promise.all([run.client, run.server])
      pair.close()
    },
  )

  it('stop() ends a run that waits for a peer who never begins', async () => {
    const pair = await connectedPair(wire, { idleTimeoutNs: 60e9 })
    const run = pair.server.run(null)
    pair.server.stop()
    expect(await run).toMatchObject({ status: 'stopped', fault: null })
    pair.close()
  })

  it('stop() ends connect()', async () => {
    const { Endpoint } = loadAddon()
    const changes = { connectTimeoutNs: 60e9 }
    const server = new Endpoint(spec(wire, 'server', changes))
    const client = new Endpoint(spec(wire, 'client', changes))
    server.open()
    const connecting = server.connect(client.open())
    server.stop()
    await expect(connecting).rejects.toMatchObject({ code: 'STOPPED' })
    server.close()
    client.close()
  })

  it('a peer that never connects ends connect() with its timeout', async () => {
    const { Endpoint } = loadAddon()
    const changes = { connectTimeoutNs: 50e6 }
    const server = new Endpoint(spec(wire, 'server', changes))
    const client = new Endpoint(spec(wire, 'client', changes))
    server.open()
    await expect(server.connect(client.open())).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
    server.close()
    client.close()
  })

  it.each(['ping-pong', 'stream'] as const)('a peer that leaves ends a %s', async (workload) => {
    const pair = await connectedPair(wire, {
      ...{ workload, direction: workload === 'stream' ? 'down' : 'up' },
      ...{ iterations: 0, durationNs: 60e9 },
      ...{ idleTimeoutNs: 300e6, messageTimeoutNs: 100e6 },
    })
    const run = start(pair)
    pair.server.stop()
    await run.server
    pair.server.close()
    const { status, fault } = await run.client
    expect(status === 'peer-closed' || fault !== null).toBe(true)
    pair.close()
  })

  it('close() can be called at any time, any number of times', async () => {
    const pair = await connectedPair(wire, { iterations: 0, durationNs: 60e9 })
    const run = start(pair)
    pair.close()
    pair.close()
    await Promise.all([run.client, run.server])
    pair.close()
    const { Endpoint } = loadAddon()
    const unopened = new Endpoint(spec(wire, 'server'))
    unopened.close()
    unopened.close()
  })

  it.each<[string, Partial<EndpointSpec>]>([
    ['size 0', { messageSizeBytes: 0 }],
    ['a size above the limit', { messageSizeBytes: wire.maxMessageBytes + 1 }],
    ['a size that is no whole number', { messageSizeBytes: 1.5 }],
    ['no number', { messageSizeBytes: Number.NaN }],
    ['no streams', { streams: 0 }],
    ['too many streams', { streams: 65, workload: 'stream' as const }],
    ['streams of a ping-pong', { streams: 2 }],
    ['neither duration nor iterations', { iterations: 0, durationNs: 0 }],
    ['a negative time', { durationNs: -1 }],
    ...(wire.transport === 'loopback'
      ? []
      : [['a name in place of an address', { localAddress: 'localhost' }] as [string, object]]),
    ['an unknown transport', { transport: 'pigeon' as never }],
    ['an unknown wait policy', { wait: 'hope' as never }],
    ['an unknown direction', { direction: 'sideways' as never }],
    ['an unknown workload', { workload: 'rest' as never }],
    ['a negative CPU', { cpus: [-1] }],
    ['a code point of 64', { socket: { dscp: 64 } as never }],
  ])('%s is refused', (_what, changes) => {
    const { Endpoint } = loadAddon()
    const build = () => new Endpoint(spec(wire, 'server', changes)).open()
    expect(build).toThrow(expect.objectContaining({ code: 'BAD_SPEC' }))
  })

  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['a truncated blob', (good: Uint8Array) => good.slice(0, good.length - 1)],
    ['a blob with more at its end', (good: Uint8Array) => Uint8Array.of(...good, 0)],
    ['random bytes', (good: Uint8Array) => good.map((_, i) => (i * 151 + 17) & 0xff)],
    ['an oversize blob', () => new Uint8Array(4097)],
  ])('%s is no blob', async (_what, spoil) => {
    const { Endpoint } = loadAddon()
    const server = new Endpoint(spec(wire, 'server', { connectTimeoutNs: 500e6 }))
    const client = new Endpoint(spec(wire, 'client', { connectTimeoutNs: 500e6 }))
    const bad = spoil(server.open())
    client.open()
    await expect(async () => client.connect(bad)).rejects.toMatchObject({ code: 'BAD_BLOB' })
    server.close()
    client.close()
  })
})
