import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PerfRequests } from '../addon/perf.js'
import { runPerfClient } from './client.js'
import { loadQuiche } from './fixtures/quiche.js'
import { QuicheClient } from './fixtures/quiche-client.js'
import { type QuicheServer, startQuicheServer } from './fixtures/quiche-server.js'
import { type PerfServing, startPerfServer } from './server.js'
import type { PerfPhases, PerfTransport } from './spec.js'

// Both roles against another stack: Cloudflare's quiche, from npm.

const NEEDS_QUICHE = { meta: { skipReason: '@infisical/quic has no binary for this machine' } }
const ENDLESS = 2n ** 64n - 1n
const TRANSPORT: PerfTransport = {
  ...{ wait: 'block', cpu: null, cipher: 'aes-128-gcm' },
  ...{ udpPayloadBytes: 1452, ackThreshold: 1, retry: false },
}
const SERVER = {
  ...{ port: 0, certificateFile: null, keyFile: null },
  ...{ maxConnections: 16, maxStreams: 1024, maxResponseBytes: 0 },
}

describe.skipIf(loadQuiche() === null)('a server of ours, asked by quiche', NEEDS_QUICHE, () => {
  let server: PerfServing
  let client: QuicheClient
  beforeAll(async () => {
    server = startPerfServer('127.0.0.1', SERVER, TRANSPORT)
    client = await QuicheClient.connect(server.port, server.fingerprint)
  })
  afterAll(async () => {
    client.close()
    server.stop()
    expect((await server.ended).connections).toBeGreaterThan(0)
  })

  it('speaks perf', () => expect(client.alpn).toBe('perf'))

  it.each([0, 1, 64, 1350, 65_536, 5_000_000])('answers with %i bytes', async (bytes) => {
    const answer = await client.request({ responseBytes: BigInt(bytes) })
    expect(answer).toEqual({ bytes, end: 'fin' })
  })

  it.each([1, 100_000, 3_000_000])('takes %i bytes', async (more) => {
    expect(await client.request({ responseBytes: 10n, more })).toEqual({ bytes: 10, end: 'fin' })
  })

  it('gives up a stream that ends before its length does', async () => {
    for (const headBytes of [0, 7]) {
      const answer = await client.request({ responseBytes: 5n, headBytes })
      expect(answer).toEqual({ bytes: 0, end: 'reset' })
    }
  })

  it('answers on a stream of its own what came on a stream of one way', async () => {
    const answer = await client.request({ responseBytes: 12_345n, oneWay: true })
    expect(answer).toEqual({ bytes: 12_345, end: 'fin' })
  })

  it('goes on until it is asked to stop', async () => {
    const answer = await client.request({ responseBytes: ENDLESS, stopAfter: 2_000_000 })
    expect(answer.end).toBe('stopped')
    expect(await client.request({ responseBytes: 3n })).toEqual({ bytes: 3, end: 'fin' })
  })

  it('answers a thousand streams at once', async () => {
    const all = Array.from({ length: 1000 }, () => client.request({ responseBytes: 500n }))
    expect(new Set((await Promise.all(all)).map(({ bytes, end }) => `${bytes} ${end}`))).toEqual(
      new Set(['500 fin']),
    )
  })

  it('has clients beside one another, and knows them apart', async () => {
    const others = await Promise.all(
      Array.from({ length: 8 }, () => QuicheClient.connect(server.port, server.fingerprint)),
    )
    const answers = await Promise.all(
      others.map((one, i) => one.request({ responseBytes: BigInt(10_000 + i) })),
    )
    expect(answers.map(({ bytes }) => bytes)).toEqual(others.map((_, i) => 10_000 + i))
    for (const one of others) one.close()
  })
})

it.skipIf(loadQuiche() === null)(
  'quiche is asked back by a Retry, and comes back',
  NEEDS_QUICHE,
  async () => {
    const server = startPerfServer('127.0.0.1', SERVER, { ...TRANSPORT, retry: true })
    const client = await QuicheClient.connect(server.port, server.fingerprint)
    expect(await client.request({ responseBytes: 1000n })).toEqual({ bytes: 1000, end: 'fin' })
    client.close()
    server.stop()
    const { retries, connections, refusedConnections } = await server.ended
    expect(retries).toBeGreaterThan(0)
    expect({ connections, refusedConnections }).toEqual({ connections: 1, refusedConnections: 0 })
  },
)

describe.skipIf(loadQuiche() === null)('a client of ours, answered by quiche', NEEDS_QUICHE, () => {
  let server: QuicheServer
  beforeAll(async () => {
    server = await startQuicheServer()
  })
  afterAll(() => server.close())

  const ask = (changes: Partial<PerfRequests>, phases: Partial<PerfPhases> = {}) =>
    runPerfClient(
      {
        ...{ address: '127.0.0.1', port: server.port, pin: server.fingerprint, serverName: null },
        ...{ requestBytes: 8, responseBytes: 0, concurrency: 1, ...changes },
      },
      TRANSPORT,
      { warmupCapNs: 0, durationNs: 0, requests: 20, ...phases },
      new AbortController().signal,
    )

  it.each([
    { requestBytes: 8, responseBytes: 0 },
    { requestBytes: 64, responseBytes: 64 },
    { requestBytes: 200_000, responseBytes: 1 },
    { requestBytes: 8, responseBytes: 300_000 },
    { requestBytes: 64, responseBytes: 1000, concurrency: 50 },
  ])('%j', async (changes) => {
    const before = { ...server.totals }
    const { status, fault, links } = await ask(changes)
    expect({ status, fault }).toEqual({ status: 'completed', fault: null })
    expect(links[0]?.latency?.count).toBe(20)
    expect(links[0]?.marks.at(-1)?.bytes).toBe(20 * (changes.responseBytes ?? 0))
    expect(server.totals.requests - before.requests).toBe(20)
    expect(server.totals.bytes - before.bytes).toBe(20 * changes.requestBytes)
  })

  it('more requests at once than it may have streams', async () => {
    const { status, links } = await ask({ concurrency: 250 }, { requests: 600 })
    expect(status).toBe('completed')
    expect(links[0]?.latency?.count).toBe(600)
  })

  it('an endless answer, which it stops', async () => {
    const asked = { responseBytes: null }
    const { status, fault, links } = await ask(asked, { requests: 0, durationNs: 300e6 })
    expect({ status, fault }).toEqual({ status: 'completed', fault: null })
    expect(links[0]?.marks.at(-1)?.bytes).toBeGreaterThan(100_000)
    expect((await ask({ responseBytes: 1 })).status).toBe('completed')
  })

  it('a certificate that is not the pinned one is refused', async () => {
    await expect(ask({ pin: new Uint8Array(32) })).rejects.toMatchObject({
      ...{ code: 'XRB_PEER_CERTIFICATE', exitCode: 4 },
    })
  })

  it('any certificate will do when none is pinned', async () => {
    expect((await ask({ pin: null })).status).toBe('completed')
  })
})
