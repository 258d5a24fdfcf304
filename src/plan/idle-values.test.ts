import { expect, test } from 'vitest'
import { buildPlan } from './build.js'
import { refuseUnable } from './idle-values.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const quic = { ...DEFAULT_REQUEST.quic, messages: ['stream', 'stream-each'] as const }
const tls = { ...DEFAULT_REQUEST.tls, handshakes: ['full', '0rtt'] as const }
const HANDSHAKES: Partial<PlanRequest> = { transports: ['tls'], workloads: ['connect'], tls }

test.each<[string, Partial<PlanRequest>]>([
  ['--wait busy-poll', { transports: ['rdma'], waits: ['block', 'busy-poll'] }],
  ['--wait busy-poll', { transports: ['tcp'], waits: ['spin', 'busy-poll'], workloads: ['rr'] }],
  ['--quic-messages stream-each', { transports: ['quic'], quic }],
  ['--handshake 0rtt', HANDSHAKES],
])('%s, which no case has, is refused', (words, changes) => {
  expect(() => buildPlan({ ...DEFAULT_REQUEST, ...changes })).toThrow(
    expect.objectContaining({
      code: 'XRB_USAGE',
      message: expect.stringContaining(`Nothing that is to be measured has ${words}: that is for `),
    }),
  )
})

test('one case that has it is enough', () => {
  const keys = (changes: Partial<PlanRequest>) =>
    buildPlan({ ...DEFAULT_REQUEST, ...changes }).cases.map(({ key }) => key)
  expect(keys({ ...HANDSHAKES, transports: ['tls', 'quic'] })).toEqual([
    'tls/connect/64B/block',
    'quic/connect/64B/block',
    'quic/connect/64B/block/0rtt',
  ])
  expect(keys({ transports: ['rdma', 'tcp'], waits: ['busy-poll'] })).toEqual([
    'tcp/ping-pong/64B/busy-poll',
  ])
})

test('a list that is for none of the cases is let pass: it would change nothing', () => {
  const changes: Partial<PlanRequest> = { transports: ['tcp'], quic, tls }
  expect(buildPlan({ ...DEFAULT_REQUEST, ...changes }).cases).toHaveLength(1)
})

test('a transport that was named and can have none of the words is told apart from others', () => {
  const refuse = (transports: PlanRequest['transports'], changes: Partial<PlanRequest>) => () =>
    refuseUnable(transports, { ...DEFAULT_REQUEST, ...changes })
  expect(refuse(['tcp', 'shm'], { waits: ['busy-poll'] })).toThrow(
    'shm has no ping-pong with --wait busy-poll: that is for ping-pongs and streams over TCP, TLS and UDP.',
  )
  expect(refuse(['tcp', 'shm'], { waits: ['busy-poll', 'spin'] })).not.toThrow()
  expect(refuse(['tcp'], { waits: ['busy-poll'], workloads: ['rr', 'stream'] })).not.toThrow()
  const early = { ...tls, handshakes: ['0rtt'] as const }
  expect(refuse(['quic', 'tls'], { workloads: ['connect'], tls: early })).toThrow(
    'tls has no connect with --handshake 0rtt: that is for quic.',
  )
})
