import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SOCKET } from '../plan/defaults.js'
import { measure } from './fixtures/pair.js'
import { wireOf } from './fixtures/wires.js'

const ENABLED = '/proc/sys/net/mptcp/enabled'
const hasMptcp = existsSync(ENABLED) && readFileSync(ENABLED, 'utf8').trim() === '1'
const paths = { socket: { ...DEFAULT_SOCKET, mptcp: true } }
const one = { socket: DEFAULT_SOCKET }

describe.skipIf(!hasMptcp)('Multipath TCP (skipped where net.mptcp.enabled is not 1)', () => {
  test.each(['tcp', 'tls'] as const)(
    '%s: both ends say that the connection is one',
    async (name) => {
      const { client, server } = await measure(wireOf(name), paths)
      expect(client).toMatchObject({ status: 'completed', fault: null })
      expect([client.effective.multipath, server.effective.multipath]).toEqual([true, true])
    },
  )

  test('several connections of a stream, both ways', async () => {
    const { client, server } = await measure(wireOf('tcp'), {
      ...{ ...paths, workload: 'stream', direction: 'both', streams: 3 },
      ...{ messageSizeBytes: 4096, iterations: 500 },
    })
    expect([client.fault, server.fault]).toEqual([null, null])
    expect([client.effective.multipath, server.effective.multipath]).toEqual([true, true])
  })

  test('one that fell back to TCP is told so', async () => {
    const { client, server } = await measure(wireOf('tcp'), paths, one)
    expect(client).toMatchObject({ status: 'completed', fault: null })
    expect(client.effective.multipath).toBe(false)
    expect(server.effective.multipath).toBeUndefined()
  })

  test('what was not asked for is not told', async () => {
    const { client } = await measure(wireOf('tcp'))
    expect(client.effective).not.toHaveProperty('multipath')
  })
})
