import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { encodeBlob } from '../transports/blob.js'
import { withHost, withPort } from '../transports/fixtures/blob-port.js'
import { spec } from '../transports/fixtures/pair.js'
import { wireOf } from '../transports/fixtures/wires.js'
import { connectSession } from './client/client.js'
import { noReport } from './endpoint/end-report.js'
import { testCase } from './fixtures/case.js'
import { rawAgent } from './fixtures/raw-agent.js'

const ELSEWHERE = '127.0.0.9'

/** Somebody at another address, who counts whoever turns to him. */
async function bystander(transport: 'tcp' | 'udp') {
  let visits = 0
  const count = () => {
    visits += 1
  }
  const listener =
    transport === 'tcp'
      ? createServer(count).listen(0, ELSEWHERE)
      : createSocket('udp4', count).bind(0, ELSEWHERE)
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return { port, visits: () => visits, close: () => listener.close() }
}

it.each(['tcp', 'udp'] as const)(
  'an agent that names another machine in its description does not have the client go there, over %s',
  async (transport) => {
    const somebody = await bystander(transport)
    const own = new (loadAddon().Endpoint)(spec(wireOf(transport), 'server'))
    const blob = withPort(withHost(own.open(), ELSEWHERE), somebody.port)
    own.close()
    const agent = await rawAgent(({ type }) => {
      if (type === 'prepare') return [{ type: 'prepared', blob: encodeBlob(blob) }]
      return type === 'finish' ? [{ type: 'finished', report: noReport() }] : []
    })
    const session = await connectSession(agent)
    try {
      const { status } = await session.runRepetition(
        testCase({ transport }, { connectTimeoutNs: 300e6 }),
      )
      expect(status).toBe('failed')
      expect(somebody.visits()).toBe(0)
    } finally {
      await session.close()
      agent.close()
      somebody.close()
    }
  },
)
