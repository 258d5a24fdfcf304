import { afterEach, expect, it } from 'vitest'
import type { EndpointSpec } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { encodeBlob } from '../transports/blob.js'
import { connectSession } from './client/client.js'
import { endpointSpec, remoteParameters } from './endpoint/spec.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { rawAgent } from './fixtures/raw-agent.js'
import { HELLO, type RawPeer, rawPeer } from './fixtures/raw-peer.js'

// Nobody sends before both ends are connected: `connected` of both comes before `start`, and the server runs before the client
// does. The connect timeout is longer than any of these tests may take: what ends them is not that.
const CONNECT_TIMEOUT_NS = 60e9
const c = testCase({}, { connectTimeoutNs: CONNECT_TIMEOUT_NS })

const open: { close(): unknown }[] = []
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close()
})

function specOf(role: EndpointSpec['role']): EndpointSpec {
  const parameters = remoteParameters(c, role)
  const where = {
    role,
    transport: 'tcp',
    workload: 'ping-pong',
    localAddress: '127.0.0.1',
  } as const
  return endpointSpec({ ...where, isAlone: true, parameters })
}

/** What an endpoint of our own would tell its peer; it stays open, and connects to nobody. */
function idleBlob(role: EndpointSpec['role']): string {
  const endpoint = new (loadAddon().Endpoint)(specOf(role))
  open.push(endpoint)
  return encodeBlob(endpoint.open())
}

/** A client at the point where the agent has its endpoint open. */
async function preparedPeer(): Promise<RawPeer> {
  const agent = await testAgent()
  open.push(agent)
  const peer = await rawPeer(agent, agent.key)
  peer.send(HELLO)
  await peer.next()
  peer.send({
    ...{ type: 'prepare', transport: 'tcp', workload: 'ping-pong' },
    parameters: remoteParameters(c, 'server'),
  })
  expect(await peer.next()).toMatchObject({ type: 'prepared' })
  return peer
}

async function faultTold(peer: RawPeer): Promise<unknown> {
  expect(await peer.next()).toMatchObject({ type: 'ended' })
  peer.send({ type: 'finish' })
  const { report } = (await peer.next()) as unknown as { report: { fault: unknown } }
  return report.fault
}

it('an agent whose end cannot connect says so at once', async () => {
  const peer = await preparedPeer()
  peer.send({ type: 'connect', blob: 'AAAA' })
  expect(await faultTold(peer)).toMatchObject({ code: 'BAD_BLOB' })
})

it('a start before both ends are connected starts nothing', async () => {
  const peer = await preparedPeer()
  peer.send({ type: 'connect', blob: idleBlob('client') })
  peer.send({ type: 'start' })
  expect(await faultTold(peer)).toMatchObject({ code: 'STATE' })
})

it('a client ends its own connecting when the agent’s end has failed, and tells the agent’s reason', async () => {
  const blob = idleBlob('server')
  const fault = { code: 'BAD_BLOB', op: 'blob', errno: 0, message: 'it has no such end' }
  const heard: string[] = []
  const agent = await rawAgent(({ type }) => {
    heard.push(type)
    if (type === 'prepare') return [{ type: 'prepared', blob }]
    if (type === 'connect') return [{ type: 'ended' }]
    if (type !== 'finish') return []
    const nothing = { outcome: null, build: null, cpus: [], rdmaCounters: null }
    const report = { ...nothing, fault, availableCpus: 1, processCpuNs: 0 }
    return [{ type: 'finished', report }]
  })
  open.push(agent)
  const session = await connectSession(agent)
  open.push(session)
  const { status, failure } = await session.runRepetition(c)
  expect({ status, failure }).toMatchObject({
    status: 'failed',
    failure: { message: 'The agent says: at the server, it has no such end.' },
  })
  expect(heard.filter((type) => type !== 'ping')).toEqual(['prepare', 'connect', 'finish'])
})

it('an end that is connected does not start before the other says that it is', async () => {
  const heard: string[] = []
  const blob = idleBlob('server')
  const abort = new AbortController()
  const agent = await rawAgent(({ type }) => {
    heard.push(type)
    if (type === 'prepare') return [{ type: 'prepared', blob }]
    // Never `connected`: the user loses patience.
    if (type === 'connect') abort.abort()
    return []
  })
  open.push(agent)
  const session = await connectSession(agent)
  open.push(session)
  const { status } = await session.runRepetition(c, { signal: abort.signal })
  expect(status).toBe('aborted')
  expect(heard).not.toContain('start')
})
