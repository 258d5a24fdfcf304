import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { need } from '../../fixtures/need.js'
import { readResult } from '../../results/store/store.js'
import { OPENSSL_PROBLEM } from '../../transports/fixtures/wires.js'
import {
  FAR_ADDRESS,
  NarrowPath,
  type PathShape,
  whyNoNarrowPath,
} from '../fixtures/narrow-path.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

/** QUIC over paths that carry less than Ethernet does, a router in the middle. */

const problem = whyNoNarrowPath()
const IP_AND_UDP = 28

let folder: string
let path: NarrowPath
let keyFile: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-mtu-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${'cd'.repeat(32)}\n`, { mode: 0o600 })
  if (problem === null) path = await NarrowPath.start()
})
afterAll(async () => {
  await path?.close()
  rmSync(folder, { recursive: true })
})
beforeEach(({ skip }) => need(problem, skip))

/** Runs one case over a path of this shape, with an agent at its far end. */
async function over(shape: PathShape, args: readonly string[]) {
  path.shape(shape)
  const listen = ['serve', '--listen', `${FAR_ADDRESS}:0`, '--key-file', keyFile, '--json']
  const agent = new Cli(listen, { wrapper: path.wrapper('far') })
  await agent.until('its address', () => agent.stdout.includes('\n'))
  const { port } = JSON.parse(agent.stdout) as { port: number }
  const output = join(folder, 'out.json')
  const peer = ['--peer', `${FAR_ADDRESS}:${port}`, '--key-file', keyFile]
  const short = ['--duration', '200ms', '--warmup', '0', '--repeat', '1', '--output', output]
  const { code, stderr } = await runCli(['run', ...peer, ...args, ...short], {
    wrapper: path.wrapper('near'),
  })
  agent.child.kill('SIGTERM')
  await agent.finished()
  const [measured] = existsSync(output) ? (await readResult(output)).cases : []
  rmSync(output, { force: true })
  return { code, stderr, measured, quic: measured?.parameters.effective.client?.quic }
}

const SILENT: PathShape = { nearMtu: 1500, farMtu: 1300, isSilent: true }

const WAYS: readonly [string, PathShape, number][] = [
  ['an MTU of 1,460', { nearMtu: 1460, farMtu: 1460 }, 1460],
  ['an MTU of 1,420', { nearMtu: 1420, farMtu: 1420 }, 1420],
  ['an MTU of 1,280', { nearMtu: 1280, farMtu: 1280 }, 1280],
  ['the least MTU there is for QUIC', { nearMtu: 1228, farMtu: 1228 }, 1228],
  ['a hop of 1,300 B that says so', { nearMtu: 1500, farMtu: 1300 }, 1300],
  ['a hop of 1,300 B that swallows', SILENT, 1300],
]

describe('quic', () => {
  test.each(WAYS)('goes over %s', async (_, shape, mtu) => {
    const { code, stderr, measured, quic } = await over(shape, [
      ...['--transport', 'quic', '--workload', 'stream', '--size', '64k'],
    ])
    expect(code, stderr).toBe(0)
    expect(measured?.status).toBe('completed')
    expect(quic).toMatchObject({
      udpPayloadBytes: mtu - IP_AND_UDP,
      localUdpPayloadBytes: Math.min(1452, shape.nearMtu - IP_AND_UDP),
    })
  })

  // Each of many connections would look by itself, one after the other, within the time of one connect.
  test.each(['up', 'down'])(
    'goes over a hop that swallows with many connections, %s',
    async (way) => {
      const { code, stderr, measured, quic } = await over(SILENT, [
        ...['--transport', 'quic', '--workload', 'stream', '--size', '64k', '--streams', '16'],
        ...['--direction', way],
      ])
      expect(code, stderr).toBe(0)
      expect(measured?.status).toBe('completed')
      expect(quic?.udpPayloadBytes).toBe(1300 - IP_AND_UDP)
    },
  )

  test('has the window that a connection begins with, for probes that were lost are no congestion', async () => {
    const { measured } = await over(SILENT, [
      ...['--transport', 'quic', '--workload', 'stream', '--size', '1k', '--rate', '1M'],
    ])
    const { client, server } = measured?.repetitions[0]?.quic ?? {}
    // Ten packets of the least size (RFC 9002 section 7.2).
    for (const end of [client, server])
      expect(end?.congestionWindowBytes).toBeGreaterThanOrEqual(12_000)
  })

  test('says which MTU is too small for it', async () => {
    const { code, stderr } = await over({ nearMtu: 1200, farMtu: 1200 }, ['--transport', 'quic'])
    expect(code).toBe(3)
    expect(stderr).toContain('has an MTU of 1,200 B, and QUIC needs 1,228 B')
  })

  test('says how long a datagram may be where one does not fit', async () => {
    const datagrams = ['--transport', 'quic', '--quic-messages', 'datagram']
    const { code, stderr } = await over(SILENT, [...datagrams, '--size', '1400'])
    expect(code).toBe(3)
    expect(stderr).toContain('packets of 1272 B, in which a datagram has at most 1238 B')
    expect((await over(SILENT, [...datagrams, '--size', '1238'])).code).toBe(0)
  })
})

describe('quic:openssl', () => {
  beforeEach(({ skip }) => skip(OPENSSL_PROBLEM !== null, OPENSSL_PROBLEM ?? ''))
  test.each(WAYS)('goes over %s', async (_, shape) => {
    const { code, stderr } = await over(shape, ['--transport', 'quic:openssl', '--size', '64k'])
    expect(code, stderr).toBe(0)
  })
})

test('quic-perf goes over a hop that swallows', async () => {
  path.shape(SILENT)
  const server = new Cli(
    ['quic-perf', 'serve', '--listen', `${FAR_ADDRESS}:0`, '--allow-remote', '--json'],
    {
      wrapper: path.wrapper('far'),
    },
  )
  await server.until('its address', () => server.stdout.includes('\n'))
  const { port, fingerprint } = JSON.parse(server.stdout) as { port: number; fingerprint: string }
  const ask = [
    '--upload',
    '64',
    '--download',
    '100k',
    '--requests',
    '20',
    '--warmup',
    '0',
    '--json',
  ]
  const { code, stdout, stderr } = await runCli(
    ['quic-perf', 'run', `${FAR_ADDRESS}:${port}`, '--fingerprint', fingerprint, ...ask],
    { wrapper: path.wrapper('near') },
  )
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).effective.quic.udpPayloadBytes).toBe(1272)
  server.child.kill('SIGTERM')
  await server.finished()
})
