import { expect, test } from 'vitest'
import { buildPlan } from '../plan/build.js'
import { DEFAULT_REQUEST, type PlanRequest } from '../plan/request.js'
import type { Session } from '../session/client/client.js'
import { PROTOCOL_FEATURES } from '../session/wire/protocol.js'
import { checkPeer } from './check-peer.js'

const check = (
  asked: Partial<PlanRequest>,
  told: { transports?: string[]; features?: string[] } = {},
) => {
  const { transports = ['tcp', 'tls', 'quic'], features = PROTOCOL_FEATURES } = told
  const facts = { tool: { name: 'xrbench', version: '0.1.0' }, transports, features }
  const { cases } = buildPlan({ ...DEFAULT_REQUEST, ...asked })
  return () => checkPeer(cases, { facts } as Session)
}

test('a transport that the agent has not', () => {
  expect(check({ transports: ['tcp'] })).not.toThrow()
  expect(check({ transports: ['tcp', 'tls'] }, { transports: ['tcp'] })).toThrow(
    expect.objectContaining({ code: 'XRB_PEER_TRANSPORT', exitCode: 4, hint: '--transport tcp' }),
  )
})

test('what an unknown agent names is not to be pasted', () => {
  expect(check({ transports: ['tcp'] }, { transports: ['udp', 'tls; rm -rf ~'] })).toThrow(
    expect.objectContaining({ hint: '--transport udp' }),
  )
})

test('kTLS where its kernel has none for the cipher', () => {
  const lacks = { features: [...PROTOCOL_FEATURES, 'lacks:ktls:aes-256-gcm'] }
  const asked = (cipher: 'aes-128-gcm' | 'aes-256-gcm', kernel: 'on' | 'auto' | 'off') =>
    check(
      { transports: ['tls'], tls: { ...DEFAULT_REQUEST.tls, cipher, kernel: ['off', kernel] } },
      lacks,
    )
  expect(asked('aes-256-gcm', 'auto')).not.toThrow()
  expect(asked('aes-256-gcm', 'off')).not.toThrow()
  expect(asked('aes-128-gcm', 'on')).not.toThrow()
  expect(asked('aes-256-gcm', 'on')).toThrow(
    expect.objectContaining({
      code: 'XRB_PEER_UNSUPPORTED',
      exitCode: 4,
      message: expect.stringContaining('kTLS with aes-256-gcm'),
    }),
  )
})

test('what agents of before cannot check', () => {
  const before = { features: PROTOCOL_FEATURES.filter((feature) => feature !== 'verify:quic') }
  const quic = { transports: ['quic'], verify: true } as const
  const datagrams = { ...DEFAULT_REQUEST.quic, messages: ['datagram'] } as PlanRequest['quic']
  expect(check({ ...quic, workloads: ['ping-pong', 'rr'] }, before)).not.toThrow()
  expect(check({ transports: ['tcp'], verify: true, workloads: ['stream'] }, before)).not.toThrow()
  for (const asked of [
    { workloads: ['stream'] },
    { workloads: ['connect'] },
    { workloads: ['ping-pong'], quic: datagrams },
  ] as Partial<PlanRequest>[]) {
    expect(check({ ...quic, ...asked }, before)).toThrow(
      expect.objectContaining({
        code: 'XRB_PEER_WORKLOAD',
        message: expect.stringContaining('--verify'),
      }),
    )
    expect(check({ ...quic, ...asked })).not.toThrow()
  }
})
