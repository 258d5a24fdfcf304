import { describe, expect, test } from 'vitest'
import { buildPlan } from './build.js'
import { DEFAULT_QUIC, DEFAULT_TLS_REQUEST } from './quic.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const keys = (changes: Partial<PlanRequest>) =>
  buildPlan({ ...DEFAULT_REQUEST, workloads: ['connect'], ...changes }).cases.map((c) => c.key)
const tls = { ...DEFAULT_TLS_REQUEST, handshakes: ['full', 'resumed', '0rtt'] as const }

describe('a connect', () => {
  test('is for transports with connections, and has every handshake that they have', () => {
    expect(keys({ transports: ['rdma', 'tcp', 'udp', 'tls', 'quic'], tls })).toEqual([
      'tcp/connect/64B/block',
      'tls/connect/64B/block',
      'tls/connect/64B/block/resumed',
      'quic/connect/64B/block',
      'quic/connect/64B/block/resumed',
      'quic/connect/64B/block/0rtt',
    ])
  })

  test('stands beside other workloads, whose handshakes are full', () => {
    const workloads = ['ping-pong', 'connect'] as const
    const handshakes = ['full', 'resumed'] as const
    const changes = { workloads, tls: { ...tls, handshakes } }
    expect(keys({ transports: ['udp', 'tls'], ...changes })).toEqual([
      'udp/ping-pong/64B/block',
      'tls/ping-pong/64B/block',
      'tls/connect/64B/block',
      'tls/connect/64B/block/resumed',
    ])
  })

  test('has no datagrams, no kTLS and nothing unencrypted', () => {
    const quic = { ...DEFAULT_QUIC, messages: ['datagram' as const], nullCrypto: [false, true] }
    const kernel = ['off', 'on'] as const
    const changes = { transports: ['tls', 'quic'] as const, quic, tls: { ...tls, kernel } }
    for (const { parameters } of buildPlan({
      ...{ ...DEFAULT_REQUEST, ...changes },
      workloads: ['connect'],
    }).cases) {
      expect(parameters.tls?.kernel).toBe('off')
      expect(parameters.quic?.messages ?? 'stream').toBe('stream')
      expect(parameters.quic?.nullCrypto ?? false).toBe(false)
    }
  })
})

test('what changes a QUIC number is in its name', () => {
  const quic = { ...DEFAULT_QUIC, retry: true, pacing: true, keyUpdateNs: 100e6 }
  const changes = { transports: ['quic'] as const, quic }
  expect(keys(changes)).toEqual(['quic/connect/64B/block/retry/pacing/key-update=100ms'])
})
