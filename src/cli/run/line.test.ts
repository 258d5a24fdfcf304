import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CaseResult } from '../../results/schema/schema.js'
import { readResult } from '../../results/store/store.js'
import { FAR_ADDRESS, NarrowPath, whyNoNarrowPath } from '../fixtures/narrow-path.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

/**
 * A line of a known rate, each way: what parallel streams bring together is never more than it carries. Less it may be, where this machine is busy with
 * other things; `npm run proof:line` takes longer and wants both.
 */
const LINE_MBIT = 50
/** Of a frame of 1,514 bytes, TCP with time stamps carries 1,448. */
const MOST_MBIT = (LINE_MBIT * 1448) / 1514
const TOKEN_BUCKET = `rate ${LINE_MBIT}mbit burst 16k limit 100k`

let problem = whyNoNarrowPath()
let folder: string
let keyFile: string
let path: NarrowPath | undefined
let agent: Cli | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-line-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
  if (problem !== null) return
  path = await NarrowPath.start()
  try {
    path.slowDown(TOKEN_BUCKET)
    path.takeReno()
  } catch (error) {
    problem = `no line of a known rate here: ${(error as Error).message}`
    return
  }
  const args = ['serve', '--listen', `${FAR_ADDRESS}:0`, '--key-file', keyFile, '--json']
  agent = new Cli(args, { wrapper: path.wrapper('far') })
  await agent.until('its address', () => agent?.stdout.includes('\n') ?? false)
})
afterAll(async () => {
  agent?.child.kill('SIGTERM')
  await agent?.finished()
  await path?.close()
  rmSync(folder, { recursive: true })
})

async function measure(...args: string[]): Promise<CaseResult> {
  const [listens = ''] = agent?.stdout.split('\n') ?? []
  const { port } = JSON.parse(listens) as { port: number }
  const output = join(folder, 'out.json')
  const { code, stderr } = await runCli(
    ['run', '--peer', `${FAR_ADDRESS}:${port}`, '--key-file', keyFile, '-w', 'stream']
      .concat(['-d', '1s', '--repeat', '2', '--interval', '200ms', ...args])
      .concat(['--output', output]),
    { wrapper: path?.wrapper('near') ?? [] },
  )
  expect(code, stderr).toBe(0)
  const [measured] = (await readResult(output)).cases
  if (measured === undefined) throw new Error('no case')
  return measured
}

describe('streams that share a line', () => {
  test.for([
    ['tcp', 'up', 8],
    ['tcp', 'both', 8],
    ['tls', 'down', 8],
    ['quic', 'up', 64],
  ] as const)('%s %s, %i of them, bring what it carries', async ([t, way, streams], { skip }) => {
    skip(problem !== null, problem ?? '')
    const args = ['-t', t, '--direction', way, '--streams', String(streams), '-s', '16k']
    const { repetitions } = await measure(...args)
    const rates = repetitions.flatMap(({ throughput }) =>
      Object.values(throughput?.perDirection ?? {}).flatMap((one) =>
        one === null ? [] : [one.goodputBitsPerSec / 1e6],
      ),
    )
    expect(rates.length).toBe(way === 'both' ? 4 : 2)
    // What waits in the queue, 16 ms of the line, may come out of order, and then all at once.
    for (const rate of rates) expect(rate).toBeLessThan(MOST_MBIT * 1.02)
    for (const rate of rates) expect(rate).toBeGreaterThan(MOST_MBIT * 0.7)
  })
})
