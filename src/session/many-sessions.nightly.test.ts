import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Cli } from '../cli/fixtures/spawn-cli.js'
import { need } from '../fixtures/need.js'
import type { Case } from '../plan/case.js'
import { spec } from '../transports/fixtures/pair.js'
import { WIRES } from '../transports/fixtures/wires.js'
import { connectSession } from './client/client.js'
import { testCase } from './fixtures/case.js'
import { openFilesOf } from './fixtures/processes.js'
import { HELLO, rawPeer } from './fixtures/raw-peer.js'
import { createKey } from './wire/key.js'

/** An agent that many clients have used has no more descriptors, processes or memory than after the first few. */

/** Fewer, to see whether it can be done at all. */
const MEASURING = Number(process.env.XRBENCH_SESSIONS ?? 1_000)
const GREETING = 100 * MEASURING
/** After this part of them it has all that it keeps. */
const SETTLED = 1 / 5
/** What V8 holds when it has collected: 5 kB for each session that measures, 50 B for one that greets. */
const MAX_HELD_KB = 4 * 1024
/** With what the C library keeps for later. */
const MAX_RESIDENT_KB = 16 * 1024
const TELL_HEAP = fileURLToPath(new URL('./fixtures/tell-heap.mjs', import.meta.url))

const key = createKey()
let agent: Cli
let where: { host: string; port: number; pid: number }

beforeAll(async () => {
  agent = new Cli(['serve', '--listen', '127.0.0.1:0', '--json'], {
    env: { NODE_OPTIONS: `--max-semi-space-size=1 --import=${TELL_HEAP}` },
  })
  await agent.until('its address', () => agent.stdout.includes('\n'))
  const [line = ''] = agent.stdout.split('\n')
  const { key: own, ...rest } = JSON.parse(line) as typeof where & { key: string }
  where = rest
  key.write(own, 'hex')
})
afterAll(async () => {
  agent.child.kill('SIGTERM')
  await agent.finished()
  expect(await agent.leftovers()).toEqual([])
})

const problem = process.getuid?.() === 0 ? null : 'what an agent has open is shown to root alone'
beforeEach(({ skip }) => need(problem, skip))

async function standing() {
  const told = () => [...agent.stderr.matchAll(/^held (\d+) of (\d+)$/gm)]
  const before = told().length
  process.kill(where.pid, 'SIGUSR2')
  await agent.until('what it holds', () => told().length > before)
  const [, held, resident] = told().at(-1) ?? []
  return {
    descriptors: openFilesOf(where.pid),
    processes: agent.descendants().length,
    heldKb: Math.round(Number(held) / 1024),
    residentKb: Math.round(Number(resident) / 1024),
  }
}

/** Runs `session` so often, and holds what the agent has at the end against what it had when it had served some. */
async function expectFlat(times: number, session: (index: number) => Promise<void>): Promise<void> {
  const run = async (from: number, to: number) => {
    for (let i = from; i < to; i++) await session(i)
    await settled()
    return await standing()
  }
  const settledAt = Math.round(times * SETTLED)
  const before = await run(0, settledAt)
  const after = await run(settledAt, times)
  console.log(`${times} sessions: ${JSON.stringify(before)}, then ${JSON.stringify(after)}`)
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors)
  expect(after.processes).toBeLessThanOrEqual(before.processes)
  expect(after.heldKb - before.heldKb).toBeLessThan(MAX_HELD_KB)
  expect(after.residentKb - before.residentKb).toBeLessThan(MAX_RESIDENT_KB)
}

/** The last session is over at the agent too when the next one has been served. */
async function settled(): Promise<void> {
  const session = await connectSession({ ...where, key })
  await session.close()
  await agent.until('the session to end', () => agent.descendants().length <= 1)
}

/** Every transport of this machine, each workload that it has. */
const CASES: Case[] = WIRES.filter(
  ({ transport, localAddress }) => transport !== 'loopback' && localAddress !== '::1',
).flatMap((wire) =>
  (['ping-pong', 'stream'] as const).map((workload) => {
    const { wait, tls, quic, quicOpenssl } = spec(wire, 'client', { workload })
    return testCase(
      { transport: wire.transport as Case['transport'], workload },
      { durationNs: 20e6, warmupCapNs: 0, wait, tls, quic, quicOpenssl },
    )
  }),
)

describe('one agent', () => {
  it(`serves ${MEASURING} clients that measure 20 ms, over each transport in turn`, {
    timeout: 2 * 3_600_000,
  }, async () => {
    await expectFlat(MEASURING, async (index) => {
      const c = CASES[index % CASES.length] ?? testCase()
      const session = await connectSession({ ...where, key })
      const report = await session.runRepetition(c)
      expect(report.failure, c.key).toBeNull()
      await session.close()
    })
  })

  it(`serves ${GREETING} that greet and leave`, { timeout: 4 * 3_600_000 }, async () => {
    await expectFlat(GREETING, async () => {
      const peer = await rawPeer(where, key)
      peer.send(HELLO)
      expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
      peer.destroy()
      await peer.closed
    })
  })
})
