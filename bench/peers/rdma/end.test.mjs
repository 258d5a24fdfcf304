import { expect, test } from 'vitest'
import { loadAddon } from '../../../dist/addon/load.js'
import { CONFIGURATIONS } from '../configurations.mjs'
import { endpointSpec, measurePair } from '../tools/endpoints.mjs'
import { End } from './end.mjs'

const ADDRESS = '127.0.0.1'

test('an end measures for as long as it was told before it is finished', async () => {
  const configuration = CONFIGURATIONS.find(({ name }) => name === 'rdma rate rc send 64 B spin')
  if (configuration === undefined) throw new Error('no such configuration')
  // The device of RDMA is in the lab alone; what an end does for its caller is the same over TCP.
  const spec = (/** @type {'client' | 'server'} */ role) => ({
    ...endpointSpec(
      configuration,
      { warmupSeconds: 0, durationSeconds: 0.2 },
      { role, localAddress: ADDRESS, cpus: [] },
    ),
    transport: /** @type {const} */ ('tcp'),
    wait: /** @type {const} */ ('block'),
    rdma: null,
  })
  const { signal } = new AbortController()
  const [near, far] = [new End(signal), new End(signal)]
  const [, server] = await measurePair(near, far, spec, far)
  expect(server.failure).toBeNull()
  // Nanoseconds are made of ticks, and one may be lost in that.
  expect(server.elapsedNs).toBeGreaterThan(0.199e9)
  expect(server.messages).toBeGreaterThan(0)
})

test('the addon takes what is asked of an end of each RDMA configuration', () => {
  const { Endpoint } = loadAddon()
  const seconds = { warmupSeconds: 0, durationSeconds: 1 }
  const end = { role: /** @type {const} */ ('client'), localAddress: ADDRESS, cpus: [] }
  const ofRdma = CONFIGURATIONS.filter(({ transport }) => transport === 'rdma')
  expect(ofRdma.length).toBeGreaterThan(0)
  for (const configuration of ofRdma) {
    expect(() => new Endpoint(endpointSpec(configuration, seconds, end))).not.toThrow()
  }
})
