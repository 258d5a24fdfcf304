import { describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../errors.js'
import { buildPlan } from './build.js'
import { DEFAULT_QUIC, type QuicRequest } from './quic.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const plan = (quic: Partial<QuicRequest> = {}, changes: Partial<PlanRequest> = {}) =>
  buildPlan({
    ...DEFAULT_REQUEST,
    transports: ['quic:openssl'],
    quic: { ...DEFAULT_QUIC, ...quic },
    ...changes,
  }).cases

describe('cases of quic:openssl', () => {
  test('have a name of their own, with what can be chosen of them', () => {
    const [pingPong] = plan({}, { verify: true })
    expect(pingPong?.key).toBe('quic:openssl/ping-pong/64B/block/verify')
    const [stream] = plan({ streams: 4 }, { workloads: ['stream'] })
    expect(stream?.key).toBe('quic:openssl/stream/256KiB/block/quic-streams=4')
  })

  test('ask for nothing that OpenSSL does not let be chosen', () => {
    const [one] = plan({ windowBytes: 1 << 20, congestionControl: 'bbr' })
    expect(one?.parameters).toMatchObject({
      quic: null,
      quicOpenssl: { streams: 1, verify: false },
      tls: { cipher: 'aes-128-gcm' },
    })
  })

  test('carry messages over streams: beside QUIC by ngtcp2 they have no datagrams', () => {
    const messages = ['stream', 'datagram'] as const
    const cases = plan({ messages }, { transports: ['quic', 'quic:openssl'] })
    expect(cases.map(({ key }) => key)).toEqual([
      'quic/ping-pong/64B/block/stream',
      'quic/ping-pong/64B/block/datagram',
      'quic:openssl/ping-pong/64B/block',
    ])
  })

  test('datagrams alone are refused before anything starts', () => {
    expect(() => plan({ messages: ['datagram'] })).toThrow(
      expect.objectContaining({
        code: 'XRB_USAGE',
        exitCode: EXIT_CODES.usage,
        message: 'OpenSSL carries QUIC streams only: quic:openssl cannot send DATAGRAM frames.',
        hint: '--transport quic, or --quic-messages stream',
      }),
    )
  })
})
