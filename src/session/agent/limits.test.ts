import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '../../deferred.js'
import { connectSession } from '../client/client.js'
import { EndpointSource } from '../endpoint/source.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'
import { HELLO, rawPeer } from '../fixtures/raw-peer.js'
import { clientMessageSchema } from '../wire/client-messages.js'
import { createKey } from '../wire/key.js'
import { clientTlsOptions } from '../wire/tls.js'
import { DEFAULT_LIMITS } from './admission.js'
import { BARRED } from './hold-strangers.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const MIB = 1024 ** 2

async function agent(options: Parameters<typeof testAgent>[0]) {
  const started = await testAgent({
    places: { all: 8, perOrigin: 8 },
    line: { parallel: 8, maxQueue: 0 },
    ...options,
  })
  closers.push(() => started.close())
  return started
}

async function client(of: Parameters<typeof connectSession>[0]) {
  const session = await connectSession(of)
  closers.push(() => session.close())
  return session
}

describe('memory for buffers', () => {
  const stream = { messageSizeBytes: MIB, streams: 2 }

  it('is counted for both directions', async () => {
    const session = await client(await agent({ maxMemoryBytes: 3 * MIB }))
    const run = (direction: 'up' | 'both') =>
      session.runRepetition(testCase({ workload: 'stream' }, { ...stream, direction }))
    expect(await run('both')).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_LIMIT', message: expect.stringMatching(/3 ?MiB .*4 ?MiB/) },
    })
    expect((await run('up')).status).toBe('completed')
  })

  it('is given back when no process can be had for a repetition', async () => {
    const a = await agent({ maxMemoryBytes: 3 * MIB })
    const c = testCase({ workload: 'stream' }, stream)
    const take = vi.spyOn(EndpointSource.prototype, 'take').mockImplementationOnce(() => {
      throw new Error('no process')
    })
    const peer = await rawPeer(a, a.key)
    peer.send(HELLO)
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    const parameters = remoteParameters(c, 'server')
    peer.send({ type: 'prepare', transport: 'tcp', workload: 'stream', parameters })
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_INTERNAL' })
    await peer.closed
    take.mockRestore()
    expect((await (await client(a)).runRepetition(c)).status).toBe('completed')
  })

  it('is one budget for all sessions, whole again after each', async () => {
    const a = await agent({ maxMemoryBytes: 3 * MIB })
    const [first, second] = [await client(a), await client(a)]
    const c = testCase({}, { messageSizeBytes: 2 * MIB, durationNs: 30e9 })
    const measuring = deferred<void>()
    const stop = new AbortController()
    const onProgress = ({ phase }: { phase: string }) => phase === 'measure' && measuring.resolve()
    const long = first.runRepetition(c, { onProgress, signal: stop.signal })
    await measuring.promise
    const short = testCase({ workload: 'stream' }, stream)
    const refused = await second.runRepetition(short)
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_LIMIT' } })
    stop.abort()
    expect((await long).status).toBe('aborted')
    await first.runRepetition(testCase())
    expect((await second.runRepetition(short)).status).toBe('completed')
  })
})

describe('what an operator does not allow', () => {
  it.each([
    ['larger messages', { messageSizeBytes: 2 * MIB }, /messages of 1 ?MiB at most/],
    ['more connections', { streams: 3 }, /--streams 2 at most/],
    ['no limit of the rate', { rateBitsPerSec: 0 }, /streams 1M at most/],
    ['a higher rate', { rateBitsPerSec: 2e6 }, /streams 1M at most/],
  ])('%s, from one that does not keep to what it was told', async (_what, parameters, sentence) => {
    const limits = {
      ...DEFAULT_LIMITS,
      maxMessageBytes: MIB,
      maxStreams: 2,
      maxRateBitsPerSec: 1e6,
    }
    const a = await agent({ limits })
    const session = await client(a)
    const c = testCase({ workload: 'stream' }, { rateBitsPerSec: 1e6, ...parameters })
    expect(await session.runRepetition(c)).toMatchObject({
      status: 'failed',
      failure: { code: 'XRB_PEER_LIMIT', message: expect.stringMatching(sentence), exitCode: 4 },
    })
    expect(a.events.at(-1)).toMatchObject({
      ...{ type: 'refused', transport: 'tcp', workload: 'stream' },
      reason: { code: 'XRB_PEER_LIMIT' },
    })
  })
})

it('a rate is kept by all that is measured', async () => {
  const limits = { ...DEFAULT_LIMITS, maxRateBitsPerSec: 1e6 }
  const session = await client(await agent({ limits }))
  await session.takeTurn({ planMs: null })
  const run = (messageSizeBytes: number) =>
    session.runRepetition(testCase({}, { messageSizeBytes }))
  // 100 µs of it are 12 bytes and a half.
  expect((await run(12)).status).toBe('completed')
  expect(await run(13)).toMatchObject({
    status: 'failed',
    failure: { code: 'XRB_PEER_LIMIT', message: expect.stringMatching(/--max-rate of 1M leaves/) },
  })
})

it('an address with too many wrong keys is not listened to', async () => {
  const a = await agent({ maxFailures: 3 })
  for (let i = 0; i < 3; i++) {
    const wrong = connectSession({ ...a, key: createKey() })
    await expect(wrong).rejects.toMatchObject({ code: 'XRB_PEER_KEY' })
  }
  await expect(connectSession(a)).rejects.toMatchObject({
    ...{ code: 'XRB_PEER_UNREACHABLE', exitCode: 4 },
    hint: expect.stringMatching(/in a minute.*too many wrong keys/),
  })
  expect(a.events.at(-1)).toMatchObject({ type: 'rejected', reason: BARRED })
  // From another address it is.
  const { host, port, key } = a
  const elsewhere = connectTcp({ host, port, localAddress: '127.0.0.2' })
  const socket = connectTls({ socket: elsewhere, ...clientTlsOptions(key) })
  await once(socket, 'secureConnect')
  socket.destroy()
})

it('who has no key at all counts as one with a wrong key, who says nothing does not', async () => {
  const a = await agent({ maxFailures: 1 })
  const silent = connectTls({ host: a.host, port: a.port, rejectUnauthorized: false })
  await expect(once(silent, 'secureConnect')).rejects.toThrow()
  await expect(rawPeer(a, a.key)).rejects.toThrow()
})

/** Names in what a client says that are any text, with their paths. */
function texts(schema: unknown, path: string): string[] {
  const { def } = (schema as { _zod?: { def: Record<string, unknown> } })._zod ?? {}
  if (def === undefined) return []
  const inner = (key: string, name: string) => texts(def[key], name)
  switch (def.type) {
    case 'string':
      return [path]
    case 'object':
      return Object.entries(def.shape as object).flatMap(([k, v]) => texts(v, `${path}.${k}`))
    case 'union':
      return (def.options as unknown[]).flatMap((option) => texts(option, path))
    case 'array':
      return inner('element', `${path}[]`)
    case 'nullable':
    case 'optional':
    case 'default':
    case 'readonly':
      return inner('innerType', path)
    case 'pipe':
      return [...inner('in', path), ...inner('out', path)]
    default:
      return []
  }
}

it('a client names no path, interface or command: what is any text is known, and used for nothing of that', () => {
  expect([...new Set(texts(clientMessageSchema, 'message'))].sort()).toEqual(
    [
      // What the other end's transport made (bytes).
      'message.blob',
      // TCP_CONGESTION: a word of 15 letters, which the kernel knows or not.
      'message.parameters.socket.congestionControl',
      // Replaced by this end's own.
      'message.parameters.rdma.device',
    ].sort(),
  )
})
