import { writeFileSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Aftermath, aftermath, type Fault, measuring } from '../fixtures/faults.js'
import { NEAR_ADDRESS, whyNoTwoMachines } from '../fixtures/two-machines.js'

/**
 * What breaks between two machines, and in them, in the middle of a stream. `npm run faults` also writes what came of it, with times, to docs/faults.md.
 */

/** Longer than all deadlines of the tool together that can follow one another: it has ended by itself. */
const ENDED_WITHIN_MS = 20_000
const NEXT_WITHIN_MS = 10_000

interface Expected extends Fault {
  exitCode: number | null
  code: RegExp | null
  /** What had arrived is known to somebody who is left. */
  isKept: boolean
}

const signal = (name: NodeJS.Signals, pid: number | undefined) => {
  if (pid !== undefined) process.kill(pid, name)
}

const PROCESSES: Expected[] = (['SIGKILL', 'SIGSTOP'] as const).flatMap((name) => [
  {
    name: `agent: ${name}`,
    // A stopped one has to go, or it keeps its port.
    happens: ({ agent }) => signal(name, agent.child.pid),
    mend: async ({ agent }) => {
      agent.signalGroup('SIGKILL')
      await agent.finished()
    },
    ...{ exitCode: 4, code: name === 'SIGKILL' ? /PEER_LOST/ : /PEER_SILENT/, isKept: true },
  },
  {
    name: `its measuring process: ${name}`,
    happens: async ({ agent }) => signal(name, await measuring(agent)),
    ...{ exitCode: 4, code: name === 'SIGKILL' ? /PEER_LOST/ : /PEER_SILENT/, isKept: true },
  },
  {
    name: `client’s measuring process: ${name}`,
    happens: async ({ client }) => signal(name, await measuring(client)),
    ...{ exitCode: 5, code: /ENDPOINT_(LOST|SILENT)/, isKept: true },
  },
])

const CLIENT: Expected[] = [
  {
    name: 'client: SIGKILL',
    happens: ({ client }) => client.signalGroup('SIGKILL'),
    ...{ exitCode: null, code: null, isKept: false },
  },
  {
    name: 'client: SIGKILL behind a link that is down (half open)',
    happens: ({ client, on }) => {
      on('far', 'ip link set wire1 down')
      client.signalGroup('SIGKILL')
    },
    mend: ({ on }) => on('far', 'ip link set wire1 up'),
    ...{ exitCode: null, code: null, isKept: false },
  },
]

/** Frames that nobody takes: nothing in the kernel says so. */
const BLACK_HOLE = 'ip neigh replace 10.78.0.2 lladdr 02:00:00:00:00:01 dev wire0 nud permanent'

const NETWORK: Expected[] = [
  {
    name: 'link down at the agent',
    happens: ({ on }) => on('far', 'ip link set wire1 down'),
    mend: ({ on }) => on('far', 'ip link set wire1 up'),
    ...{ exitCode: 4, code: /PEER_SILENT/, isKept: true },
  },
  {
    name: 'link down at the client',
    happens: ({ on }) => on('near', 'ip link set wire0 down'),
    mend: ({ on }) => on('near', 'ip link set wire0 up'),
    ...{ exitCode: 4, code: /PEER_SILENT|STALLED/, isKept: true },
  },
  {
    name: 'all packets to the agent lost',
    happens: ({ on }) => on('near', BLACK_HOLE),
    mend: ({ on }) => on('near', 'ip neigh del 10.78.0.2 dev wire0'),
    ...{ exitCode: 4, code: /PEER_SILENT|STALLED/, isKept: true },
  },
  {
    name: 'address of the client changed',
    happens: ({ on }) =>
      on('near', `ip addr del ${NEAR_ADDRESS}/24 dev wire0; ip addr add 10.78.0.9/24 dev wire0`),
    ...{ exitCode: 4, code: /PEER_SILENT|STALLED/, isKept: true },
  },
  {
    name: 'MTU black hole: datagrams of 1,400 B',
    args: ['-t', 'udp', '--timeout', '2s'],
    happens: ({ on }) => on('far', 'ip link set wire1 mtu 1000'),
    mend: ({ on }) => on('far', 'ip link set wire1 mtu 1500'),
    ...{ exitCode: 5, code: /STALLED/, isKept: true },
  },
]

const SHORTAGES: Expected[] = [
  {
    name: 'agent: 8 ports for 16 connections',
    isEarly: true,
    args: ['-t', 'udp', '--streams', '16', '--direction', 'both', '--timeout', '2s'],
    agentWrapper: [
      'sh',
      '-c',
      'sysctl -qw net.ipv4.ip_local_port_range="40000 40007"; exec "$@"',
      'sh',
    ],
    happens: () => {},
    ...{ exitCode: 4, code: /XRB_/, isKept: false },
  },
  {
    name: 'agent: files for half of 64 connections',
    isEarly: true,
    args: ['-t', 'tcp', '--streams', '64', '--direction', 'both', '--timeout', '2s'],
    agentWrapper: ['prlimit', '--nofile=128', '--'],
    happens: () => {},
    ...{ exitCode: 4, code: /XRB_DESCRIPTORS/, isKept: false },
  },
]

const TRANSPORTS: Expected[] = ['udp', 'tls', 'quic'].flatMap((transport) =>
  (['SIGKILL', 'SIGSTOP'] as const).map((name) => ({
    name: `its measuring process, ${transport}: ${name}`,
    args: ['-t', transport, '--timeout', '2s'],
    happens: async ({ agent }) => signal(name, await measuring(agent)),
    ...{ exitCode: 4, code: name === 'SIGKILL' ? /PEER_LOST/ : /PEER_SILENT/, isKept: true },
  })),
)

const problem = whyNoTwoMachines()
const rows: [string, Aftermath][] = []

beforeEach(({ skip }) => skip(problem !== null, problem ?? ''))

describe.each([
  ['processes', PROCESSES],
  ['clients', CLIENT],
  ['the network', NETWORK],
  ['shortages', SHORTAGES],
  ['other transports', TRANSPORTS],
])('%s', (_, faults) => {
  test.each(faults)('$name', { timeout: 120_000 }, async ({ exitCode, code, isKept, ...fault }) => {
    const after = await aftermath(fault)
    rows.push([fault.name, after])
    expect(after.endedMs).toBeLessThan(ENDED_WITHIN_MS)
    expect(after.exitCode).toBe(exitCode)
    if (code !== null) expect(after.code).toMatch(code)
    if (isKept) expect(after.keptBytes).toBeGreaterThan(0)
    expect(after.nextExit).toBe(0)
    expect(after.nextMs).toBeLessThan(NEXT_WITHIN_MS)
    expect(after.left).toEqual([])
  })
})

const table = process.env.XRBENCH_FAULTS_TABLE
afterAll(() => {
  if (table !== undefined && rows.length > 0) writeFileSync(table, text())
})

function text(): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const cells = rows.map(([name, after]) => [
    name,
    after.exitCode === null ? 'killed' : `${after.exitCode} ${after.code ?? ''}`.trim(),
    seconds(after.endedMs),
    after.keptBytes === null ? '–' : `${(after.keptBytes / 1e6).toFixed(1)} MB`,
    seconds(after.nextMs),
    after.left.length === 0 ? 'nothing' : after.left.join(', '),
  ])
  const line = (row: string[]) => `| ${row.join(' | ')} |`
  return [
    '# What breaks, and what comes of it',
    '',
    'In the middle of a stream of 100 Mbit/s between two network namespaces, 25 MB after it began. Made by `npm run faults`, on one machine with two CPUs; the test behind it,',
    '`src/cli/run/faults.nightly.test.ts`, runs with `npm run test:nightly -- matrices`.',
    '',
    '| fault | exit | ended after | kept | next client, from its start to its end | left |',
    '|---|---|---|---|---|---|',
    ...cells.map(line),
    '',
  ].join('\n')
}
