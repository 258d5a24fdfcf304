import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { need } from '../../fixtures/need.js'
import { readResult } from '../../results/store/store.js'
import { type ReservedPort, reservePort } from '../../transports/fixtures/reserved-port.js'
import { WIRES } from '../../transports/fixtures/wires.js'
import { PublishedPorts } from '../fixtures/published-port.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'
import {
  FAR_ADDRESS,
  FAR_LINK_LOCAL,
  TwoMachines,
  whyNoTwoMachines,
} from '../fixtures/two-machines.js'

/** Ways to an agent on which its own address, or any port, is not good enough. */

/** Where the agent is, and where its ports are published. */
const INSIDE = '127.0.0.1'
const OUTSIDE = '127.0.0.2'
const KEY = 'ab'.repeat(32)
const SHORT = ['-d', '100ms', '--warmup', '0', '--json']
/** Many processes, one after the other. */
const LIMIT_MS = 120_000
const TRANSPORTS = ['tcp', 'udp', 'tls', 'quic', 'quic:openssl'].filter((name) =>
  WIRES.some(({ transport }) => transport === name),
)

let folder: string
let keyFile: string
let ports: Record<'session' | 'data', ReservedPort>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-reach-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 })
  ports = { session: await reservePort(), data: await reservePort() }
})
afterAll(() => {
  ports.session.release()
  ports.data.release()
  rmSync(folder, { recursive: true })
})

async function serve(args: readonly string[], wrapper: readonly string[] = []): Promise<Cli> {
  const agent = new Cli(['serve', ...args, '--key-file', keyFile, '--json'], { wrapper })
  await agent.until('its address', () => agent.stdout.includes('\n'))
  return agent
}

async function end(agent: Cli): Promise<void> {
  agent.child.kill('SIGTERM')
  expect((await agent.finished()).code).toBe(143)
}

const to = (peer: string) => ['run', '--peer', peer, '--key-file', keyFile, ...SHORT]

describe('with an agent behind published ports', () => {
  let agent: Cli
  let published: PublishedPorts
  beforeEach(async () => {
    const { session, data } = ports
    published = new PublishedPorts(OUTSIDE, INSIDE)
    agent = await serve(['--listen', `${INSIDE}:${session.port}`, '--data-ports', `${data.port}`])
    await published.tcp(session.port)
  })
  afterEach(async () => {
    published.close()
    await end(agent)
  })

  const peer = () => `${OUTSIDE}:${ports.session.port}`

  test.each(['up', 'down', 'both'])(
    'data goes %s by the one data port',
    async (direction) => {
      const { port } = ports.data
      await published.tcp(port)
      await published.udp(port)
      const output = join(folder, `${direction}.json`)
      const cases = ['-t', TRANSPORTS.join(','), '-w', 'stream', '--direction', direction]
      const shape = ['--streams', '2', '--rate', '4M', '-s', '1000', '-r', '1', '-o', output]
      const { code, stderr } = await runCli([...to(peer()), ...cases, ...shape])
      expect(code, stderr).toBe(0)
      const { cases: measured } = await readResult(output)
      expect(measured.map(({ status }) => status)).toEqual(measured.map(() => 'completed'))
      for (const { parameters } of measured) {
        expect(parameters.effective.client).toMatchObject({
          remoteAddress: OUTSIDE,
          remotePort: port,
        })
      }
      // All of the payload, whatever else.
      const bytes = (transports: readonly string[]) =>
        measured
          .filter(({ transport }) => transports.includes(transport))
          .flatMap(({ repetitions }) => repetitions.map((one) => one.bytes ?? 0))
          .reduce((sum, one) => sum + one, 0)
      expect(published.carried.get(`tcp/${port}`)).toBeGreaterThan(bytes(['tcp', 'tls']))
      expect(published.carried.get(`udp/${port}`)).toBeGreaterThan(
        bytes(['udp', 'quic', 'quic:openssl']),
      )
    },
    LIMIT_MS,
  )

  test.each(['tcp', 'udp'])(
    'a %s port that is not published is closed',
    async (transport) => {
      const { code, stderr } = await runCli([...to(peer()), '-t', transport, '-r', '1'])
      const port = `${transport.toUpperCase()} port ${ports.data.port} of ${OUTSIDE}`
      expect(stderr).toContain(`At the client, connect: ${port} is closed. [XRB_CONNECT]`)
      expect(stderr).toMatch(/^hint: .*--data-ports/m)
      expect(code).toBe(4)
    },
    LIMIT_MS,
  )
})

describe('the data ports of an agent', () => {
  test('all of them taken is told with who may have them', async () => {
    const { session, data } = ports
    const args = ['--max-sessions', '1', '--data-ports', `${data.port}`]
    const agent = await serve(['--listen', `${INSIDE}:${session.port}`, ...args])
    const holder = new PublishedPorts(INSIDE, INSIDE)
    await holder.tcp(data.port)
    const result = await runCli([...to(`${INSIDE}:${session.port}`), '-t', 'tcp', '-r', '1'])
    expect(result.stderr).toContain(
      `The agent says: at the server, bind: the data port ${data.port} is taken. [XRB_DATA_PORTS]`,
    )
    expect(result.stderr).toMatch(/^hint: ss -tulpn there/m)
    expect(result.code).toBe(4)
    holder.close()
    await end(agent)
  })

  test.each([
    [['--data-ports', '0'], /'0' is no range of ports/],
    [['--data-ports', '9-8'], /'9-8' is no range of ports/],
    [['--data-ports', '28470-65536'], /is no range of ports/],
    [['--data-ports', 'all'], /'all' is no range of ports/],
    [['--data-ports', '28465-28475'], /port 28470 is the one the agent listens at/],
    [
      ['--data-ports', '28471', '--parallel', '2'],
      /2 sessions that measure at a time need a port each/,
    ],
  ])('%j cannot be', async (args, sentence) => {
    const { code, stderr } = await runCli(['serve', ...args])
    expect(stderr).toMatch(sentence)
    expect(stderr).toMatch(/\[XRB_BAD_PORTS\]\nhint: --data-ports 28471-28480/)
    expect(code).toBe(2)
  })
})

const problem = whyNoTwoMachines()

describe('on a link between two machines that number their interfaces differently', () => {
  let machines: TwoMachines
  beforeAll(async () => {
    if (problem === null) machines = await TwoMachines.start()
  })
  afterAll(() => machines?.close())
  beforeEach(({ skip }) => need(problem, skip))

  test(
    'link-local addresses do, with the zone that each end has',
    async () => {
      const agent = await serve(['--listen', `[${FAR_LINK_LOCAL}]:0`], machines.wrapper('far'))
      const { port } = JSON.parse(agent.stdout) as { port: number }
      const output = join(folder, 'link.json')
      const cases = ['-t', TRANSPORTS.join(','), '-w', 'ping-pong,stream', '-r', '1', '-o', output]
      const { code, stderr } = await runCli([...to(`[fe80::2%wire0]:${port}`), ...cases], {
        wrapper: machines.wrapper('near'),
      })
      expect(code, stderr).toBe(0)
      const { cases: measured, environment } = await readResult(output)
      expect(measured).toHaveLength(2 * TRANSPORTS.length)
      for (const { status, path, parameters } of measured) {
        expect([status, path]).toEqual(['completed', 'network'])
        const { client, server } = parameters.effective
        expect(client?.remoteAddress).toBe('fe80::2%wire0')
        // Whichever of its link-local addresses the kernel chose.
        expect(server?.remoteAddress).toMatch(/^fe80::.*%wire1$/)
      }
      const { client, server } = environment
      expect([client.network?.device?.name, server.network?.device?.name]).toEqual([
        'wire0',
        'wire1',
      ])
      await end(agent)
    },
    LIMIT_MS,
  )

  test(
    'no way to the data ports is another thing than a closed one',
    async () => {
      const listen = ['--listen', `${FAR_ADDRESS}:28470`, '--data-ports', '28471']
      const agent = await serve(listen, machines.wrapper('far'))
      // By number: without /etc/protocols iproute2 knows no names.
      for (const [transport, protocol, number] of [
        ['tcp', 'TCP', 6],
        ['udp', 'UDP', 17],
      ] as const) {
        const wrapper = machines.wrapper('near')
        const rule = (what: string) => {
          const words = `ip rule ${what} priority 1 ipproto ${number} dport 28471 unreachable`
          const [command = '', ...rest] = [...wrapper, ...words.split(' ')]
          const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
          expect(status, stderr).toBe(0)
        }
        rule('add')
        const { code, stderr } = await runCli(
          [...to(`${FAR_ADDRESS}:28470`), '-t', transport, '-r', '1'],
          { wrapper },
        )
        expect(stderr).toMatch(
          new RegExp(
            `At the client, connect: nothing leads to ${protocol} port 28471 of 10\\.78\\.0\\.2 \\(.*unreachable\\)\\. \\[XRB_NO_ROUTE\\]`,
          ),
        )
        expect(code).toBe(4)
        rule('del')
      }
      await end(agent)
    },
    LIMIT_MS,
  )
})
