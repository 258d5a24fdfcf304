import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CaseResult } from '../../results/schema/schema.js'
import { readResult } from '../../results/store/store.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'
import { ROUTED_FAR_ADDRESS, TwoMachines, whyNoTwoMachines } from '../fixtures/two-machines.js'

/** A path whose MTU is smaller than that of either end's own device, which neither knows before it sends. */

const HOP_MTU_BYTES = 1300
const problem = whyNoTwoMachines()

let folder: string
let keyFile: string
let machines: TwoMachines
let agent: Cli

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-mtu-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
})
afterAll(() => rmSync(folder, { recursive: true }))

// What a path carries is remembered by the machine for minutes: each test has machines of its own.
beforeEach(async ({ skip }) => {
  skip(problem !== null, problem ?? '')
  machines = await TwoMachines.behindRouters(HOP_MTU_BYTES)
  const args = ['serve', '--listen', `${ROUTED_FAR_ADDRESS}:0`, '--key-file', keyFile, '--json']
  agent = new Cli(args, { wrapper: machines.wrapper('far') })
  await agent.until('its address', () => agent.stdout.includes('\n'))
  return async () => {
    agent.child.kill('SIGTERM')
    await agent.finished()
    await machines.close()
  }
})

async function measure(...args: string[]): Promise<CaseResult> {
  const { port } = JSON.parse(agent.stdout) as { port: number }
  const output = join(folder, 'out.json')
  const { code, stderr } = await runCli(
    ['run', '--peer', `${ROUTED_FAR_ADDRESS}:${port}`, '--key-file', keyFile]
      .concat(['--transport', 'udp', '--repeat', '1', '--warmup', '0', ...args])
      .concat(['--output', output]),
    { wrapper: machines.wrapper('near') },
  )
  expect(code, stderr).toBe(0)
  const [measured] = (await readResult(output)).cases
  if (measured === undefined) throw new Error('no case')
  return measured
}

describe('udp over a path with a small MTU behind a router', () => {
  test.each(['block', 'spin'])(
    'a ping-pong loses nothing, and says that its messages are cut into fragments, %s',
    async (wait) => {
      const { flags, repetitions, parameters } = await measure(
        ...['--workload', 'ping-pong', '--size', '1400', '--iterations', '200', '--wait', wait],
      )
      expect(flags).toContain('ip-fragments')
      expect(repetitions[0]).toMatchObject({ status: 'completed', messages: 200 })
      expect(repetitions[0]?.loss).toMatchObject({ lost: 0, localDropsSender: 0 })
      const mtus = [parameters.effective.client, parameters.effective.server].map(
        (end) => end?.pathMtuBytes,
      )
      expect(mtus).toEqual([HOP_MTU_BYTES, HOP_MTU_BYTES])
    },
  )

  test.each([
    ['segmented', []],
    ['one by one', ['--no-gso']],
  ])('a stream goes on when it learns of it, %s', async (_, options) => {
    const { flags, repetitions, parameters } = await measure(
      ...['--workload', 'stream', '--size', '1400', '--duration', '300ms', '--rate', '50M'],
      ...['--direction', 'both', ...options],
    )
    expect(flags).toContain('ip-fragments')
    expect(repetitions[0]?.status).toBe('completed')
    for (const direction of ['up', 'down'] as const) {
      // Some are lost before the router's word is heard; from then on fragments get through.
      expect(repetitions[0]?.throughput?.perDirection[direction]?.messagesPerSec).toBeGreaterThan(0)
    }
    expect(parameters.effective.client).toMatchObject({ pathMtuBytes: HOP_MTU_BYTES, gso: false })
  })

  test('requests of rr that were cut before the path was known are said to be in fragments', async () => {
    // What the agent says of itself in the session is long: it knows the path by then.
    const { flags, parameters } = await measure(
      ...['--workload', 'rr', '--size', '64k', '--response-size', '64'],
      ...['--iterations', '50', '--message-timeout', '200ms'],
    )
    expect(flags).toContain('ip-fragments')
    expect(parameters.effective.client).toMatchObject({
      // 65,576 bytes in pieces of 1,456.
      ...{ pathMtuBytes: HOP_MTU_BYTES, headerBytes: 40 + 16 * 46 },
    })
  })

  test('messages that fit are not said to be cut', async () => {
    const { flags } = await measure('--workload', 'ping-pong', '--iterations', '200')
    expect(flags).not.toContain('ip-fragments')
  })
})
