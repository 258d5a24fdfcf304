import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseResult, ResultDocument } from '../../results/schema/schema.js'
import { WIRES } from '../../transports/fixtures/wires.js'
import { ciphersWithoutKernel } from '../../transports/kernel-tls.js'
import { expectRefusal, type Refusal } from '../fixtures/refusal.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { expectValid } from '../fixtures/valid-result.js'

/** The flags of TLS and QUIC: what is asked for is what the result says, and what makes no sense is refused. */

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-secure-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isHere = ['tls', 'quic'].every((name) => WIRES.some(({ transport }) => transport === name))
const ABSENT = { meta: { skipReason: 'TLS and QUIC are not in this build' } }

/** The cases of a short run, by key. */
async function measured(args: readonly string[]): Promise<ReadonlyMap<string, CaseResult>> {
  const output = join(folder, 'out.json')
  const length = args.includes('-d') ? [] : ['-n', '20']
  const run = ['run', '-q', '-r', '1', '--warmup', '0', ...length, '-o', output, ...args]
  const { code, stderr } = await runCli(run)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const document: ResultDocument = JSON.parse(readFileSync(output, 'utf8'))
  expectValid(document)
  expect(document.cases.map(({ status }) => status)).not.toContain('failed')
  return new Map(document.cases.map((one) => [one.key, one]))
}

describe.skipIf(!isHere)('in the result', ABSENT, () => {
  test('--workload connect, --handshake and --quic-retry', async () => {
    const cases = await measured([
      ...['-t', 'quic,tls', '-w', 'connect', '--handshake', 'full,resumed,0rtt', '--quic-retry'],
    ])
    const counts = [...cases].map(([key, { summary }]) => {
      const { made, resumed, earlyData } = summary?.connects ?? {}
      return [key, made, resumed, earlyData]
    })
    expect(counts).toEqual([
      ['quic/connect/64B/block/retry', 20, 0, 0],
      ['quic/connect/64B/block/retry/resumed', 20, 20, 0],
      ['quic/connect/64B/block/retry/0rtt', 20, 20, 20],
      ['tls/connect/64B/block', 20, 0, 0],
      ['tls/connect/64B/block/resumed', 20, 20, 0],
    ])
    for (const { transport, parameters } of cases.values()) {
      const { quic } = parameters.effective.client ?? {}
      expect(quic?.retry ?? null).toBe(transport === 'quic' ? true : null)
    }
  })

  test('--cipher and --ktls', async () => {
    const cases = await measured([
      ...['-t', 'tls,quic', '--cipher', 'chacha20-poly1305', '--ktls', 'off,auto'],
    ])
    expect([...cases.keys()]).toEqual([
      'tls/ping-pong/64B/block/chacha20-poly1305',
      'tls/ping-pong/64B/block/chacha20-poly1305/ktls=auto',
      'quic/ping-pong/64B/block/stream/chacha20-poly1305',
    ])
    const kernel = [...cases.values()].map(({ parameters: p }) => p.requested.tls?.kernel)
    expect(kernel).toEqual(['off', 'auto', 'off'])
    for (const { parameters } of cases.values()) {
      for (const end of [parameters.effective.client, parameters.effective.server]) {
        expect(end?.tls?.cipher).toBe('CHACHA20-POLY1305')
      }
    }
  })

  test('--quic-messages and --quic-null-crypto', async () => {
    const cases = await measured([
      ...['-t', 'quic', '--quic-messages', 'stream,datagram', '--quic-null-crypto'],
    ])
    const found = [...cases.values()].map(({ parameters: p, flags }) => [
      p.effective.client?.quic?.messages,
      p.requested.quic?.nullCrypto,
      flags.includes('null-crypto'),
    ])
    expect(found).toEqual([
      ['stream', false, false],
      ['stream', true, true],
      ['datagram', false, false],
      ['datagram', true, true],
    ])
  })

  test('--quic-streams, --quic-payload, --quic-window, --quic-congestion and --ack-threshold', async () => {
    const cases = await measured([
      ...['-t', 'quic', '-w', 'stream', '-d', '200ms', '--quic-streams', '4'],
      ...['--quic-payload', 'loopback', '--quic-window', '1M', '--quic-congestion', 'reno'],
      ...['--ack-threshold', '3'],
    ])
    const asked = {
      ...{ streams: 4, windowBytes: 1024 ** 2, ackThreshold: 3 },
      congestionControl: 'reno',
    }
    const [only] = cases.values()
    expect(only?.parameters.requested.quic).toMatchObject({ ...asked, udpPayloadBytes: 65_000 })
    for (const end of ['client', 'server'] as const) {
      const effective = only?.parameters.effective[end]?.quic
      expect(effective).toMatchObject(asked)
      // What a probe has proved: the numbers in it take a byte or three more or less.
      expect(effective?.udpPayloadBytes).toBeGreaterThan(64_990)
      expect(effective?.udpPayloadBytes).toBeLessThanOrEqual(65_000)
    }
  })

  test('--quic-key-update', async () => {
    const cases = await measured(['-t', 'quic', '-d', '500ms', '--quic-key-update', '100ms'])
    const [only] = cases.values()
    expect(only?.parameters.requested.quic?.keyUpdateNs).toBe(100e6)
    expect(only?.parameters.effective.client?.quic?.keyUpdates).toBeGreaterThan(0)
  })

  test('--quic-pacing, or the version that cannot', async () => {
    const args = ['run', '-q', '-r', '1', '-n', '20', '--warmup', '0', '--json']
    const { code, stdout } = await runCli([...args, '-t', 'quic', '--quic-pacing'])
    const document: ResultDocument = JSON.parse(stdout)
    if (code === 0) {
      const [only] = document.cases
      expect(only?.parameters.requested.quic?.pacing).toBe(true)
      expect(only?.parameters.effective.client?.quic?.pacing).toBe(true)
    } else {
      expect(code).toBe(3)
      expect(document.error).toMatchObject({
        code: 'XRB_UNSUPPORTED',
        message: expect.stringContaining('ngtcp2 1.'),
      })
    }
  })
})

const run = (...args: string[]): string[] => ['run', ...args]
const CONNECTS = run('-w', 'connect')

const REFUSALS: Record<string, Refusal> = {
  'a handshake nobody knows': {
    args: run('-t', 'quic', '-w', 'connect', '--handshake', 'full,1rtt'),
    error: /^--handshake: '1rtt' is not a handshake\. \[XRB_BAD_WORD\]/,
    hint: /did you mean 0rtt\? .*full, resumed, 0rtt/,
  },
  'a handshake twice': {
    args: run('-t', 'quic', '-w', 'connect', '--handshake', 'full,full'),
    error: /^--handshake: 'full' is there twice/,
    hint: /--handshake full$/,
  },
  'a handshake without connects': {
    args: run('-t', 'quic', '--handshake', 'resumed'),
    error: /^--handshake would change nothing: it needs a connect over TLS or QUIC/,
    hint: /--workload connect/,
  },
  'early data over TLS': {
    args: run('-t', 'tls', '-w', 'connect', '--handshake', '0rtt'),
    error: /^tls has no connect with --handshake 0rtt: that is for quic\. \[XRB_USAGE\]/,
    hint: /--transport quic, or --handshake full,resumed/,
  },
  'connects without connections': {
    args: run('-t', 'udp', '-w', 'connect'),
    error: /^udp has no connect: that is for tcp, tls, quic\./,
    hint: /--transport tcp,tls,quic/,
  },
  'datagrams of connects': {
    args: [...CONNECTS, '-t', 'quic', '--quic-messages', 'datagram'],
    error: /^--quic-messages would change nothing: it needs a QUIC ping-pong, stream or rr/,
    hint: /--workload ping-pong/,
  },
  'connects without encryption': {
    args: [...CONNECTS, '-t', 'quic', '--quic-null-crypto'],
    error: /^--quic-null-crypto would change nothing: it needs a QUIC ping-pong, stream or rr/,
    hint: /--workload ping-pong/,
  },
  'kTLS of connects': {
    args: [...CONNECTS, '-t', 'tls', '--ktls', 'on'],
    error: /^--ktls would change nothing: it needs a ping-pong, stream or rr of TLS/,
    hint: /--workload ping-pong/,
  },
  'a use of kTLS nobody knows': {
    args: run('-t', 'tls', '--ktls', 'maybe'),
    error: /^--ktls: 'maybe' is not a use of kTLS/,
    hint: /off, auto, on/,
  },
  'key updates of connects': {
    args: [...CONNECTS, '-t', 'quic', '--quic-key-update', '100ms'],
    error: /^--quic-key-update would change nothing: it needs a QUIC ping-pong, stream or rr/,
    hint: /--workload ping-pong/,
  },
  'key updates that come too late': {
    args: run('-t', 'quic', '-d', '1s', '--warmup', '1s', '--quic-key-update', '2s'),
    error: /^--quic-key-update would change nothing: it needs repetitions that last longer/,
    hint: /--duration/,
  },
  'key updates that QUIC forbids': {
    args: run('-t', 'quic', '--quic-key-update', '99ms'),
    error: /^--quic-key-update: '99ms' is outside 100ms to 24h\. \[XRB_BAD_DURATION\]/,
    hint: /--quic-key-update 100ms/,
  },
  'a Retry without encryption': {
    args: run('-t', 'quic', '--quic-retry', '--quic-null-crypto'),
    error: /^--quic-retry and --quic-null-crypto exclude one another/,
    hint: /one of them/,
  },
  'pacing without QUIC': {
    args: run('-t', 'tls', '--quic-pacing'),
    error: /^--quic-pacing would change nothing: it needs QUIC by ngtcp2/,
    hint: /leave it out/,
  },
  'a way to carry messages nobody knows': {
    args: run('-t', 'quic', '--quic-messages', 'datagrams'),
    error: /^--quic-messages: 'datagrams' is not a way to carry messages/,
    hint: /did you mean datagram\? ways to carry messages are stream, /,
  },
  'a stream for each message of a ping-pong': {
    args: run('-t', 'quic', '--quic-messages', 'stream-each'),
    error:
      /^quic has no ping-pong with --quic-messages stream-each: that is for rr\. \[XRB_USAGE\]/,
    hint: /--workload rr, or --quic-messages stream/,
  },
  'streams of a ping-pong': {
    args: run('-t', 'quic', '--quic-streams', '4'),
    error: /^--quic-streams would change nothing: it needs a stream of bytes over QUIC/,
    hint: /--workload stream --quic-messages stream/,
  },
  'streams of datagrams': {
    args: run(
      ...['-t', 'quic', '-w', 'stream', '--quic-messages', 'datagram'],
      '--quic-streams',
      '4',
    ),
    error: /^--quic-streams would change nothing: it needs a stream of bytes over QUIC/,
    hint: /--workload stream --quic-messages stream/,
  },
  'too many streams': {
    args: run('-t', 'quic', '-w', 'stream', '--quic-streams', '65'),
    error: /^--quic-streams: 65 is outside 1 to 64/,
    hint: /1 to 64/,
  },
  'a packet that no datagram holds': {
    args: run('-t', 'quic', '--quic-payload', '65508'),
    error: /^--quic-payload: '65508' is outside 1200B to 65507B/,
    hint: /--quic-payload/,
  },
  'a window below what QUIC can use': {
    args: run('-t', 'quic', '--quic-window', '1023'),
    error: /^--quic-window: '1023' is outside 1KiB to 256MiB/,
    hint: /--quic-window 1KiB/,
  },
  'a congestion control that QUIC has not': {
    args: run('-t', 'quic', '--quic-congestion', 'vegas'),
    error: /^--quic-congestion: 'vegas' is not a congestion control/,
    hint: /cubic, reno, bbr/,
  },
  'the congestion control of another transport': {
    args: run('-t', 'quic', '--congestion', 'reno'),
    error: /^--congestion would change nothing: it needs TCP/,
    hint: /leave it out/,
  },
  'an ACK threshold of none': {
    args: run('-t', 'quic', '--ack-threshold', '0'),
    error: /^--ack-threshold: 0 is outside 1 to 1000/,
    hint: /1 to 1000/,
  },
}

describe.skipIf(!isHere)('refused before anything starts', ABSENT, () => {
  test.each(Object.entries(REFUSALS))('%s', (_, refusal) => expectRefusal(refusal, folder))

  test.skipIf(ciphersWithoutKernel().length === 0)(
    'kTLS where the kernel has none',
    { meta: { skipReason: 'this kernel has kTLS' } },
    async () => {
      const [cipher = ''] = ciphersWithoutKernel()
      await expectRefusal(
        {
          args: [...run('-t', 'tcp,tls', '--ktls', 'on'), '--cipher', cipher],
          error: /^kTLS: the kernel does not take it: T[A-Z_]+: .*\. \[XRB_UNSUPPORTED\]$/,
          hint: /modprobe tls.*--ktls auto/,
          code: 3,
        },
        folder,
      )
    },
  )
})
