import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cli } from '../cli/fixtures/spawn-cli.js'
import { connectSession } from './client/client.js'
import { testCase } from './fixtures/case.js'
import { HELLO, rawPeer } from './fixtures/raw-peer.js'
import { createKey } from './wire/key.js'

/** An agent that many clients have used has no more descriptors, processes or memory than after the first few. */

const MEASURING = 1_000
const GREETING = 100_000
/** After so many it has all that it keeps. */
const FIRST = 50
/** V8 collects when it likes. */
const MAX_GROWTH_KB = 48 * 1024

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

function standing() {
  const status = readFileSync(`/proc/${where.pid}/status`, 'utf8')
  return {
    memoryKb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    descriptors: readdirSync(`/proc/${where.pid}/fd`).length,
    processes: agent.descendants().length,
  }
}

/** Runs `session` so often, and holds what the agent has against what it had after the first ones. */
async function expectFlat(times: number, session: () => Promise<void>): Promise<void> {
  for (let i = 0; i < FIRST; i++) await session()
  await settled()
  const before = standing()
  for (let i = FIRST; i < times; i++) await session()
  await settled()
  const after = standing()
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors)
  expect(after.processes).toBeLessThanOrEqual(before.processes)
  expect(after.memoryKb - before.memoryKb).toBeLessThan(MAX_GROWTH_KB)
}

/** The last session is over at the agent too when the next one has been served. */
async function settled(): Promise<void> {
  const session = await connectSession({ ...where, key })
  await session.close()
  await agent.until('the session to end', () => agent.descendants().length <= 1)
}

describe('one agent', () => {
  it(`serves ${MEASURING} clients that measure 20 ms`, { timeout: 3_600_000 }, async () => {
    await expectFlat(MEASURING, async () => {
      const session = await connectSession({ ...where, key })
      const report = await session.runRepetition(testCase({}, { durationNs: 20e6, warmupCapNs: 0 }))
      expect(report.failure).toBeNull()
      await session.close()
    })
  })

  it(`serves ${GREETING} that greet and leave`, { timeout: 3_600_000 }, async () => {
    await expectFlat(GREETING, async () => {
      const peer = await rawPeer(where, key)
      peer.send(HELLO)
      expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
      peer.destroy()
      await peer.closed
    })
  })
})
