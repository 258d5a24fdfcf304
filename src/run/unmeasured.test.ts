import { expect, test } from 'vitest'
import { complete } from './asked.js'
import { resolveHost } from './peer.js'
import { planFor } from './plan.js'
import type { MeasureRequest } from './request.js'
import { unmeasured } from './unmeasured.js'

const label = (name: string) => name

function told(request: MeasureRequest): string[] {
  const asked = complete(request, { label })
  const host = asked.transports === 'all' ? [] : asked.transports
  const plan = planFor(asked, 4, { host, lab: [], device: null, leftOut: [] })
  return unmeasured({ requests: [asked] }, host, plan).map(
    ({ transport, workload, reason }) => `${workload} over ${transport}: ${reason}`,
  )
}

test('a transport that was named, without a workload that was named', () => {
  expect(told({ transports: ['unix', 'tcp'], workloads: ['connect', 'ping-pong'] })).toEqual([
    'connect over unix: that is for tcp, tls, quic',
  ])
  expect(
    told({
      transports: ['quic', 'tcp'],
      workloads: ['ping-pong', 'rr'],
      quic: { messages: ['stream-each'] },
    }),
  ).toEqual(['ping-pong over quic: none of the ways that were asked for is one of it'])
})

test('nothing, where all that was named is measured', () => {
  expect(told({ transports: ['tcp', 'udp'], workloads: ['ping-pong', 'stream', 'rr'] })).toEqual([])
})

test.each<[string, 4 | 6]>([
  ['127.0.0.1', 6],
  ['::ffff:127.0.0.1', 6],
  ['::1', 4],
])('a peer at %s is not reached by IPv%s', async (host, family) => {
  await expect(resolveHost(host, family)).rejects.toMatchObject({ code: 'XRB_USAGE', exitCode: 2 })
})

test('an address of the family asked for is taken as it is', async () => {
  expect(await resolveHost('127.0.0.1', 4)).toEqual({ address: '127.0.0.1', family: 4 })
  expect(await resolveHost('::1', 6)).toEqual({ address: '::1', family: 6 })
  // Who connects says that an interface is missing.
  expect(await resolveHost('fe80::1%', 0)).toEqual({ address: 'fe80::1', family: 6 })
})
