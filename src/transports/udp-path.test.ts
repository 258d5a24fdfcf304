import { describe, expect, it } from 'vitest'
import type { EndpointSpec, LinkOutcome, Mark } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { last, only } from './fixtures/outcome.js'
import { spec, start } from './fixtures/pair.js'
import { type Fate, scriptedPath, type Way } from './fixtures/scripted-path.js'
import type { Wire } from './fixtures/wire.js'
import { WIRES } from './fixtures/wires.js'

/** What becomes of datagrams on the way, between the sockets of two real ends, is counted to the unit. */

const MESSAGE_BYTES = 200
const UDP = WIRES.filter(({ name }) => name === 'udp over IPv4')

async function across(
  wire: Wire,
  script: Partial<Record<Way, Record<number, Fate>>>,
  changes: Partial<EndpointSpec>,
) {
  const { Endpoint } = loadAddon()
  const sized = { messageSizeBytes: MESSAGE_BYTES, ...changes }
  const specs = { client: spec(wire, 'client', sized), server: spec(wire, 'server', sized) }
  const [client, server] = [new Endpoint(specs.client), new Endpoint(specs.server)]
  const path = await scriptedPath(
    { client: client.open(), server: server.open() },
    MESSAGE_BYTES,
    script,
  )
  try {
    await Promise.all([server.connect(path.client), client.connect(path.server)])
    const run = start({ client, server, specs, close: () => {} })
    const ended = Promise.all([run.client, run.server])
    await Promise.race([run.measured, ended])
    client.stop()
    server.stop()
    const [ofClient, ofServer] = await ended
    expect([ofClient.fault, ofServer.fault]).toEqual([null, null])
    return { client: ofClient, server: ofServer }
  } finally {
    client.close()
    server.close()
    path.close()
  }
}

const COUNTS = ['lost', 'late', 'duplicates', 'reordered', 'localDrops'] as const

function counted({ marks }: LinkOutcome): Partial<Mark> {
  const [first] = marks
  return Object.fromEntries(COUNTS.map((name) => [name, last(marks)[name] - (first?.[name] ?? 0)]))
}

describe.each(UDP)('$name', (wire) => {
  it.each(['block', 'spin'] as const)('a ping-pong, %s', async (wait) => {
    const { client } = await across(
      wire,
      // Of the answers, the fifth comes only after the next message was answered.
      { up: { 12: 'twice' }, down: { 4: 'behind the next', 8: 'twice' } },
      { wait, iterations: 30, messageTimeoutNs: 1.5e9 },
    )
    const initiator = only(client, 'initiator')
    expect(counted(initiator)).toEqual({
      ...{ lost: 1, late: 1, duplicates: 2, reordered: 0, localDrops: 0 },
    })
    expect(initiator.latency?.count).toBe(29)
  })

  it('a ping-pong whose question or answer does not arrive', async () => {
    const { client } = await across(
      wire,
      { up: { 3: 'dropped' }, down: { 9: 'dropped' } },
      { iterations: 20, messageTimeoutNs: 1e9 },
    )
    expect(counted(only(client, 'initiator'))).toEqual({
      ...{ lost: 2, late: 0, duplicates: 0, reordered: 0, localDrops: 0 },
    })
  })

  it.each(['block', 'spin'] as const)('a stream, %s', async (wait) => {
    const { server } = await across(
      wire,
      { up: { 20: 'dropped', 21: 'dropped', 40: 'twice', 60: 'behind the next' } },
      // So few that even a path that stands still drops none of its own.
      { wait, workload: 'stream', iterations: 120, rateBitsPerSec: 1e6 },
    )
    const receiver = only(server, 'receiver')
    expect(counted(receiver)).toEqual({
      ...{ lost: 2, late: 0, duplicates: 1, reordered: 1, localDrops: 0 },
    })
  })
})
