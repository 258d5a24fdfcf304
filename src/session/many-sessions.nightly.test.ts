import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cli } from '../cli/fixtures/spawn-cli.js'
import type { Case } from '../plan/case.js'
import { spec } from '../transports/fixtures/pair.js'
import { WIRES } from '../transports/fixtures/wires.js'
import { connectSession } from './client/client.js'
import { testCase } from './fixtures/case.js'
import { openFilesOf } from './fixtures/processes.js'
import { HELLO, rawPeer } from './fixtures/raw-peer.js'
import { createKey } from './wire/key.js'

/**
 * An agent that many clients have used has no more descriptors, processes or memory than after the first few. V8 collects when it likes: of memory the
 * least in some stretch of sessions is held against the least in another.
 */

/** Fewer, to see whether it can be done at all. */
const MEASURING = Number(process.env.XRBENCH_SESSIONS ?? 1_000)
const GREETING = 100 * MEASURING
/** After this part of them it has all that it keeps; as many are looked at then, and at the end. */
const STRETCH = 1 / 5
/** Of the heap of V8 when it has just collected: 10 kB for each session that measures, 100 B for one that greets. */
const MAX_GROWTH_KB = 6 * 1024

const key = createKey()
let agent: Cli
let where: { host: string; port: number; pid: number }

beforeAll(async () => {
  agent = new Cli(['serve', '--listen', '127.0.0.1:0', '--json'], {
    env: { NODE_OPTIONS: '--max-semi-space-size=1' },
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

function memoryKb(): number {
  const status = readFileSync(`/proc/${where.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
}

function standing() {
  return {
    descriptors: openFilesOf(where.pid),
    processes: agent.descendants().length,
  }
}

/** Runs `session` so often, and holds what the agent has at the end against what it had when it had served some. */
async function expectFlat(times: number, session: (index: number) => Promise<void>): Promise<void> {
  const stretch = Math.round(times * STRETCH)
  const run = async (from: number, to: number) => {
    let least = Number.POSITIVE_INFINITY
    for (let i = from; i < to; i++) {
      await session(i)
      least = Math.min(least, memoryKb())
    }
    await settled()
    return least
  }
  await run(0, stretch)
  const first = await run(stretch, 2 * stretch)
  const before = standing()
  await run(2 * stretch, times - stretch)
  const last = await run(times - stretch, times)
  const after = standing()
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors)
  expect(after.processes).toBeLessThanOrEqual(before.processes)
  console.log(`${times} sessions: ${first} kB in the second fifth, ${last} kB in the last`)
  expect(last - first).toBeLessThan(MAX_GROWTH_KB)
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
