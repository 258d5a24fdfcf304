import { afterEach, expect, it, vi } from 'vitest'
import { deferred } from '../deferred.js'
import { runRepetition } from './client/repetition.js'
import { takeTurn } from './client/turn.js'
import { EndpointProcess } from './endpoint/process.js'
import { EndpointSource } from './endpoint/source.js'
import { remoteParameters } from './endpoint/spec.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { HELLO, rawPeer } from './fixtures/raw-peer.js'
import { scriptedAgent } from './fixtures/scripted-agent.js'

/** Why an agent ends a session is heard, whatever else it has to do, and whenever it says so. */

afterEach(() => {
  vi.restoreAllMocks()
})

it('is said before the endpoint is killed, however long that takes', async () => {
  const a = await testAgent()
  const peer = await rawPeer(a, a.key)
  const isOver = deferred<void>()
  const { kill } = EndpointProcess.prototype
  vi.spyOn(EndpointProcess.prototype, 'kill').mockImplementation(async function (
    this: EndpointProcess,
  ) {
    await isOver.promise
    return kill.call(this)
  })
  peer.send(HELLO)
  expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
  const parameters = remoteParameters(testCase(), 'server')
  peer.send({ type: 'prepare', transport: 'tcp', workload: 'ping-pong', parameters })
  expect(await peer.next()).toMatchObject({ type: 'prepared' })
  peer.send({ type: 'nonsense' })
  const last = await peer.next().catch((closed: Error) => closed)
  isOver.resolve()
  expect(last).toMatchObject({ type: 'error', code: 'XRB_PROTOCOL' })
  await peer.closed
  await a.close()
})

it('is heard when the next repetition is asked for, where nobody listened before', async () => {
  const limits = { durationNs: 60e9, rateBitsPerSec: null }
  const channel = scriptedAgent((_, agent) => {
    agent.send({ type: 'turn', limits })
    agent.close({ type: 'error', code: 'XRB_PEER_TURN', message: 'The turn is over.', hint: null })
    return []
  })
  await takeTurn(channel, { planMs: 1 })
  await channel.lost
  const at = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' }
  const ways = { isGuarded: true, tellsSoFar: true, knowsLast: true }
  const room = { channel, source: new EndpointSource(), ...at, ...ways }
  await expect(runRepetition(room, testCase(), {})).rejects.toMatchObject({
    code: 'XRB_PEER_TURN',
    message: 'The agent says: The turn is over.',
  })
  // It has been said.
  await expect(runRepetition(room, testCase(), {})).rejects.toMatchObject({ code: 'XRB_PEER_LOST' })
})
