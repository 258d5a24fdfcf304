import { describe, expect, test } from 'vitest'
import { loadAddon } from '../addon/load.js'
import { measure, spec } from './fixtures/pair.js'
import { wireOf } from './fixtures/wires.js'

/** SO_PREFER_BUSY_POLL wants CAP_NET_ADMIN. */
const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('busy-poll (skipped without CAP_NET_ADMIN)', () => {
  test.each(['tcp', 'tls', 'udp'] as const)(
    '%s: on loopback there is nothing to poll, and both ends say so',
    async (name) => {
      const { client, server } = await measure(wireOf(name), { wait: 'busy-poll' })
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect([client.effective.pollsDevice, server.effective.pollsDevice]).toEqual([false, false])
      expect(client.effective.busyPollUs).toBe(50)
    },
  )

  test('streams wait so as well', async () => {
    const changes = { wait: 'busy-poll', workload: 'stream', iterations: 500 } as const
    const { server } = await measure(wireOf('udp'), { ...changes, messageSizeBytes: 1000 })
    expect(server.fault).toBeNull()
  })
})

test.each([
  ['unix', {}],
  ['tcp', { workload: 'connect' }],
] as const)(
  '%s %j: where no call waits in the kernel for a device it is refused',
  (name, changes) => {
    const { Endpoint } = loadAddon()
    const asked = spec(wireOf(name), 'client', { ...changes, wait: 'busy-poll' })
    expect(() => new Endpoint(asked)).toThrow(expect.objectContaining({ code: 'BAD_SPEC' }))
  },
)

test('what was not asked for is not told', async () => {
  const { client } = await measure(wireOf('udp'))
  expect(client.effective).not.toHaveProperty('pollsDevice')
})
