import { describe, expect, test } from 'vitest'
import { XrbenchError } from '../errors.js'
import { SERVE } from '../options/serve.js'
import { ab } from './ab.js'
import { commandOf } from './command.js'
import type { RunRequest } from './request.js'
import { run } from './run.js'
import { type Serving, serve } from './serve.js'

const TCP = { transports: ['tcp'] } as const

describe('bad input', () => {
  test.each<[object, string, RegExp]>([
    [{}, 'XRB_BAD_REQUEST', /^transports: /],
    [{ transports: ['tpc'] }, 'XRB_BAD_REQUEST', /^transports\.0: .*"tcp"/],
    [{ transports: [] }, 'XRB_BAD_REQUEST', /^transports: /],
    [{ transports: ['tcp', 'tcp'] }, 'XRB_BAD_REQUEST', /^transports: the same is there twice/],
    [{ ...TCP, duration: '3s' }, 'XRB_BAD_REQUEST', /"duration"/],
    [{ ...TCP, durationNs: 0 }, 'XRB_BAD_REQUEST', /^durationNs: /],
    [{ ...TCP, durationNs: 1, iterations: 1 }, 'XRB_USAGE', /^durationNs and iterations exclude/],
    [{ ...TCP, sizesBytes: [64, 2 ** 40] }, 'XRB_BAD_REQUEST', /^sizesBytes\.1: /],
    [{ ...TCP, messageTimeoutNs: 9e9 }, 'XRB_USAGE', /^messageTimeoutNs .* idleTimeoutNs/],
    [{ ...TCP, rateBitsPerSec: 1e6 }, 'XRB_USAGE', /^rateBitsPerSec would change nothing/],
    [{ ...TCP, quic: { retry: true } }, 'XRB_USAGE', /^quic\.retry would change nothing/],
    [{ ...TCP, socket: { sendBufferBytes: '4k' } }, 'XRB_BAD_REQUEST', /^socket\.sendBufferBytes/],
    [{ ...TCP, pin: { client: [1] } }, 'XRB_BAD_REQUEST', /^pin\.server: /],
    [{ transports: ['udp'], sizesBytes: [65_508] }, 'XRB_BAD_SIZE', /UDP datagram/],
    [{ ...TCP, peer: { host: 'x' } }, 'XRB_BAD_REQUEST', /^peer: keyFile or key/],
    [{ ...TCP, peer: { host: 'x', key: 'secret' } }, 'XRB_KEY', /^peer\.key does not hold a key/],
    [
      { ...TCP, peer: { host: 'x', keyFile: 'k', maxWaitNs: 1 } },
      'XRB_BAD_REQUEST',
      /^peer\.maxWaitNs: /,
    ],
    [{ ...TCP, peer: { host: 'x', keyFile: 'k' }, lab: 'only' }, 'XRB_BAD_REQUEST', /exclude/],
    [
      {
        transports: ['quic'],
        quic: { nullCrypto: [true] },
        peer: { host: '127.0.0.1', key: 'a'.repeat(64) },
      },
      'XRB_USAGE',
      /^quic\.nullCrypto is for this machine and the lab, and not for a peer: /,
    ],
    [{ ...TCP, labOptions: { netem: 'delay 5ms' } }, 'XRB_BAD_REQUEST', /netem needs lab/],
    [{ ...TCP, label: 'x'.repeat(257) }, 'XRB_BAD_REQUEST', /^label: /],
    [{ ...TCP, output: '/nonexistent/x.json' }, 'XRB_OUTPUT', /nonexistent/],
    [
      { ...TCP, socket: { congestionControl: 'none-such' } },
      'XRB_NO_CONGESTION_CONTROL',
      /none-such/,
    ],
  ])('%j is refused before anything starts', async (request, code, sentence) => {
    const events: string[] = []
    const onEvent = ({ type }: { type: string }) => events.push(type)
    const error = await run(request as RunRequest, { onEvent }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(XrbenchError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) })
    expect((error as XrbenchError).hint).toBeTypeOf('string')
    expect(events).toEqual([])
  })

  test('of two configurations', async () => {
    const refused = (...args: Parameters<typeof ab>) =>
      ab(...args).catch((reason: unknown) => reason)
    expect(await refused(TCP, {}, {})).toMatchObject({ message: expect.stringMatching(/the same/) })
    // What is measured would be something else than one of them asked for.
    for (const one of [
      { repetitions: 3 },
      { family: 6 },
      { rdma: { device: 'rxe0' } },
      { rdma: { port: 1 } },
      { rdma: { gidIndex: 1 } },
    ] as const) {
      const told = { code: 'XRB_USAGE', message: expect.stringMatching(/ is for both sides\.$/) }
      expect(await refused(TCP, one, {})).toMatchObject(told)
      expect(await refused(TCP, {}, one)).toMatchObject(told)
    }
    // Of a group each member by itself: what both have stays.
    const unknown = { ...TCP, durationNs: 1e6, socket: { congestionControl: 'none-such' } }
    const own = { socket: { noDelay: false } }
    expect(await refused(unknown, own, own)).toMatchObject({ code: 'XRB_NO_CONGESTION_CONTROL' })
    expect(await refused({}, {}, { waits: ['spin'] })).toMatchObject({
      message: expect.stringMatching(/^transports/),
    })
    const uneven = await refused(TCP, {}, { waits: ['spin', 'block'] })
    expect(uneven).toMatchObject({ code: 'XRB_NO_PARTNER' })
  })

  test('of an agent', async () => {
    const refused = (request: object) => serve(request).catch((reason: unknown) => reason)
    expect(await refused({ host: '0.0.0.0' })).toMatchObject({ code: 'XRB_LISTEN' })
    expect(await refused({ host: 'localhost' })).toMatchObject({ code: 'XRB_BAD_REQUEST' })
    const ports = { first: 28_470, last: 28_480 }
    expect(await refused({ dataPorts: ports })).toMatchObject({ code: 'XRB_BAD_PORTS' })
    // What the command refuses a program is refused as well.
    for (const [name, { kind }] of Object.entries(SERVE)) {
      if (!('max' in kind)) continue
      const answer = await refused({ port: 0, [name]: kind.max + 1 })
      if (!(answer instanceof Error)) await (answer as Serving).close()
      expect([name, answer]).toMatchObject([name, { code: 'XRB_BAD_REQUEST' }])
    }
    expect(await refused({ port: 0, rdma: { device: 'nosuch0' } })).toMatchObject({
      code: 'XRB_NO_RDMA_DEVICE',
      message: expect.stringMatching(/^rdma\.device: .* named nosuch0/),
    })
  })
})

test('an agent says where its metrics are served', async () => {
  const host = '127.0.0.1'
  const agent = await serve({ port: 0, metrics: { host, port: 0 } })
  const { metrics } = agent
  expect(metrics).toEqual({ host, port: expect.any(Number) as number })
  const answer = await fetch(`http://${host}:${metrics?.port}/metrics`)
  expect(await answer.text()).toContain('xrbench_')
  await agent.close()
  const plain = await serve({ port: 0 })
  expect(plain.metrics).toBeNull()
  await plain.close()
})

test('what a result says was called holds no key, and names where redaction finds them', () => {
  const peer = { host: 'there', port: 1, key: 'a'.repeat(64) }
  const request = {
    ...TCP,
    peer,
    output: '/here/out.json',
    labOptions: { kernel: '/k', guests: 1 },
  }
  expect(commandOf('run', request as RunRequest)).toEqual([
    'run',
    '{"transports":["tcp"],"labOptions":{"guests":1}}',
    '--peer',
    'there:1',
    '--output',
    '/here/out.json',
  ])
})
