import { describe, expect, test } from 'vitest'
import { XrbenchError } from '../errors.js'
import { buildPlan } from './build.js'
import { isLossy } from './lossy.js'
import { DEFAULT_QUIC, DEFAULT_TLS, DEFAULT_TLS_REQUEST, type QuicRequest } from './quic.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const plan = (quic: Partial<QuicRequest>, changes: Partial<PlanRequest> = {}) =>
  buildPlan({
    ...DEFAULT_REQUEST,
    transports: ['quic'],
    quic: { ...DEFAULT_QUIC, ...quic },
    ...changes,
  })
const keys = (...args: Parameters<typeof plan>) => plan(...args).cases.map((c) => c.key)

describe('cases of QUIC', () => {
  test('what carries a message is always in the name, and makes a case of its own', () => {
    expect(keys({})).toEqual(['quic/ping-pong/64B/block/stream'])
    expect(keys({ messages: ['stream', 'datagram'] }, { workloads: ['stream'] })).toEqual([
      'quic/stream/256KiB/block/stream',
      'quic/stream/1400B/block/datagram',
    ])
  })

  test('what changes the number is in the name, a default is not', () => {
    const changed = {
      ...{ streams: 4, udpPayloadBytes: 65_000, windowBytes: 1 << 20, ackThreshold: 2 },
      congestionControl: 'bbr' as const,
    }
    const tls = { ...DEFAULT_TLS_REQUEST, cipher: 'aes-256-gcm' as const }
    expect(keys(changed, { workloads: ['stream'], tls })).toEqual([
      'quic/stream/256KiB/block/stream/quic-streams=4/payload=65000B/window=1MiB/ack-threshold=2/bbr/aes-256-gcm',
    ])
    expect(keys({ windowBytes: 2 << 20, ackThreshold: 1 })).toEqual(keys({}))
  })

  test('a window fits its packets, and a threshold its workload', () => {
    const [pingPong] = plan({}).cases
    const [stream] = plan({ udpPayloadBytes: 65_000 }, { workloads: ['stream'] }).cases
    expect(pingPong?.parameters.quic).toMatchObject({ windowBytes: 2 << 20, ackThreshold: 1 })
    expect(stream?.parameters.quic).toMatchObject({ windowBytes: 8 << 20, ackThreshold: 10 })
  })

  test('datagrams can be lost, streams cannot', () => {
    const { cases } = plan(
      { messages: ['stream', 'stream-each', 'datagram'] },
      { workloads: ['rr'] },
    )
    expect(cases.map(isLossy)).toEqual([false, false, true])
  })

  test('a stream for each message is for rr: other workloads have their other ways', () => {
    const messages = ['stream', 'stream-each'] as const
    expect(keys({ messages }, { workloads: ['ping-pong', 'rr', 'stream'] })).toEqual([
      'quic/ping-pong/64B/block/stream',
      'quic/rr/64B/block/stream',
      'quic/rr/64B/block/stream-each',
      'quic/stream/256KiB/block/stream',
    ])
  })

  test.each(['ping-pong', 'stream'] as const)(
    'a stream for each message is refused where there is nothing but %s',
    (workload) => {
      for (const messages of [['stream-each'], ['stream', 'stream-each']] as const) {
        expect(() => plan({ messages }, { workloads: [workload] })).toThrow(
          expect.objectContaining({
            code: 'XRB_USAGE',
            exitCode: 2,
            message:
              'Nothing that is to be measured has --quic-messages stream-each: that is for rr.',
            hint: '--workload rr, or --quic-messages stream',
          }),
        )
      }
      // Without QUIC it is the option that changes nothing, and a variable is let pass.
      const transports = ['tcp'] as const
      expect(
        keys({ messages: ['stream-each'] }, { workloads: [workload], transports }),
      ).toHaveLength(1)
    },
  )

  test('of connects too, which have no messages, it is the option that changes nothing', () => {
    expect(keys({ messages: ['stream-each'] }, { workloads: ['connect'] })).toEqual([
      'quic/connect/64B/block',
    ])
  })

  test.each([
    [1418, false],
    [1419, true],
  ])('a datagram of %i B', (bytes, isRefused) => {
    const build = () => plan({ messages: ['datagram'] }, { sizesBytes: [bytes] })
    if (!isRefused) return void expect(build().cases).toHaveLength(1)
    expect(build).toThrow(XrbenchError)
    expect(build).toThrow(
      expect.objectContaining({
        code: 'XRB_BAD_SIZE',
        exitCode: 2,
        hint: '--size 1418, or --quic-messages stream',
      }),
    )
  })
})

test('TLS and QUIC have a cipher, the others none', () => {
  const { cases } = plan({}, { transports: ['tcp', 'udp', 'tls', 'quic'] })
  expect(cases.map(({ parameters }) => parameters.tls)).toEqual([
    null,
    null,
    DEFAULT_TLS,
    DEFAULT_TLS,
  ])
  expect(cases.map(({ parameters }) => parameters.quic === null)).toEqual([true, true, true, false])
})

test('what is not encrypted, and what the kernel encrypts, are cases of their own', () => {
  const tls = { ...DEFAULT_TLS_REQUEST, kernel: ['off', 'on', 'auto'] as const }
  const quic = { messages: ['stream', 'datagram'] as const, nullCrypto: [false, true] }
  const { cases } = plan(quic, { transports: ['tls', 'quic'], tls })
  expect(cases.map(({ key }) => key)).toEqual([
    ...['', '/ktls', '/ktls=auto'].map((part) => `tls/ping-pong/64B/block${part}`),
    'quic/ping-pong/64B/block/stream',
    'quic/ping-pong/64B/block/stream/null-crypto',
    'quic/ping-pong/64B/block/datagram',
    'quic/ping-pong/64B/block/datagram/null-crypto',
  ])
  for (const { parameters } of cases.slice(3)) expect(parameters.tls?.kernel).toBe('off')
})

test("TLS heeds TCP's options", () => {
  const socket = { ...DEFAULT_REQUEST.socket, congestionControl: 'reno', noDelay: false }
  const { cases } = plan({}, { transports: ['tls', 'quic'], socket })
  expect(cases.map(({ key }) => key)).toEqual([
    'tls/ping-pong/64B/block/no-nodelay/congestion=reno',
    'quic/ping-pong/64B/block/stream',
  ])
})
